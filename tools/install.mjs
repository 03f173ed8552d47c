// Plain JavaScript that runs on Node 20 before anything is installed.
import { spawnSync } from 'node:child_process'
import { existsSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = join(dirname(fileURLToPath(import.meta.url)), '..')

/** Runs a program in the project folder; ends this process with its code when it fails. */
export function must(program, args, options = {}) {
  const { status, error } = spawnSync(program, args, { cwd: root, stdio: 'inherit', ...options })
  if (error !== undefined) process.stderr.write(`${program}: ${error.message}\n`)
  if (status !== 0) process.exit(status ?? 1)
}

/** Installs exactly what the lock file says, unless that is there already. */
export function installPackages() {
  const [lock, installed] = ['package-lock.json', 'node_modules/.package-lock.json'].map((file) =>
    join(root, file),
  )
  if (existsSync(installed) && statSync(installed).mtimeMs >= statSync(lock).mtimeMs) return
  process.stderr.write('installing packages (npm ci) …\n')
  // npm's own words go to standard error: standard output belongs to the command's result.
  must('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], { stdio: ['ignore', 2, 2] })
}
