import { utf8 } from './bytes.ts'
import { openJournal } from './journal.ts'
import { createMemoryStorage, type MemoryStorage } from './memory-storage.ts'

export const NAME = 'taps'
export const FIRST = 'taps-000001.seg'
export const open = (storage: MemoryStorage, maxSegmentBytes?: number) =>
  openJournal({ storage, name: NAME, ...(maxSegmentBytes && { maxSegmentBytes }) })

export async function texts(storage: MemoryStorage, maxSegmentBytes?: number): Promise<string[]> {
  const journal = await open(storage, maxSegmentBytes)
  const records = await journal.read(0, journal.length)
  await journal.close()
  return records.map((record) => new TextDecoder().decode(record.payload))
}

/** A journal with one group per given list of records. */
export async function written(groups: readonly (readonly string[])[]): Promise<Uint8Array> {
  const storage = createMemoryStorage()
  const journal = await open(storage)
  for (const group of groups) {
    for (const text of group) journal.append(utf8(text))
    await journal.sync()
  }
  await journal.close()
  const bytes = await storage.read(FIRST)
  return bytes ?? new Uint8Array()
}

export async function storageWith(bytes: Uint8Array): Promise<MemoryStorage> {
  const storage = createMemoryStorage()
  await storage.replace(FIRST, bytes)
  return storage
}
