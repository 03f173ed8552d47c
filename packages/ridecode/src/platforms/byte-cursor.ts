/** Reads a code from its front; every step past the end gives undefined, and so does what follows. */
export interface ByteCursor {
  readonly at: () => number
  /** So many bytes as a view; undefined when there are fewer. */
  take(length: number): Uint8Array | undefined
  /** Unsigned big-endian number of at most six bytes. */
  number(length: number): number | undefined
  /** A length byte and so many bytes. */
  block(): Uint8Array | undefined
}

/** A cursor over bytes; it never throws, so that a reader stays one straight line. */
export function byteCursor(bytes: Uint8Array): ByteCursor {
  let place = 0
  let broken = false
  function take(length: number): Uint8Array | undefined {
    broken ||= place + length > bytes.length
    if (broken) return undefined
    place += length
    return bytes.subarray(place - length, place)
  }
  const number = (length: number) => take(length)?.reduce((value, byte) => value * 256 + byte, 0)
  return {
    at: () => place,
    take,
    number,
    block() {
      const length = number(1)
      return length === undefined ? undefined : take(length)
    },
  }
}
