import type { AcceptanceContent } from '@unifare/bundle'
import { businessDay, type Instant, type Tx } from '@unifare/core'
import type { CompiledTariff } from '@unifare/fares'
import { type Charge, deliveryId, encodeCharge, parseTap, type Tap } from '@unifare/tap'
import { openFareAccounts, ridden } from './fare-accounts.ts'
import { incidents } from './incidents.ts'
import { journeyRow, lateRows, loneEndRows, openingRows } from './journey-rows.ts'
import { type Paired, pairTaps, type SeenTap, tapsOf } from './pairing.ts'
import { type PricedRide, priceRide } from './pricing.ts'
import {
  type ChargeRow,
  charges,
  journeys,
  type LoneEnd,
  loneEnds,
  marks,
  openings,
  type TapRow,
  type TapState,
  taps,
} from './tables.ts'

const CNY = 156
/** Kinds of card taps that may open a journey. */
const OPENING_KINDS: ReadonlySet<string> = new Set(['entry', 'repair'])

/** What an hour's charging did. */
export interface ChargingResult {
  readonly charges: number
  /** Journeys that cost nothing: void, completed late, open trips that the card itself keeps. */
  readonly voided: number
  /** Code journeys that no tariff prices: they stay open until one does. */
  readonly unpriced: number
  /** Charges whose card was debited otherwise than the tariff says (`differencesOf`). */
  readonly differing: number
}

/** A journey with its price, or without one when nothing is charged. */
interface Decided {
  readonly paired: Paired
  readonly charge: ChargeRow | undefined
}

/**
 * Makes journeys and charges of all open taps up to an instant. Repeatable: a tap is charged once,
 * and a tap that still waits for its other end stays open until `giveUpBefore`.
 */
export async function makeCharges(
  tx: Tx,
  options: {
    readonly tariffs: readonly CompiledTariff[]
    readonly acceptance: AcceptanceContent
    readonly operator: string
    readonly upTo: Instant
    readonly giveUpBefore: Instant
  },
): Promise<ChargingResult> {
  const open = (await tx.select(taps, { state: 'open' })).filter((row) => row.at <= options.upTo)
  const paired = await pairAll(tx, open, options.giveUpBefore)
  const [mark] = await tx.get(marks, [{ name: 'charges' }])
  let number = mark === undefined ? 0 : Number(mark.value)
  const accounts = await openFareAccounts(tx, {
    operator: options.operator,
    tariffs: options.tariffs,
    taps: paired.map(lastTap),
  })
  const more = { quote: accounts.price, incidents: await tx.select(incidents, {}) }
  const decided: Decided[] = []
  let unpriced = 0
  for (const item of paired) {
    const ride = priceRide(options.tariffs, options.acceptance, item, more)
    if (ride !== undefined) number += 1
    else if (costs(item)) {
      unpriced += 1
      continue
    }
    const charge = ride && chargeRow(options.operator, number, ride)
    decided.push({ paired: item, charge })
  }
  await tx.put(marks, [{ name: 'charges', value: String(number) }])
  await store(tx, open, decided)
  await tx.put(ridden, accounts.fresh())
  const made = decided.flatMap(({ charge }) => charge ?? [])
  return {
    charges: made.length,
    voided: decided.length - made.length,
    unpriced,
    differing: made.filter(({ amountFen, pricedFen }) => amountFen !== pricedFen).length,
  }
}

async function store(tx: Tx, open: readonly TapRow[], decided: readonly Decided[]): Promise<void> {
  const rows = new Map(open.map((row) => [deliveryId(row), row]))
  const changed = decided.flatMap(({ paired, charge }) =>
    settledTaps(paired, rows, charge !== undefined),
  )
  const fresh = decided.filter(({ paired }) => !('completes' in paired && paired.completes))
  const journeyRows = fresh.map(({ paired, charge }) => journeyRow(paired, charge?.number ?? 0))
  await tx.put(taps, changed)
  await tx.put(journeys, journeyRows)
  await tx.put(
    charges,
    decided.flatMap(({ charge }) => charge ?? []),
  )
  await tx.put(openings, openingRows(journeyRows))
  const all = decided.map(({ paired }) => paired)
  await tx.put(journeys, await lateRows(tx, all))
  await tx.put(loneEnds, await loneEndRows(tx, all))
}

