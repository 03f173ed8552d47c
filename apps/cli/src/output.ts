import { type ErrorText, UnifareError } from '@unifare/core'

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

/** What the system says of a file or folder that somebody named, in words. */
const SYSTEM_FAULTS: Readonly<Record<string, ErrorText>> = {
  ENOENT: { en: 'no such file or folder', zh: '文件或目录不存在' },
  ENOTDIR: { en: 'not a folder', zh: '不是目录' },
  EISDIR: { en: 'a folder, not a file', zh: '是目录，不是文件' },
  EACCES: { en: 'not allowed', zh: '没有权限' },
  EPERM: { en: 'not allowed', zh: '没有权限' },
  EROFS: { en: 'the disk is read-only', zh: '磁盘为只读' },
  ENOSPC: { en: 'the disk is full: make room and try again', zh: '磁盘已满，请清理后重试' },
}

/** A fault of the system about a path as one line; undefined for all else. */
function systemFault(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined
  const { code = '', path }: NodeJS.ErrnoException = error
  const text = SYSTEM_FAULTS[code]
  // Who reads a folder as a file is told no path.
  if (text === undefined || (path === undefined && code !== 'EISDIR')) return undefined
  return `unifare: ${path ?? 'one of the files named'}: ${text.en} [${code}] · ${text.zh}`
}

/**
 * Runs a command and turns what goes wrong into one clear line and an exit code. Bad input is the
 * user's to mend, paths that the system refuses among it; everything else is a defect and shows its
 * stack.
 */
export async function run(command: () => Promise<number>): Promise<void> {
  try {
    process.exitCode = await command()
  } catch (error) {
    const fault = systemFault(error)
    if (fault !== undefined) {
      tell(fault)
      process.exitCode = EXIT.badData
      return
    }
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
