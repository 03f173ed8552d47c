import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Command, CommanderError } from 'commander'
import { expect, vi } from 'vitest'
import { addCardCommands } from '../card-program.ts'

export const BIN = join(dirname(fileURLToPath(import.meta.url)), '../../../bin/unifare.js')

/** What a command left behind. */
export interface Told {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

/** A folder with cards of its own, and the commands run in it. */
export interface CardFolder {
  readonly folder: string
  readonly path: (name: string) => string
  /** Runs a command in this process; files are names in the folder. */
  readonly card: (...args: string[]) => Promise<Told>
  /** The document of a command that succeeds; a failure fails the test with what it said. */
  readonly json: <T = Record<string, unknown>>(...args: string[]) => Promise<T>
  /** Makes a card of Wuhan's issuer and tells its number. */
  readonly made: (file: string, ...options: string[]) => Promise<string>
  /** Runs a command in a process of its own. */
  readonly apart: (args: readonly string[], environment?: Record<string, string>) => Told
  readonly remove: () => void
}

const FILE = /^[\w-]+\.json$/
const WITH_MEMORY = ['new', 'tap', 'block', 'prove']

export function cardFolder(): CardFolder {
  const folder = mkdtempSync(join(tmpdir(), 'unifare-card-'))
  const path = (name: string) => join(folder, name)
  const card: CardFolder['card'] = (...args) => {
    const memory = WITH_MEMORY.includes(args[0] ?? '') ? ['--data', path('memory')] : []
    return told([...args.map((arg) => (FILE.test(arg) ? path(arg) : arg)), ...memory])
  }
  const json = async <T>(...args: string[]): Promise<T> => {
    const { status, stdout, stderr } = await card(...args, '--json')
    expect([status, stderr]).toEqual([0, ''])
    return JSON.parse(stdout) as T
  }
  return {
    folder,
    path,
    card,
    json,
    async made(file, ...options) {
      const { number } = await json<{ number: string }>('new', file, '--city', '武汉', ...options)
      return number
    },
    apart(args, environment = {}) {
      const { status, stdout, stderr } = spawnSync(process.execPath, [BIN, 'card', ...args], {
        cwd: folder,
        encoding: 'utf8',
        env: { ...process.env, ...environment },
        // Nothing else of a test ends while it waits here.
        timeout: 50_000,
      })
      return { status, stdout, stderr }
    },
    remove: () => rmSync(folder, { recursive: true }),
  }
}

/** Runs the commands as the program does, with its two outputs and its exit code caught. */
async function told(args: readonly string[]): Promise<Told> {
  const streams = { stdout: '', stderr: '' }
  const spies = (['stdout', 'stderr'] as const).map((name) =>
    vi.spyOn(process[name], 'write').mockImplementation((chunk) => {
      streams[name] += String(chunk)
      return true
    }),
  )
  const before = process.exitCode
  try {
    const program = new Command('unifare').exitOverride()
    addCardCommands(program.command('card'))
    const failed = await program.parseAsync(['card', ...args], { from: 'user' }).then(
      () => undefined,
      (error: unknown) => error,
    )
    if (failed !== undefined && !(failed instanceof CommanderError)) throw failed
    return { status: failed === undefined ? Number(process.exitCode ?? 0) : 2, ...streams }
  } finally {
    process.exitCode = before
    for (const spy of spies) spy.mockRestore()
  }
}
