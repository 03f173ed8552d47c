import type { Storage } from './env.ts'
import type { GroupBuffer } from './group-buffer.ts'
import {
  encodeSegmentHeader,
  SEGMENT_HEADER,
  SEGMENT_VERSION,
  segmentName,
} from './journal-format.ts'
import { type Mark, type RecoveredJournal, STRETCH_BYTES } from './journal-recovery.ts'

/** Writes one group after the other into segment files. */
export interface GroupWriter {
  readonly marks: readonly Mark[]
  /** Behind the last durable group. */
  readonly end: Mark
  /** Resolves when the group is durable. One call at a time; the group must not change meanwhile. */
  write(group: GroupBuffer, hashAfter: Uint8Array): Promise<void>
  close(): Promise<void>
}

/** A writer that goes on where recovery ended. */
export function createGroupWriter(options: {
  readonly storage: Storage
  readonly name: string
  readonly recovered: RecoveredJournal
  readonly maxSegmentBytes: number
}): GroupWriter {
  const { storage, name, recovered, maxSegmentBytes } = options
  const { marks } = recovered
  let { end, file, version } = recovered

  async function roll(): Promise<void> {
    const segment = end.segment + 1
    const header = encodeSegmentHeader(segment, end.index, end.hash)
    await storage.replace(segmentName(name, segment), header)
    await file.close()
    file = await storage.open(segmentName(name, segment))
    end = { ...end, segment, offset: SEGMENT_HEADER.length }
    version = SEGMENT_VERSION
    marks.push(end)
  }

  return {
    marks,
    get end() {
      return end
    },
    async write(group, hash) {
      const { length } = group
      const parts = group.seal(end.index, end.hash)
      const begun = end.offset > SEGMENT_HEADER.length
      const full = begun && end.offset + length > maxSegmentBytes
      // What an older program wrote it may read again: nothing new goes into its segments.
      if (full || version !== SEGMENT_VERSION) await roll()
      await file.write(end.offset, ...parts)
      await file.sync()
      const mark = marks.at(-1)
      if (mark !== undefined && end.offset - mark.offset >= STRETCH_BYTES) marks.push(end)
      const { segment } = end
      end = { segment, offset: end.offset + length, index: end.index + group.count, hash }
    },
    close: () => file.close(),
  }
}
