import {
  encodeSegmentHeader,
  equalBytes,
  GENESIS_HASH,
  listSegments,
  type Storage,
  segmentName,
} from '@unifare/core'
import { damagedFileOf } from '../engine/checksum.ts'
import { forgetCleared } from '../engine/clear-input.ts'
import { SET_ASIDE } from '../own-files.ts'

/** Files that a cleared day left: all of them are made again from the journal. */
const OF_DAY = /^(?:closed|fees|rules|delivered)-(\d{4}-\d{2}-\d{2})/
/** Records that came by file: they are stored, and the journal of them is made again. */
const OF_FILES = /^(files-\d{4}-\d{2}-\d{2}-\d+)-\d{6}\.seg$/

/**
 * Does work that reads what earlier days left. A file that is not as it was written is put aside
 * under another name, and what made it is asked for again: the work is done anew. Throws what the work
 * threw where a file is damaged again that was mended, or is none that can be made again.
 */
export async function mending<Result>(
  storage: Storage,
  work: () => Promise<Result>,
): Promise<Result> {
  const mended = new Set<string>()
  for (;;) {
    try {
      return await work()
    } catch (error) {
      const file = damagedFileOf(error)
      if (file === undefined || mended.has(file) || !(await mend(storage, file))) throw error
      mended.add(file)
    }
  }
}

async function mend(storage: Storage, file: string): Promise<boolean> {
  const [, day] = OF_DAY.exec(file) ?? []
  const [, journal] = OF_FILES.exec(file) ?? []
  if (day === undefined && journal === undefined) return false
  await putAside(storage, file)
  if (day !== undefined) await forgetCleared(storage, day)
  if (journal !== undefined) await emptyJournal(storage, journal)
  return true
}

/** Keeps what is left of a file, once: it may tell what is wrong with the disk. */
async function putAside(storage: Storage, file: string): Promise<void> {
  const bytes = await storage.read(file)
  if (bytes === undefined) return
  for (let n = 1; ; n++) {
    const name = `${SET_ASIDE}${file}${n === 1 ? '' : `-${n}`}`
    const before = await storage.read(name)
    if (before === undefined) return storage.replace(name, bytes)
    if (equalBytes(before, bytes)) return
  }
}

async function emptyJournal(storage: Storage, journal: string): Promise<void> {
  for (const segment of await listSegments(storage, journal)) {
    const empty = encodeSegmentHeader(segment, 0, GENESIS_HASH)
    await storage.replace(segmentName(journal, segment), empty)
  }
}
