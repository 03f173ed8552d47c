import {
  equalBytes,
  listSegments,
  pureHashes,
  readSegment,
  type Storage,
  segmentStart,
  type Tx,
  UnifareError,
} from '@unifare/core'
import { intake } from '@unifare/institution'
import {
  deliveryId,
  type Message,
  parseBatch,
  parseMessage,
  parseTap,
  type Tap,
} from '@unifare/tap'
import { type TapRow, taps } from '../tables.ts'
import { originalOf } from '../tiers/envelope.ts'
import type { ConflictCase } from './conflict-case.ts'

const JOURNAL = 'intake'
/** Bytes of the time that stands before each message of an intake journal. */
const STAMP_BYTES = 6

/**
 * Records that a terminal's operator delivered again with other content. The batch was refused as a
 * whole, so its content stands in the centre's journal alone.
 */
export async function forkedDeliveries(tx: Tx, storage: Storage): Promise<ConflictCase[]> {
  const refused = (await tx.select(intake, { ok: false })).filter(
    ({ kind, result }) =>
      kind === 'tap-batch' && (result as { code?: unknown }).code === 'batch.forked',
  )
  const messages = await journaled(storage, new Set(refused.map((row) => row.journalIndex)))
  const cases: ConflictCase[] = []
  for (const message of messages) cases.push(...(await forksIn(tx, message)))
  return cases
}

async function forksIn(tx: Tx, message: Message): Promise<ConflictCase[]> {
  const { header, records } = parseBatch(originalOf(message).body)
  const { terminal, operator, first } = header
  const held = await tx.get(
    taps,
    records.map((_, index) => ({ terminal, sequence: first + index })),
  )
  return records.flatMap((raw, index): ConflictCase[] => {
    const row = held[index]
    const tap = readable(raw)
    if (row === undefined || tap === undefined || equalBytes(row.raw, raw)) return []
    const sequence = first + index
    return [
      {
        kind: 'delivery',
        key: deliveryId({ terminal, sequence }),
        day: null,
        at: message.sentAt,
        state: 'REFUSED',
        deadline: null,
        standing: standingOf(row),
        other: { deliveredBy: operator, terminal, sequence, charge: null, tap },
      },
    ]
  })
}

function standingOf({ operator, terminal, sequence, raw }: TapRow): ConflictCase['standing'] {
  const tap = readable(raw)
  return tap === undefined ? null : { deliveredBy: operator, terminal, sequence, charge: null, tap }
}

function readable(raw: Uint8Array): Tap | undefined {
  try {
    return parseTap(raw)
  } catch (error) {
    if (!(error instanceof UnifareError)) throw error
    return undefined
  }
}

/** Messages of the journal by their places; only the segments that hold them are read. */
async function journaled(storage: Storage, places: ReadonlySet<number>): Promise<Message[]> {
  const messages: Message[] = []
  const segments = places.size === 0 ? [] : await listSegments(storage, JOURNAL)
  const starts = await Promise.all(segments.map((one) => segmentStart(storage, JOURNAL, one)))
  for (const [index, segment] of segments.entries()) {
    const [from, to] = [starts[index] ?? 0, starts[index + 1] ?? Number.POSITIVE_INFINITY]
    if (![...places].some((place) => place >= from && place < to)) continue
    const options = { storage, journal: JOURNAL, segment, hashes: pureHashes }
    for await (const { index: place, payload } of readSegment(options)) {
      if (places.has(place)) messages.push(parseMessage(payload.slice(STAMP_BYTES)))
    }
  }
  return messages
}
