/**
 * Files that need not survive a crash: what clearing sets aside while it works. Names are plain.
 */
export interface Spill {
  /** Writes a whole file. */
  write(name: string, parts: readonly Uint8Array[]): Promise<void>
  /** Reads bytes of a file to the front of an array, which has room for them. */
  read(name: string, range: Range, into: Uint8Array): Promise<void>
  remove(name: string): Promise<void>
}

/** Bytes of a file. */
export interface Range {
  readonly offset: number
  readonly length: number
}

/** Set-aside files in memory, for days that fit in it. */
export function createMemorySpill(): Spill {
  const files = new Map<string, Uint8Array>()
  return {
    async write(name, parts) {
      const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
      let at = 0
      for (const part of parts) {
        bytes.set(part, at)
        at += part.length
      }
      files.set(name, bytes)
    },
    async read(name, { offset, length }, into) {
      const bytes = files.get(name)
      if (bytes === undefined) throw new TypeError(`nothing was set aside as ${name}`)
      into.set(bytes.subarray(offset, offset + length))
    },
    async remove(name) {
      files.delete(name)
    },
  }
}
