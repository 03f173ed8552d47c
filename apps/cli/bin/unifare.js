#!/usr/bin/env node
// Starts on the machine's Node 20 and goes on under the Node of the lock file, which runs
// TypeScript as it is. Plain JavaScript on purpose: nothing newer may stand in this file.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { constants } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const EXIT_UNAVAILABLE = 69
const here = dirname(fileURLToPath(import.meta.url))
const [major, minor] = process.versions.node.split('.').map(Number)

if (major > 22 || (major === 22 && minor >= 18)) {
  await import('../src/main.ts')
} else {
  const found = lockedNode()
  if (found === undefined) {
    process.stderr.write(
      'unifare needs Node 24: run "npm ci" in the project folder, or install Node 24.\n' +
        'unifare 需要 Node 24：请在项目目录运行 "npm ci"，或安装 Node 24。\n',
    )
    process.exit(EXIT_UNAVAILABLE)
  }
  const child = spawn(found, [join(here, 'unifare.js'), ...process.argv.slice(2)], {
    stdio: 'inherit',
  })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  child.on('exit', (code, signal) =>
    process.exit(signal === null ? (code ?? 1) : 128 + constants.signals[signal]),
  )
}

function lockedNode() {
  const name = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`
  const file = process.platform === 'win32' ? 'node.exe' : 'node'
  for (let dir = here; ; dir = dirname(dir)) {
    const path = join(dir, 'node_modules', name, 'bin', file)
    if (existsSync(path)) return path
    if (dirname(dir) === dir) return undefined
  }
}
