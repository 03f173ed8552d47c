import { fromHex, view } from '@unifare/core'

/** Bytes of one delivered range: the terminal's 6, first, count. */
const RANGE_BYTES = 14
const RANGES_MIN = 1_024

/** Ranges of sequences that terminals delivered, as they come. */
export function createRanges() {
  let bytes = new Uint8Array(RANGES_MIN * RANGE_BYTES)
  let words = view(bytes)
  let count = 0
  return {
    add(terminal: string, first: number, length: number): void {
      if ((count + 1) * RANGE_BYTES > bytes.length) {
        const grown = new Uint8Array(bytes.length * 2)
        grown.set(bytes)
        bytes = grown
        words = view(bytes)
      }
      const at = count++ * RANGE_BYTES
      bytes.set(fromHex(terminal), at)
      words.setUint32(at + 6, first)
      words.setUint32(at + 10, length)
    },
    bytes: (): Uint8Array => bytes.slice(0, count * RANGE_BYTES),
  }
}

/**
 * Ranges of many segments and days as the fewest ranges, in the order of terminals and sequences: a
 * terminal counts on, so it has one in the end. In memory that workers share and none writes.
 */
export function joinRanges(parts: readonly Uint8Array[]): Uint8Array {
  const ranges = parts.flatMap(readRanges)
  ranges.sort((a, b) => a.terminal - b.terminal || a.first - b.first)
  const joined: Range[] = []
  for (const range of ranges) {
    const last = joined.at(-1)
    if (last === undefined || last.terminal !== range.terminal || range.first > last.end) {
      joined.push(range)
    } else last.end = Math.max(last.end, range.end)
  }
  const bytes = new Uint8Array(new SharedArrayBuffer(joined.length * RANGE_BYTES))
  const words = view(bytes)
  joined.forEach(({ terminal, first, end }, i) => {
    const at = i * RANGE_BYTES
    words.setUint16(at, Math.floor(terminal / 0x1_0000_0000))
    words.setUint32(at + 2, terminal % 0x1_0000_0000)
    words.setUint32(at + 6, first)
    words.setUint32(at + 10, end - first)
  })
  return bytes
}

interface Range {
  /** Packed digits as a number. */
  readonly terminal: number
  readonly first: number
  /** Behind the last one. */
  end: number
}

function readRanges(bytes: Uint8Array): Range[] {
  const words = view(bytes)
  return Array.from({ length: bytes.length / RANGE_BYTES }, (_, i) => {
    const at = i * RANGE_BYTES
    const first = words.getUint32(at + 6)
    return { terminal: terminalAt(words, at), first, end: first + words.getUint32(at + 10) }
  })
}

/** Whether a delivery came: the terminal's upper 2 bytes and lower 4, and a sequence. */
export type WasDelivered = (high: number, low: number, sequence: number) => boolean

/** Looks deliveries up in ranges that `joinRanges` put in order. */
export function openDelivered(ranges: Uint8Array): WasDelivered {
  const words = view(ranges)
  const count = ranges.length / RANGE_BYTES
  return (upper, lower, sequence) => {
    const terminal = upper * 0x1_0000_0000 + lower
    let [low, high] = [0, count]
    while (low < high) {
      const middle = (low + high) >>> 1
      if (terminalAt(words, middle * RANGE_BYTES) < terminal) low = middle + 1
      else high = middle
    }
    for (; low < count && terminalAt(words, low * RANGE_BYTES) === terminal; low++) {
      const first = words.getUint32(low * RANGE_BYTES + 6)
      if (sequence >= first && sequence - first < words.getUint32(low * RANGE_BYTES + 10)) {
        return true
      }
    }
    return false
  }
}

function terminalAt(words: DataView, at: number): number {
  return words.getUint16(at) * 0x1_0000_0000 + words.getUint32(at + 2)
}