async function pairAll(tx: Tx, open: readonly TapRow[], giveUpBefore: Instant): Promise<Paired[]> {
  const byRider = new Map<string, SeenTap[]>()
  for (const row of open) {
    const seen = { tap: parseTap(row.raw), passed: row.note === 'passed' }
    const others = byRider.get(row.rider)
    if (others === undefined) byRider.set(row.rider, [seen])
    else others.push(seen)
  }
  const openingsOf = await chargedOpenings(tx, open)
  const endsOf = await chargedEnds(tx, open)
  const paired = [...byRider].flatMap(([rider, seen]) =>
    pairTaps(seen, {
      giveUpBefore,
      chargedOpenings: openingsOf.get(rider) ?? new Set(),
      loneEnds: endsOf.get(rider) ?? [],
    }),
  )
  return paired.sort((a, b) => {
    const [first, other] = [lastTap(a), lastTap(b)]
    return (
      first.at - other.at ||
      (first.terminal < other.terminal ? -1 : first.terminal > other.terminal ? 1 : 0) ||
      first.sequence - other.sequence
    )
  })
}

async function chargedOpenings(
  tx: Tx,
  open: readonly TapRow[],
): Promise<ReadonlyMap<string, ReadonlySet<number>>> {
  const entries = open.filter(({ kind, medium }) => OPENING_KINDS.has(kind) && medium === 'card')
  const known = await tx.get(
    openings,
    entries.map(({ rider, at }) => ({ rider, openedS: Math.floor(at / 1000) })),
  )
  return gathered(known.flatMap((row) => (row ? [[row.rider, row.openedS] as const] : [])))
}

async function chargedEnds(
  tx: Tx,
  open: readonly TapRow[],
): Promise<ReadonlyMap<string, readonly LoneEnd[]>> {
  const codes = open.filter(({ medium, kind }) => medium === 'code' && kind !== 'purchase')
  const keys = new Map(
    codes.map(({ rider, at }) => {
      const day = businessDay(at)
      return [`${rider}/${day}`, { rider, day }] as const
    }),
  )
  const known = await tx.get(loneEnds, [...keys.values()])
  return new Map(
    [
      ...gathered(
        known.flatMap((row) => (row ? [[row.rider, row.ends as LoneEnd[]] as const] : [])),
      ),
    ].map(([rider, days]) => [rider, [...days].flat()] as const),
  )
}

function gathered<T>(pairs: readonly (readonly [string, T])[]): Map<string, Set<T>> {
  const sets = new Map<string, Set<T>>()
  for (const [key, value] of pairs) sets.set(key, (sets.get(key) ?? new Set<T>()).add(value))
  return sets
}

function lastTap(paired: Paired): Tap {
  return tapsOf(paired).at(-1) as Tap
}

/** Journeys that cost something by their kind; a card's open trip is settled on the card itself. */
function costs(paired: Paired): boolean {
  switch (paired.kind) {
    case 'single':
    case 'journey':
      return true
    case 'repaired':
      return paired.exit.amountFen > 0
    case 'missing-exit':
    case 'missing-entry':
      return lastTap(paired).medium === 'code'
    case 'void':
    case 'late-entry':
    case 'late-exit':
      return false
  }
}

function chargeRow(operator: string, number: number, ride: PricedRide): ChargeRow {
  const first = ride.taps[0] as Tap
  const last = ride.taps.at(-1) as Tap
  const day = businessDay(last.at)
  const charge: Charge = {
    version: 1,
    operator,
    number,
    corrects: 0,
    medium: last.medium === 'card' ? 'card' : 'code',
    mode: last.mode,
    issuer: last.issuer,
    account: last.account,
    city: last.city,
    tapDay: day,
    startAt: last.entry?.at ?? first.at,
    endAt: last.at,
    line: last.line,
    from: ride.from,
    to: ride.to,
    distanceM: ride.distanceM,
    amountFen: ride.amountFen,
    currency: CNY,
    tariff: ride.tariff.id,
    tariffVersion: ride.tariff.version,
    test: (last.flags & 1) !== 0,
    taps: ride.taps.map(({ terminal, sequence, amountFen }) => ({ terminal, sequence, amountFen })),
    parts: ride.parts,
  }
  return {
    number,
    rider: `${last.medium}/${last.issuer}/${last.account}`,
    day,
    amountFen: ride.amountFen,
    pricedFen: ride.pricedFen,
    endAt: last.at,
    raw: encodeCharge(charge),
    explanation: ride.explanation,
    sent: false,
  }
}

function settledTaps(
  paired: Paired,
  rows: ReadonlyMap<string, TapRow>,
  charged: boolean,
): TapRow[] {
  const state: TapState = charged ? 'charged' : paired.kind === 'void' ? 'void' : 'noted'
  return tapsOf(paired).flatMap((tap) => {
    const row = rows.get(deliveryId(tap))
    return row === undefined ? [] : [{ ...row, state, note: charged ? row.note : paired.kind }]
  })
}
