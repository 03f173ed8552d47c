import { UnifareError } from '@unifare/core'

/** Exit codes, the same for every command. */
export const EXIT = {
  ok: 0,
  /** The command ran and found what it looks for missing or different. */
  differences: 1,
  usage: 2,
  badData: 65,
  unavailable: 69,
  bug: 70,
} as const

/** Prints the one JSON document of a command on standard output. */
export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value, null, 2)}\n`)
}

/** Prints lines for people on standard output. */
export function printLines(...lines: readonly string[]): void {
  process.stdout.write(`${lines.join('\n')}\n`)
}

/** Tells people something beside the result: standard error, so that JSON stays alone. */
export function tell(line: string): void {
  process.stderr.write(`${line}\n`)
}

/** What is not there at the moment: a running network, a reader and its service. */
const UNAVAILABLE =
  /^(network\.not-running$|repository\.unreachable$|carrier\.unreachable$|reader\.|vpcd\.|pcscd\.)/

/**
 * Runs a command and turns what goes wrong into one clear line and an exit code. Bad input is the
 * user's to mend; everything else is a defect and shows its stack.
 */
export async function run(command: () => Promise<number>): Promise<void> {
  try {
    process.exitCode = await command()
  } catch (error) {
    if (!(error instanceof UnifareError)) {
      tell(error instanceof Error ? (error.stack ?? error.message) : String(error))
      process.exitCode = EXIT.bug
      return
    }
    const { textOf } = await import('./errors.ts')
    const zh = textOf(error.code)?.zh
    tell(`unifare: ${error.message} [${error.code}]${zh === undefined ? '' : ` · ${zh}`}`)
    process.exitCode = UNAVAILABLE.test(error.code) ? EXIT.unavailable : EXIT.badData
  }
}

/** A progress line on standard error: rewritten on a terminal, a line each tenth elsewhere. */
export function createProgress(
  label: string,
): (done: number, total: number, note?: string) => void {
  let lastTenth = -1
  return (done, total, note = '') => {
    const part = total === 0 ? 1 : done / total
    const text = `${label} ${bar(part)} ${String(Math.floor(part * 100)).padStart(3)} % ${note}`
    if (process.stderr.isTTY) {
      process.stderr.write(`\r${text.padEnd(78)}${part >= 1 ? '\n' : ''}`)
      return
    }
    const tenth = Math.floor(part * 10)
    if (tenth > lastTenth) tell(text)
    lastTenth = Math.max(tenth, lastTenth)
  }
}

function bar(part: number): string {
  const filled = Math.round(part * 24)
  return `[${'█'.repeat(filled)}${'·'.repeat(24 - filled)}]`
}
