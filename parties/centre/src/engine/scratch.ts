/**
 * Memory for the columns of one shard, given out from front to back and taken back all at once. A
 * day is cleared shard by shard: arrays of their own would be made and thrown away by the gigabyte.
 */
export interface Scratch {
  u8(length: number): Uint8Array
  u16(length: number): Uint16Array
  u32(length: number): Uint32Array
  i32(length: number): Int32Array
  f64(length: number): Float64Array
  /** Takes everything back: arrays that were given out must not be used any more. */
  reset(): void
}

const ALIGNMENT = 8
const START_BYTES = 1 << 20

/** Opens memory that grows to what the largest shard needs. All arrays begin with zeros. */
export function createScratch(): Scratch {
  let room = new ArrayBuffer(START_BYTES)
  let used = 0
  let wanted = 0

  /** Place of so many bytes; in memory of their own when there is no room, which the next time has. */
  function take(bytes: number): { readonly buffer: ArrayBuffer; readonly at: number } {
    const size = Math.ceil(bytes / ALIGNMENT) * ALIGNMENT
    wanted += size
    if (used + size > room.byteLength) return { buffer: new ArrayBuffer(size), at: 0 }
    const at = used
    used += size
    new Uint8Array(room, at, size).fill(0)
    return { buffer: room, at }
  }

  return {
    u8(length) {
      const { buffer, at } = take(length)
      return new Uint8Array(buffer, at, length)
    },
    u16(length) {
      const { buffer, at } = take(length * 2)
      return new Uint16Array(buffer, at, length)
    },
    u32(length) {
      const { buffer, at } = take(length * 4)
      return new Uint32Array(buffer, at, length)
    },
    i32(length) {
      const { buffer, at } = take(length * 4)
      return new Int32Array(buffer, at, length)
    },
    f64(length) {
      const { buffer, at } = take(length * 8)
      return new Float64Array(buffer, at, length)
    },
    reset() {
      if (wanted > room.byteLength) room = new ArrayBuffer(Math.ceil(wanted * 1.25))
      used = 0
      wanted = 0
    },
  }
}
