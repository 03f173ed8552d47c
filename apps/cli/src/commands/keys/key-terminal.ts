import { fromUtf8, UnifareError } from '@unifare/core'

/** The keyboard and screen of a ceremony. What is hidden is never echoed, not even its length. */
export interface KeyTerminal {
  tell(...lines: readonly string[]): void
  /** A line that everybody may see. */
  line(prompt: string): Promise<string>
  /** A line without echo, such as a passphrase. */
  hidden(prompt: string): Promise<string>
  /**
   * Bytes typed as hexadecimal digits without echo; blanks and hyphens between them do not count.
   * Asks again when the number of digits is wrong. The caller wipes them.
   */
  hiddenBytes(prompt: string, length: number): Promise<Uint8Array>
  close(): void
}

const ENTER = [0x0d, 0x0a]
const ERASE = [0x7f, 0x08]
const INTERRUPT = [0x03, 0x04]
const BETWEEN = [0x20, 0x2d]
const LINE_MAX = 1_024

/**
 * Takes the terminal of this process: keys come one by one and without echo. Throws
 * `keys.no-terminal` when the input is no terminal; components never come from files or pipes.
 */
export function openKeyTerminal(): KeyTerminal {
  const { stdin, stderr } = process
  if (!stdin.isTTY) {
    throw new UnifareError('keys.no-terminal', 'this is typed at a terminal, not piped in')
  }
  stdin.setRawMode(true)
  const keys = stdin[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>
  let chunk: Uint8Array = new Uint8Array(0)
  let at = 0

  const nextKey = async (): Promise<number> => {
    while (at >= chunk.length) {
      const { value, done } = await keys.next()
      if (done === true) throw aborted()
      chunk = value
      at = 0
    }
    const key = chunk[at]!
    chunk[at++] = 0
    if (INTERRUPT.includes(key)) throw aborted()
    return key
  }

  const readLine = async (prompt: string, echo: boolean): Promise<string> => {
    stderr.write(prompt)
    const typed: number[] = []
    for (;;) {
      const key = await nextKey()
      if (ENTER.includes(key)) break
      if (ERASE.includes(key)) eraseLetter(typed)
      else if (key >= 0x20 && typed.length < LINE_MAX) typed.push(key)
      const text = new TextDecoder().decode(Uint8Array.from(typed))
      // A letter of several bytes is shown when it is whole.
      if (echo && !text.endsWith('\ufffd')) stderr.write(`\r\x1b[K${prompt}${text}`)
    }
    stderr.write('\r\n')
    return fromUtf8(Uint8Array.from(typed)).trim()
  }

  return {
    tell: (...lines) => void stderr.write(lines.map((line) => `${line}\r\n`).join('')),
    line: (prompt) => readLine(prompt, true),
    hidden: (prompt) => readLine(prompt, false),
    async hiddenBytes(prompt, length) {
      for (;;) {
        stderr.write(prompt)
        const typed = await readDigits(nextKey, length)
        stderr.write('\r\n')
        if (typed !== undefined) return typed
        stderr.write(
          `${length * 2} hexadecimal digits are needed · 须为 ${length * 2} 位十六进制\r\n`,
        )
      }
    },
    close() {
      stdin.setRawMode(false)
      stdin.pause()
    },
  }
}

/** Bytes of digits up to Enter, straight into an array that can be wiped; undefined when wrong. */
async function readDigits(
  nextKey: () => Promise<number>,
  length: number,
): Promise<Uint8Array | undefined> {
  const bytes = new Uint8Array(length)
  let digits = 0
  let good = true
  let complete = false
  try {
    for (let key = await nextKey(); !ENTER.includes(key); key = await nextKey()) {
      if (BETWEEN.includes(key)) continue
      if (ERASE.includes(key)) {
        digits = Math.max(0, digits - 1)
        continue
      }
      const nibble = Number.parseInt(String.fromCharCode(key), 16)
      if (Number.isNaN(nibble)) good = false
      else if (digits < length * 2) setNibble(bytes, digits, nibble)
      digits += 1
    }
    complete = good && digits === length * 2
    return complete ? bytes : undefined
  } finally {
    if (!complete) bytes.fill(0)
  }
}

function setNibble(bytes: Uint8Array, digit: number, nibble: number): void {
  const place = digit >> 1
  const high = digit % 2 === 0
  bytes[place] = high ? (nibble << 4) | (bytes[place]! & 0x0f) : (bytes[place]! & 0xf0) | nibble
}

/** Takes the last letter away, all bytes of it. */
function eraseLetter(typed: number[]): void {
  let last = typed.pop()
  while (last !== undefined && (last & 0xc0) === 0x80) last = typed.pop()
}

function aborted(): UnifareError {
  return new UnifareError('keys.aborted', 'stopped at the terminal')
}
