import { equalBytes, requireData, type Tx, UnifareError } from '@unifare/core'
import { type Batch, MONEY_KINDS, mediumId, parseTap, reasonOf, type Tap } from '@unifare/tap'
import { type IdentityRow, identities, type TapRow, taps } from './tables.ts'

/** What a batch did: how many records were new, and which could not be read. */
export interface IntakeResult {
  /** Acknowledged: everything before this sequence is safe here. */
  readonly end: number
  readonly posted: number
  readonly repeated: number
  readonly quarantined: readonly { readonly sequence: number; readonly code: string }[]
}

/**
 * Takes a batch of taps in. Idempotent by delivery: a record that was delivered before has no
 * effect, a poison record is quarantined alone, a void record undoes the one it speaks of.
 */
export async function takeBatch(tx: Tx, batch: Batch): Promise<IntakeResult> {
  const { terminal, first, end } = batch.header
  const keys = batch.records.map((_, index) => ({ terminal, sequence: first + index }))
  const known = await tx.get(taps, keys)
  batch.records.forEach((raw, index) => {
    requireData(
      equalBytes(known[index]?.raw ?? raw, raw),
      'batch.forked',
      `record ${terminal}-${first + index} was delivered before with other content`,
    )
  })
  const fresh = batch.records.flatMap((raw, index) =>
    known[index] === undefined ? [readRecord(raw, terminal, first + index)] : [],
  )
  await markRepeatedMedia(tx, fresh)
  await applyGateEvents(tx, fresh)
  await tx.put(
    taps,
    fresh.map(({ row }) => row),
  )
  const quarantined = fresh.flatMap(({ row }) =>
    row.state === 'quarantined' ? [{ sequence: row.sequence, code: row.note }] : [],
  )
  return {
    end,
    posted: fresh.length - quarantined.length,
    repeated: batch.records.length - fresh.length,
    quarantined,
  }
}

interface Fresh {
  row: TapRow
  readonly tap: Tap | undefined
}

function readRecord(raw: Uint8Array, terminal: string, sequence: number): Fresh {
  const unread = {
    terminal,
    sequence,
    medium: '',
    identity: '',
    rider: '',
    kind: '',
    at: 0,
    raw,
  }
  try {
    const tap = parseTap(raw)
    if (tap.terminal !== terminal || tap.sequence !== sequence) {
      return { tap: undefined, row: { ...unread, state: 'quarantined', note: 'tap.bad-field' } }
    }
    const money = MONEY_KINDS.has(tap.kind) && tap.medium !== 'none'
    return {
      tap,
      row: {
        terminal,
        sequence,
        medium: tap.medium,
        identity: money ? mediumId(tap) : '',
        rider: tap.account === '' ? '' : `${tap.medium}/${tap.issuer}/${tap.account}`,
        kind: tap.kind,
        at: tap.at,
        state: money ? 'open' : 'noted',
        note: reasonOf(tap.reason) ?? '',
        raw,
      },
    }
  } catch (error) {
    if (!(error instanceof UnifareError)) throw error
    return { tap: undefined, row: { ...unread, state: 'quarantined', note: error.code } }
  }
}

/** The same presentation under another delivery: only the first that came in can be charged. */
async function markRepeatedMedia(tx: Tx, fresh: readonly Fresh[]): Promise<void> {
  const named = fresh.filter(({ row }) => row.identity !== '')
  const known = await tx.get(
    identities,
    named.map(({ row: { identity } }) => ({ identity })),
  )
  const first = new Map<string, IdentityRow>()
  named.forEach((item, index) => {
    const { identity, terminal, sequence } = item.row
    if (known[index] !== undefined || first.has(identity)) {
      item.row = { ...item.row, state: 'duplicate', note: 'tap.duplicate' }
    } else first.set(identity, { identity, terminal, sequence })
  })
  await tx.put(identities, [...first.values()])
}

/**
 * What a gate says later of an accepted record: `passed` confirms it, `timed-out` voids it (nobody
 * rode, or nobody was told to go). A card that was debited stays debited: its record is not voided.
 */
async function applyGateEvents(tx: Tx, fresh: readonly Fresh[]): Promise<void> {
  for (const { tap } of fresh) {
    if (tap === undefined || tap.refersTo === 0) continue
    if (tap.kind !== 'timed-out' && tap.kind !== 'passed') continue
    const change = (row: TapRow): TapRow => {
      if (row.state !== 'open') return row
      if (tap.kind === 'passed') return { ...row, note: 'passed' }
      return debited(row)
        ? row
        : { ...row, state: 'void', note: reasonOf(tap.reason) ?? 'gate.timed-out' }
    }
    const here = fresh.find(({ row }) => row.sequence === tap.refersTo)
    if (here !== undefined) {
      here.row = change(here.row)
      continue
    }
    const [row] = await tx.get(taps, [{ terminal: tap.terminal, sequence: tap.refersTo }])
    if (row !== undefined) await tx.put(taps, [change(row)])
  }
}

function debited(row: TapRow): boolean {
  return row.medium === 'card' && parseTap(row.raw).amountFen > 0
}
