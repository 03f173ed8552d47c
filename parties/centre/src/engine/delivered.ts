import { concat, fromHex, view } from '@unifare/core'

/** Bytes of one delivered range: 2 for those that cannot be read, the terminal's 6, first, count. */
const RANGE_BYTES = 16
/** Places of a range's terminal, first sequence and count. */
const TERMINAL = 2
const FIRST = 8
const COUNT = 12
/**
 * What stands before a terminal for records of it that came and cannot be read: they are ranges of
 * their own, asked for with it, beside those of all that came.
 */
export const UNREADABLE = 0x1_0000
const RANGES_MIN = 1_024

/** Ranges of sequences that terminals delivered, as they come. */
export function createRanges() {
  let bytes = new Uint8Array(RANGES_MIN * RANGE_BYTES)
  let words = view(bytes)
  let count = 0
  return {
    add(terminal: string, first: number, length: number, before: 0 | typeof UNREADABLE = 0): void {
      if ((count + 1) * RANGE_BYTES > bytes.length) {
        const grown = new Uint8Array(bytes.length * 2)
        grown.set(bytes)
        bytes = grown
        words = view(bytes)
      }
      const at = count++ * RANGE_BYTES
      words.setUint16(at, before >>> 16)
      bytes.set(fromHex(terminal), at + TERMINAL)
      words.setUint32(at + FIRST, first)
      words.setUint32(at + COUNT, length)
    },
    bytes: (): Uint8Array => bytes.slice(0, count * RANGE_BYTES),
  }
}

/**
 * Ranges of many segments and days as the fewest ranges, in the order of terminals and sequences: a
 * terminal counts on, so it has one in the end. In memory that workers share and none writes.
 */
export function joinRanges(parts: readonly Uint8Array[]): Uint8Array {
  const all = concat(...parts)
  const words = view(all)
  const { order, starts } = byTerminal(words)
  const out = view(new Uint8Array(all.length))
  let to = 0
  for (let group = 0; group + 1 < starts.length; group++) {
    const own = order.subarray(starts[group], starts[group + 1])
    if (own.length > 1) own.sort((a, b) => words.getUint32(a + FIRST) - words.getUint32(b + FIRST))
    let last = -1
    for (const from of own) {
      const first = words.getUint32(from + FIRST)
      const end = first + words.getUint32(from + COUNT)
      const lastEnd = last === -1 ? -1 : out.getUint32(last + FIRST) + out.getUint32(last + COUNT)
      if (last !== -1 && first <= lastEnd) {
        out.setUint32(last + COUNT, Math.max(end, lastEnd) - out.getUint32(last + FIRST))
        continue
      }
      last = to
      out.setUint32(to, words.getUint32(from))
      out.setUint32(to + 4, words.getUint32(from + 4))
      out.setUint32(to + FIRST, first)
      out.setUint32(to + COUNT, end - first)
      to += RANGE_BYTES
    }
  }
  const joined = new Uint8Array(new SharedArrayBuffer(to))
  joined.set(new Uint8Array(out.buffer, 0, to))
  return joined
}

/** Places of ranges by terminal, and where those of each terminal begin. */
function byTerminal(words: DataView): { readonly order: Uint32Array; readonly starts: number[] } {
  const count = words.byteLength / RANGE_BYTES
  const terminals = Float64Array.from({ length: count }, (_, i) =>
    terminalAt(words, i * RANGE_BYTES),
  )
  const sorted = terminals.toSorted()
  const next = Uint32Array.from(sorted, (_, i) => i)
  const order = new Uint32Array(count)
  terminals.forEach((terminal, range) => {
    order[next[firstOf(sorted, terminal)]!++] = range * RANGE_BYTES
  })
  const starts: number[] = []
  sorted.forEach((terminal, i) => {
    if (i === 0 || terminal !== sorted[i - 1]) starts.push(i)
  })
  starts.push(count)
  return { order, starts }
}

/** First place of a terminal. */
function firstOf(sorted: Float64Array, terminal: number): number {
  let [low, high] = [0, sorted.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if (sorted[middle]! < terminal) low = middle + 1
    else high = middle
  }
  return low
}

/**
 * Whether a delivery came: the terminal's upper 2 bytes and lower 4, and a sequence. With `UNREADABLE`
 * added to the upper ones, whether it came and cannot be read.
 */
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
      const first = words.getUint32(low * RANGE_BYTES + FIRST)
      if (sequence >= first && sequence - first < words.getUint32(low * RANGE_BYTES + COUNT)) {
        return true
      }
    }
    return false
  }
}

function terminalAt(words: DataView, at: number): number {
  return words.getUint32(at) * 0x1_0000_0000 + words.getUint32(at + 4)
}
