import { fromHex, toHex, view } from '@unifare/core'
import { sha256 } from '@unifare/crypto'
import {
  type Charge,
  chargeId,
  deliveryId,
  encodeCharge,
  encodeTap,
  MEDIA,
  type Medium,
  type Tap,
} from '@unifare/tap'
import { createVerifier, dayOf } from '../clearing.fixture.ts'
import { type CheckedTap, type Cleared, type ClearingInput, clearDay } from '../clearing.ts'
import { type EvidenceVerdict, type Verifier, verifyTaps } from '../evidence.ts'
import { acceptanceTable } from './acceptance-table.ts'
import { accountHash } from './account-hash.ts'
import { linesOf } from './lines.ts'
import type { RiddenCards } from './past.ts'
import { type ClearedShard, clearShard, type ShardContext, type ShardRecords } from './shard.ts'
import { ROW_BYTES, verdictOf, verdictRow } from './verdict-rows.ts'

/** A tap and the version of the deny list that its terminal held. */
export interface HeldTap {
  readonly tap: Tap
  readonly held: number
}

/** A deny entry as both ways of clearing read it. */
export interface Denied {
  readonly issuer: string
  readonly account: string
  readonly medium: 'card' | 'code'
  readonly version: number
  readonly until: number
}

/** A day as the tests make it. */
export interface TestDay {
  readonly charges: readonly Charge[]
  readonly taps: readonly HeldTap[]
  readonly denied?: readonly Denied[]
  readonly verifier?: Verifier
  /** Day that closes; the fixtures' own when not given. */
  readonly day?: string
}

/** The records of a shard, as they are distributed. */
export function recordsOf({ charges, taps }: Pick<TestDay, 'charges' | 'taps'>): ShardRecords {
  return {
    taps: joined(
      taps.map(({ tap, held }) => linesOf('tap', encodeTap(tap), { held, hash: hashOfOwner(tap) })),
    ),
    charges: joined(
      charges.map((charge) =>
        linesOf('charge', encodeCharge(charge), { held: 0, hash: hashOfOwner(charge) }),
      ),
    ),
  }
}

function joined(parts: readonly Uint32Array[]): Uint32Array {
  const all = new Uint32Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}

function hashOfOwner({ issuer, account, medium }: Pick<Tap, 'issuer' | 'account' | 'medium'>) {
  return hashOf(issuer, account, medium)
}

/** Cards that nobody has seen before: every counter is new. */
export const NEW_CARDS: RiddenCards = { isNew: () => true, ride: () => undefined }

/** Clears a day on columns. */
export async function clearOnColumns(
  day: TestDay,
  changes: Partial<ShardContext> = {},
): Promise<ClearedShard> {
  const { day: own, oldestDay, issuers, acceptance, fees } = dayOf([], [])
  const delivered = new Set(day.taps.map(({ tap }) => deliveryId(tap)))
  const { denied = [], verifier = createVerifier() } = day
  return clearShard(
    recordsOf(day),
    {
      day: day.day ?? own,
      oldestDay,
      issuers,
      acceptance: acceptanceTable(acceptance),
      fees,
      denied: denied.map(({ issuer, account, medium, version, until }) => ({
        account: fromHex(`${issuer}${account}F`),
        medium: MEDIA[medium],
        version,
        until,
      })),
    },
    {
      verifier,
      cards: NEW_CARDS,
      history: async () => [],
      wasDelivered: (high, low, sequence) => {
        const terminal = (high * 0x1_0000_0000 + low).toString(16).padStart(12, '0')
        return delivered.has(deliveryId({ terminal, sequence }))
      },
      ...changes,
    },
  )
}

/** Clears the same day by the specification, with objects. */
export async function clearOnObjects(
  day: TestDay,
  changes: Partial<ClearingInput> = {},
): Promise<Cleared> {
  const { denied = [], verifier = createVerifier() } = day
  const named = new Set(day.charges.flatMap(({ taps }) => taps.map(deliveryId)))
  const taps = day.taps.filter(({ tap }) => named.has(deliveryId(tap)))
  const verdicts = await verifyTaps(
    taps.map(({ tap }) => tap),
    verifier,
  )
  const isDenied = ({ tap, held }: HeldTap) =>
    denied.some(
      (one) =>
        one.medium === tap.medium &&
        one.issuer === tap.issuer &&
        one.account === tap.account &&
        held >= one.version &&
        (one.until === 0 || held < one.until),
    )
  return clearDay(
    dayOf(
      day.charges,
      taps.map((one, i): CheckedTap => {
        const hash = toHex(sha256(encodeTap(one.tap)))
        return { tap: one.tap, hash, ...(verdicts[i] as EvidenceVerdict), denied: isDenied(one) }
      }),
      { ...(day.day !== undefined && { day: day.day }), ...changes },
    ),
  )
}

/** Verdicts by charge, as both ways must give them. */
export function verdictsOfRows(rows: Uint8Array): Record<string, string> {
  return Object.fromEntries(
    rowsOf(rows).map((row) => [chargeId(row), verdictOf(row.verdict)] as const),
  )
}

/** Rows read back. */
export function rowsOf(rows: Uint8Array) {
  return Array.from({ length: rows.length / ROW_BYTES }, (_, i) =>
    verdictRow.decode(rows.subarray(i * ROW_BYTES, (i + 1) * ROW_BYTES)),
  )
}

/** Hash of a medium's account by its digits. */
export function hashOf(issuer: string, account: string, medium: Medium): number {
  return accountHash(view(fromHex(`${issuer}${account}F`)), 0, MEDIA[medium])
}
