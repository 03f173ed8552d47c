import { createSerial, type Hashes, readSegment, type Storage } from '@unifare/core'
import { createScatter, type ScatterResult } from './scatter.ts'
import { createScratch } from './scratch.ts'
import type { Spill } from './spill.ts'

/** A segment of an intake journal, to be distributed over the shards of a day. */
export interface ScatterJob {
  readonly journal: string
  readonly segment: number
  /** Records of the journal that belong to the day: from the first to before the second. */
  readonly from: number
  readonly until: number
  /** Records that intake refused: they stand in the journal and count for nothing. */
  readonly refused: readonly number[]
  readonly shards: number
  readonly centre: string
}

/** A distributed segment: its records are in a file, shard by shard. */
export interface Scattered extends Omit<ScatterResult, 'bytes'> {
  readonly file: string
}

/** When a message was taken in, before it in the journal. */
const STAMP_BYTES = 6
/** Room for a segment and, behind it, for the lines of its records. */
const ROOM = 2.2

/** Opens a distributor of segments; it keeps its memory from one segment to the next. */
export function createScatterer({
  storage,
  spill,
  hashes,
}: {
  readonly storage: Storage
  readonly spill: Spill
  readonly hashes: Hashes
}): (job: ScatterJob) => Promise<Scattered> {
  let room = new Uint8Array(0)
  const records = createScatter(createScratch())

  /** The segment's messages in the room: their places, and where the segment ends. */
  async function load({ journal, segment, from, until, refused }: ScatterJob) {
    const unwanted = new Set(refused)
    const places: { readonly from: number; readonly end: number }[] = []
    let bytes: Uint8Array | undefined
    for await (const one of readSegment({ storage, journal, segment, hashes, into: room })) {
      const { index, payload } = one
      bytes = new Uint8Array(payload.buffer)
      if (index < from || index >= until || unwanted.has(index)) continue
      const at = payload.byteOffset
      places.push({ from: at + STAMP_BYTES, end: at + payload.length })
    }
    const end = places.reduce((last, place) => Math.max(last, place.end), 0)
    // Read into memory of its own, or into the room, where it fits but its lines do not.
    if (bytes !== undefined && (bytes.buffer !== room.buffer || room.length < end * ROOM)) {
      const length = bytes.buffer === room.buffer ? end : bytes.length
      room = new Uint8Array(Math.ceil(length * ROOM))
      room.set(bytes.subarray(0, length))
    }
    return { places, end }
  }

  async function scatter(job: ScatterJob): Promise<Scattered> {
    const { places, end } = await load(job)
    const { shards, centre } = job
    records.begin(room, { centre, shards, messagesEnd: end })
    for (const place of places) records.add(place.from, place.end)
    const { bytes, ...scattered } = records.end(end)
    const file = `scatter-${job.journal}-${job.segment}`
    await spill.write(file, [bytes])
    return { file, ...scattered }
  }

  // One after the other: they share the room.
  const oneByOne = createSerial()
  return (job) => oneByOne(() => scatter(job))
}
