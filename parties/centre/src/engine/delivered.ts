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

/** All ranges of a day in the order of terminals, in memory that workers share and none writes. */
export function joinRanges(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  const words = view(all)
  const count = all.length / RANGE_BYTES
  const terminals = Float64Array.from({ length: count }, (_, i) =>
    terminalAt(words, i * RANGE_BYTES),
  )
  const order = Uint32Array.from({ length: count }, (_, i) => i).sort(
    (a, b) => terminals[a]! - terminals[b]! || a - b,
  )
  const sorted = new Uint8Array(new SharedArrayBuffer(all.length))
  order.forEach((range, place) => {
    const from = range * RANGE_BYTES
    sorted.set(all.subarray(from, from + RANGE_BYTES), place * RANGE_BYTES)
  })
  return sorted
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
