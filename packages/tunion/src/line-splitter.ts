import { concat } from '@unifare/core'
import type { TunionErrorCode } from './errors.ts'

const LF = 10
const CR = 13
/** Longest line without an end that is waited for. */
const LINE_MAX = 4_096
const BOMS = [
  [0xef, 0xbb, 0xbf],
  [0xfe, 0xff],
  [0xff, 0xfe],
] as const

/** Cuts a file that comes in pieces into lines; after `stop` it takes nothing more. */
export interface LineSplitter {
  push(chunk: Uint8Array): void
  stop(): void
  /** What stands behind the last line's end, and the lines before it; undefined once stopped. */
  end(): { readonly rest: Uint8Array; readonly lines: number } | undefined
}

/**
 * Gives every line without its CR LF, with its number from 1, in memory of one line. What leaves no
 * way on is told once and stops it: a byte order mark, another end of line, a line that never ends,
 * too many bytes.
 */
export function createLineSplitter(options: {
  readonly bytesMax: number
  readonly onLine: (line: Uint8Array, number: number) => void
  readonly onFault: (number: number, code: TunionErrorCode) => void
}): LineSplitter {
  const { bytesMax, onLine, onFault } = options
  let rest: Uint8Array = new Uint8Array(0)
  let lines = 0
  let length = 0
  let stopped = false

  const fault = (code: TunionErrorCode) => {
    stopped = true
    onFault(lines + 1, code)
  }

  /** Takes the lines that are whole; returns where the first one begins that is not. */
  function takeLines(bytes: Uint8Array): number {
    let at = 0
    while (!stopped) {
      const end = bytes.indexOf(LF, at)
      if (end === -1) break
      if (end === at || bytes[end - 1] !== CR) fault('tunion.bad-line-end')
      else {
        lines += 1
        onLine(bytes.subarray(at, end - 1), lines)
      }
      at = end + 1
    }
    return at
  }

  return {
    push(chunk) {
      if (stopped) return
      length += chunk.length
      if (length > bytesMax) return fault('tunion.too-large')
      const bytes = rest.length === 0 ? chunk : concat(rest, chunk)
      if (lines === 0 && beginsWithBom(bytes)) return fault('tunion.bom')
      rest = bytes.slice(takeLines(bytes))
      if (rest.length > LINE_MAX && !stopped) fault(unendedLine(rest, 'tunion.long-line'))
    },
    stop() {
      stopped = true
    },
    end: () => (stopped ? undefined : { rest, lines }),
  }
}

/** What is wrong with bytes behind which no line's end stands. */
export function unendedLine(rest: Uint8Array, otherwise: TunionErrorCode): TunionErrorCode {
  return rest.includes(CR) ? 'tunion.bad-line-end' : otherwise
}

function beginsWithBom(bytes: Uint8Array): boolean {
  return BOMS.some((bom) => bom.every((byte, i) => bytes[i] === byte))
}
