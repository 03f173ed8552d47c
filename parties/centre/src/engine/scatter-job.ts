import { type Hashes, readSegment, type Storage } from '@unifare/core'
import { createScatter, isOfDay, type Piece } from './scatter.ts'
import type { Range, Spill } from './spill.ts'

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

/** A distributed segment. */
export interface Scattered {
  /** File that holds its pieces. */
  readonly file: string
  /** Where the records of every shard stand in it. */
  readonly taps: readonly (readonly Range[])[]
  readonly charges: readonly (readonly Range[])[]
  /** `Scatter.delivered` */
  readonly delivered: Uint8Array
  readonly tapCount: number
  readonly chargeCount: number
  readonly unreadable: number
}

/** Bytes of a shard that are set aside at once. */
const PIECE_BYTES = 32 * 1024
/** When a message was taken in, before it in the journal. */
const STAMP_BYTES = 6

/** Distributes a segment over shards. */
export async function scatterSegment(
  job: ScatterJob,
  {
    storage,
    spill,
    hashes,
  }: { readonly storage: Storage; readonly spill: Spill; readonly hashes: Hashes },
): Promise<Scattered> {
  const { journal, segment, shards, centre } = job
  const refused = new Set(job.refused)
  const scatter = createScatter({ centre, shards, pieceBytes: PIECE_BYTES })
  const placed = createPlaces(shards)
  for await (const { index, payload } of readSegment({ storage, journal, segment, hashes })) {
    if (index < job.from || index >= job.until || refused.has(index)) continue
    const message = payload.subarray(STAMP_BYTES)
    if (isOfDay(message)) placed.add(scatter.add(message))
  }
  placed.add(scatter.end())
  const file = `scatter-${journal}-${segment}`
  await spill.write(file, placed.parts)
  const { taps, charges, unreadable } = scatter.counts()
  return {
    file,
    taps: placed.taps,
    charges: placed.charges,
    delivered: scatter.delivered().slice(),
    tapCount: taps,
    chargeCount: charges,
    unreadable,
  }
}

function createPlaces(shards: number) {
  const parts: Uint8Array[] = []
  const taps = Array.from({ length: shards }, (): Range[] => [])
  const charges = Array.from({ length: shards }, (): Range[] => [])
  let offset = 0
  return {
    parts,
    taps,
    charges,
    add(pieces: readonly Piece[]): void {
      for (const { shard, kind, bytes } of pieces) {
        const ranges = (kind === 'taps' ? taps : charges)[shard]
        ranges?.push({ offset, length: bytes.length })
        parts.push(bytes)
        offset += bytes.length
      }
    },
  }
}
