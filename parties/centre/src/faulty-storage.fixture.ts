import { createMemoryStorage, type MemoryStorage } from '@unifare/core'

/** A disk in memory that fails as a test says. */
export interface FaultyStorage extends MemoryStorage {
  /** Called before a file is written whole: throws what the disk would. */
  onReplace: (name: string) => void
  /** Changes what is read of a file, or throws what the disk would. */
  onRead: (name: string, bytes: Uint8Array) => Uint8Array
}

/** Opens a disk that works until a test says otherwise. */
export function createFaultyStorage(): FaultyStorage {
  const disk = createMemoryStorage()
  const faulty: FaultyStorage = {
    ...disk,
    onReplace: () => undefined,
    onRead: (_, bytes) => bytes,
    async replace(name, content) {
      faulty.onReplace(name)
      await disk.replace(name, content)
    },
    async read(name) {
      const bytes = await disk.read(name)
      return bytes && faulty.onRead(name, bytes)
    },
    async open(name) {
      const file = await disk.open(name)
      return {
        ...file,
        async read(offset = 0, length = Number.POSITIVE_INFINITY) {
          // As a whole, so that the fault is at a place of the file.
          const bytes = faulty.onRead(name, await file.read())
          return bytes.slice(offset, offset + length)
        },
      }
    },
  }
  return faulty
}
