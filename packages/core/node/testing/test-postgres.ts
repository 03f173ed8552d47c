import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'

/** A PostgreSQL server of this machine that lives as long as a test. */
export interface TestPostgres {
  /** For `openPostgresRepositories`: a socket in a folder of its own, no network port. */
  readonly url: string
  stop(): Promise<void>
}

export interface Account {
  readonly uid?: number
  readonly gid?: number
}

/**
 * Makes a fresh database cluster in a temporary folder and starts a server on it. As root it drops
 * to the account `postgres`, because PostgreSQL refuses to run as root. Commits are not synced to
 * disk unless `sync` says so: tests need no disk that survives, measurements do.
 */
export async function startTestPostgres({
  sync = false,
}: {
  readonly sync?: boolean
} = {}): Promise<TestPostgres> {
  const bin = findBin()
  const account = unprivileged()
  const dir = mkdtempSync(join(tmpdir(), 'unifare-pg-'))
  const { uid, gid } = account
  if (uid !== undefined && gid !== undefined) chownSync(dir, uid, gid)
  const data = join(dir, 'data')
  execFileSync(
    join(bin, 'initdb'),
    ['-D', data, '-U', 'unifare', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync'],
    { ...account, cwd: dir, stdio: ['ignore', 'ignore', 'pipe'] },
  )
  const server = spawn(
    join(bin, 'postgres'),
    ['-D', data, '-k', dir, '-c', 'listen_addresses=', '-c', `fsync=${sync ? 'on' : 'off'}`],
    { ...account, cwd: dir, stdio: ['ignore', 'ignore', 'pipe'] },
  )
  const kill = () => server.kill('SIGKILL')
  process.once('exit', kill)
  try {
    await ready(server)
  } catch (error) {
    kill()
    rmSync(dir, { recursive: true, force: true })
    throw error
  }
  return {
    url: `postgres://unifare@localhost/postgres?host=${encodeURIComponent(dir)}`,
    async stop() {
      if (server.exitCode === null && server.signalCode === null) {
        server.kill('SIGINT')
        await once(server, 'exit')
      }
      process.removeListener('exit', kill)
      rmSync(dir, { recursive: true, force: true })
    },
  }
}

/** Folder of the newest server that Debian installed, or one on the search path. */
export function findBin(): string {
  const debian = '/usr/lib/postgresql'
  const versions = existsSync(debian) ? readdirSync(debian) : []
  const newestFirst = versions.sort((a, b) => Number(b) - Number(a))
  const folders = [
    ...newestFirst.map((version) => join(debian, version, 'bin')),
    ...(process.env['PATH'] ?? '').split(delimiter),
  ]
  const found = folders.find(
    (dir) => existsSync(join(dir, 'initdb')) && existsSync(join(dir, 'postgres')),
  )
  if (found === undefined) {
    throw new Error('no PostgreSQL server on this machine: install the Debian package postgresql')
  }
  return found
}

/** Account that servers run under: PostgreSQL refuses root. */
export function unprivileged(): Account {
  if (process.getuid?.() !== 0) return {}
  const id = (flag: string) =>
    Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8', stdio: 'pipe' }))
  return { uid: id('-u'), gid: id('-g') }
}

/** Waits until a server takes connections; one that ends before is an error with its log. */
export async function ready(server: ChildProcess): Promise<void> {
  let log = ''
  await new Promise<void>((resolve, reject) => {
    // Read for as long as the server lives: a full pipe would stop it.
    server.stderr?.on('data', (chunk) => {
      log += String(chunk)
      if (log.includes('ready to accept')) resolve()
    })
    server.once('exit', () => reject(new Error(`PostgreSQL did not start: ${log.trim()}`)))
  })
}
