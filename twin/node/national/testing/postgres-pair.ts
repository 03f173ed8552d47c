import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findBin, ready, unprivileged } from '@unifare/core/testing'

/** A primary and its synchronous standby: a commit is told when both have it on disk. */
export interface PostgresPair {
  /** Sockets of the first primary and of the standby; no network port. */
  readonly urls: readonly string[]
  /** Ends the primary as a crash does. */
  killPrimary(): Promise<void>
  /** Makes the standby a primary, alone from then on. */
  promote(): void
  stop(): Promise<void>
}

/** Starts both on this machine, in folders of their own. */
export async function startPostgresPair(): Promise<PostgresPair> {
  const bin = findBin()
  const account = unprivileged()
  const servers: ChildProcess[] = []
  const [first, second] = [folder('primary'), folder('standby')]
  const options = { ...account, cwd: first, stdio: ['ignore', 'pipe', 'pipe'] as const }

  function folder(name: string): string {
    const dir = mkdtempSync(join(tmpdir(), `unifare-pg-${name}-`))
    if (account.uid !== undefined && account.gid !== undefined) {
      chownSync(dir, account.uid, account.gid)
    }
    return dir
  }

  const run = (program: string, args: readonly string[]) =>
    String(execFileSync(join(bin, program), args, { ...options, stdio: [...options.stdio] }))
  const data = (dir: string) => join(dir, 'data')

  async function start(dir: string, name: string): Promise<ChildProcess> {
    const settings = ['-c', 'listen_addresses=', '-c', `cluster_name=${name}`]
    const server = spawn(join(bin, 'postgres'), ['-D', data(dir), '-k', dir, ...settings], {
      ...account,
      cwd: dir,
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    servers.push(server)
    await ready(server)
    return server
  }

  function ask(dir: string, text: string): string {
    return run('psql', ['-h', dir, '-U', 'unifare', '-d', 'postgres', '-Atqc', text])
  }

  async function stop(): Promise<void> {
    for (const server of servers) await end(server, 'SIGQUIT')
    for (const dir of [first, second]) rmSync(dir, { recursive: true, force: true })
  }

  try {
    const locale = ['-E', 'UTF8', '--locale=C', '--no-sync']
    run('initdb', ['-D', data(first), '-U', 'unifare', '-A', 'trust', ...locale])
    const primary = await start(first, 'primary')
    run('pg_basebackup', ['-D', data(second), '-h', first, '-U', 'unifare', '-R', '-c', 'fast'])
    await start(second, 'standby')
    ask(first, `alter system set synchronous_standby_names = 'standby'`)
    ask(first, 'select pg_reload_conf()')
    const state = 'select sync_state from pg_stat_replication'
    while (ask(first, state).trim() !== 'sync') await new Promise((next) => setTimeout(next, 50))
    const urlOf = (dir: string) =>
      `postgres://unifare@localhost/postgres?host=${encodeURIComponent(dir)}`
    return {
      urls: [urlOf(first), urlOf(second)],
      killPrimary: () => end(primary, 'SIGKILL'),
      promote: () => void run('pg_ctl', ['promote', '-w', '-D', data(second)]),
      stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}

async function end(server: ChildProcess, signal: 'SIGKILL' | 'SIGQUIT'): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return
  const ended = once(server, 'exit')
  server.kill(signal)
  await ended
}
