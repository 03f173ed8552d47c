import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** The command line. */
export const MAIN = fileURLToPath(new URL('../apps/cli/src/main.ts', import.meta.url))

/** A party in a process of its own, as `unifare <party> serve` starts it. */
export interface PartyProcess {
  readonly pid: number
  stdout(): string
  stderr(): string
  /** Resolves with the exit code, or the name of the signal that ended it. */
  readonly ended: Promise<number | string>
}

/** Processes of one test, all of which end with it, whatever becomes of the test. */
export interface Processes {
  /** `id` is one of several of its role. */
  start(party: string, config: string, id?: string): PartyProcess
  /** Asks one to end and resolves with its exit code. */
  stop(process: PartyProcess): Promise<number | string>
  /** Ends one in the middle of whatever it does. */
  kill(process: PartyProcess): Promise<number | string>
  /** Ends by their pids what still runs. */
  endAll(): Promise<void>
}

/** Starts processes of the command line under the Node that runs the test. */
export function createProcesses(): Processes {
  const running = new Map<number, Promise<unknown>>()
  const killAll = () => {
    for (const pid of running.keys()) kill(pid, 'SIGKILL')
  }
  process.on('exit', killAll)
  return {
    start(party, config, id) {
      // No database of the machine that runs the tests: every process brings its own.
      const { DATABASE_URL: _, ...env } = process.env
      const args = [MAIN, party, 'serve', '--config', config, ...(id ? ['--id', id] : [])]
      const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'pipe'] })
      const { pid } = child
      if (pid === undefined) throw new Error(`${party} was not started`)
      const stdout = collect(child.stdout)
      const stderr = collect(child.stderr)
      const ended = end(child)
      running.set(
        pid,
        ended.then(() => running.delete(pid)),
      )
      return { pid, stdout, stderr, ended }
    },
    stop({ pid, ended }) {
      kill(pid, 'SIGTERM')
      return ended
    },
    kill({ pid, ended }) {
      kill(pid, 'SIGKILL')
      return ended
    },
    async endAll() {
      killAll()
      await Promise.all(running.values())
      process.off('exit', killAll)
    },
  }
}

function collect(stream: NodeJS.ReadableStream | null): () => string {
  let text = ''
  stream?.setEncoding('utf8').on('data', (part: string) => {
    text += part
  })
  return () => text
}

function end(child: ChildProcess): Promise<number | string> {
  return new Promise((resolve) => {
    child.on('close', (code, signal) => resolve(code ?? signal ?? 'unknown'))
  })
}

function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch {
    // It has ended already.
  }
}
