import { equalBytes, fromHex, requireData, type Tx, toHex, UnifareError } from '@unifare/core'
import {
  type Batch,
  CHAIN_START,
  chainNext,
  MONEY_KINDS,
  mediumId,
  parseTap,
  reasonOf,
  type Tap,
  type TapKind,
} from '@unifare/tap'
import { applyGateEvents } from './gate-events.ts'
import { claimIdentities } from './identities.ts'
import { marks, type TapRow, taps } from './tables.ts'
import { type UntoldRow, untold } from './trips/trip-tables.ts'

/** What a batch did: how many records were new, and which could not be read. */
export interface IntakeResult {
  /** Acknowledged: everything before this sequence is safe here. */
  readonly end: number
  readonly posted: number
  readonly repeated: number
  readonly quarantined: readonly { readonly sequence: number; readonly code: string }[]
}

/** A record that was not delivered before. */
export interface Fresh {
  row: TapRow
  readonly tap: Tap | undefined
}

/** Kinds that an operator makes charges of: loads are orders of their own. */
const CHARGED_KINDS: ReadonlySet<TapKind> = new Set(
  [...MONEY_KINDS].filter((kind) => kind !== 'load'),
)

/**
 * Whether a batch begins where a terminal's records end, or before. Throws `batch.gap` and
 * `batch.bad-chain`. Both may be mended by what the terminal sends next, so the batch must not be
 * taken for refused for ever.
 */
export async function checkPlace(tx: Tx, { header }: Batch): Promise<void> {
  const { terminal, first, previous } = header
  const known = await placeOf(tx, terminal)
  requireData(
    first <= known.end,
    'batch.gap',
    `records ${known.end} to ${first - 1} of ${terminal} are missing: send them first`,
  )
  requireData(
    first < known.end || previous === known.chain,
    'batch.bad-chain',
    `the batch does not continue the chain of ${terminal}`,
  )
}

/**
 * Takes a batch of taps in. Idempotent by delivery: a record that was delivered before has no
 * effect, a poison record is quarantined alone, a void record undoes the one it speaks of. Throws
 * `batch.forked`, and `batch.bad-chain` when the repeated part does not run into the known chain.
 */
export async function takeBatch(tx: Tx, batch: Batch): Promise<IntakeResult> {
  const { terminal, operator, first, end, chain } = batch.header
  const keys = batch.records.map((_, index) => ({ terminal, sequence: first + index }))
  const known = await tx.get(taps, keys)
  batch.records.forEach((raw, index) => {
    requireData(
      equalBytes(known[index]?.raw ?? raw, raw),
      'batch.forked',
      `record ${terminal}-${first + index} was delivered before with other content`,
    )
  })
  const place = await placeOf(tx, terminal)
  checkOverlap(batch, place)
  const fresh = batch.records.flatMap((raw, index) =>
    known[index] === undefined
      ? [readRecord(raw, { terminal, operator, sequence: first + index })]
      : [],
  )
  const voided = await applyGateEvents(tx, fresh)
  await claimIdentities(tx, { fresh, voided })
  await tx.put(
    taps,
    fresh.map(({ row }) => row),
  )
  await tx.put(untold, toTell(fresh))
  if (end > place.end) await tx.put(marks, [{ name: markOf(terminal), value: `${end}:${chain}` }])
  const quarantined = fresh.flatMap(({ row }) =>
    row.state === 'quarantined' ? [{ sequence: row.sequence, code: row.note }] : [],
  )
  return {
    end: Math.max(end, place.end),
    posted: fresh.length - quarantined.length,
    repeated: batch.records.length - fresh.length,
    quarantined,
  }
}

/** Riders with codes want to hear of their taps; the same code at a second terminal is no second trip. */
function toTell(fresh: readonly Fresh[]): UntoldRow[] {
  return fresh.flatMap(({ row }) => {
    const { terminal, sequence, medium, identity, state } = row
    return medium === 'code' && identity !== '' && state !== 'duplicate'
      ? [{ terminal, sequence }]
      : []
  })
}

/** Where the records of a terminal end: the next sequence, and the chain value before it. */
interface Place {
  readonly end: number
  readonly chain: string
}

const markOf = (terminal: string) => `chain/${terminal}`

async function placeOf(tx: Tx, terminal: string): Promise<Place> {
  const [mark] = await tx.get(marks, [{ name: markOf(terminal) }])
  const [end = '1', chain = toHex(CHAIN_START)] = mark?.value.split(':') ?? []
  return { end: Number(end), chain }
}

function checkOverlap({ header, records }: Batch, place: Place): void {
  const { terminal, first, end, previous } = header
  if (first >= place.end || end < place.end) return
  const repeated = records.slice(0, place.end - first)
  requireData(
    toHex(repeated.reduce(chainNext, fromHex(previous))) === place.chain,
    'batch.bad-chain',
    `the repeated records do not run into the chain of ${terminal}`,
  )
}

function readRecord(
  raw: Uint8Array,
  place: { readonly terminal: string; readonly operator: string; readonly sequence: number },
): Fresh {
  const { terminal, operator, sequence } = place
  const unread = { terminal, sequence, medium: '', identity: '', rider: '', kind: '', at: 0, raw }
  try {
    const tap = parseTap(raw)
    if (tap.terminal !== terminal || tap.sequence !== sequence || tap.operator !== operator) {
      return { tap: undefined, row: { ...unread, state: 'quarantined', note: 'tap.bad-field' } }
    }
    const charged = CHARGED_KINDS.has(tap.kind) && tap.medium !== 'none'
    return {
      tap,
      row: {
        terminal,
        sequence,
        medium: tap.medium,
        identity: charged ? mediumId(tap) : '',
        rider: tap.account === '' ? '' : `${tap.medium}/${tap.issuer}/${tap.account}`,
        kind: tap.kind,
        at: tap.at,
        state: charged ? 'open' : 'noted',
        note: reasonOf(tap.reason) ?? '',
        raw,
      },
    }
  } catch (error) {
    if (!(error instanceof UnifareError)) throw error
    return { tap: undefined, row: { ...unread, state: 'quarantined', note: error.code } }
  }
}
