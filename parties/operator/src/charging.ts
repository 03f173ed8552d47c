import type { AcceptanceContent } from '@unifare/bundle'
import { businessDay, compareText, type Instant, type Tx } from '@unifare/core'
import type { CompiledTariff } from '@unifare/fares'
import { deliveryId, parseTap, type Tap } from '@unifare/tap'
import { chargeRow } from './charge-rows.ts'
import { openFareAccounts } from './fare-accounts.ts'
import { incidents, RIDE_MS_MAX } from './incidents.ts'
import { stillWaits } from './incomplete-ride.ts'
import { journeyRow, lateRows, loneEndRows, openingRows } from './journey-rows.ts'
import { type Paired, pairTaps, type SeenTap, tapsOf } from './pairing.ts'
import type { PricedRide } from './priced-ride.ts'
import { priceRide } from './pricing.ts'
import { correctAll, correctableSince, lastNumber, putLastNumber, withPrices } from './rerating.ts'
import { statedEnds } from './statements/statement-tables.ts'
import {
  type ChargeRow,
  charges,
  type JourneyRow,
  journeys,
  type LoneEnd,
  leftCorrections,
  loneEnds,
  openings,
  type TapRow,
  type TapState,
  taps,
} from './tables.ts'
import { wholeJourneys } from './whole-journeys.ts'

/** Kinds of card taps that may open a journey. */
const OPENING_KINDS: ReadonlySet<string> = new Set(['entry', 'repair'])

/** What an hour's charging did. */
export interface ChargingResult {
  readonly charges: number
  /** Charges that replace others, because more is known of their rides, or of rides before them. */
  readonly corrections: number
  /** Charges that stand although their price is another one now: too old (`leftCorrections`). */
  readonly overdue: number
  /** Journeys that cost nothing: void, late entries of cards, open trips that the card itself keeps. */
  readonly voided: number
  /** Code journeys that no tariff prices: they stay open until one does. */
  readonly unpriced: number
  /** Charges whose card was debited otherwise than the tariff says (`differencesOf`). */
  readonly differing: number
}

/** What charging depends on beside the books. */
export interface ChargingOptions {
  readonly tariffs: readonly CompiledTariff[]
  readonly acceptance: AcceptanceContent
  readonly operator: string
  readonly upTo: Instant
  readonly giveUpBefore: Instant
}

/** A journey with its price, or without one when nothing is charged. */
interface Decided {
  readonly paired: Paired
  readonly ride: PricedRide | undefined
  /** The charged journey that it makes whole. */
  readonly reopens: JourneyRow | undefined
}

/** A journey with its charge. */
interface Charged extends Decided {
  readonly charge: ChargeRow | undefined
}

/**
 * Makes journeys and charges of all open taps up to an instant. Repeatable: a tap is charged once,
 * and a tap that still waits for its other end stays open until `giveUpBefore`. A late end completes
 * its journey, and a late ride changes what later rides of its account cost: both lead to
 * corrections, which ask for the whole new amount in place of the latest charge.
 */
export async function makeCharges(tx: Tx, options: ChargingOptions): Promise<ChargingResult> {
  const { tariffs, acceptance, operator, upTo } = options
  const open = (await tx.select(taps, { state: 'open' })).filter((row) => row.at <= upTo)
  const known = {
    incidents: await tx.select(incidents, {}),
    statements: await statedEnds(
      tx,
      open.filter(({ medium }) => medium === 'code'),
    ),
  }
  const paired = await pairAll(tx, open, { ...options, stated: new Set(known.statements.keys()) })
  const correctSince = correctableSince(upTo)
  const whole = await wholeJourneys(tx, paired, correctSince)
  const wholeOf = (item: Paired): Paired => whole.completed.get(item)?.paired ?? item
  const ordered = paired.toSorted((a, b) => compareTaps(lastTap(wholeOf(a)), lastTap(wholeOf(b))))
  const accounts = await openFareAccounts(tx, {
    operator,
    tariffs,
    taps: ordered.map((item) => lastTap(wholeOf(item))),
    replaced: [...whole.completed.values()].map(({ entry }) => entry),
  })
  const more = { ...known, quote: accounts.price }
  const decided: Decided[] = []
  let unpriced = 0
  for (const item of ordered) {
    if (stillWaits({ ...known, tariffs, acceptance }, item, options.giveUpBefore)) continue
    const ride = priceRide(tariffs, acceptance, wholeOf(item), more)
    if (ride === undefined && costs(item)) {
      unpriced += 1
      continue
    }
    decided.push({ paired: item, ride, reopens: whole.completed.get(item)?.journey })
  }
  const rerated = accounts.rerated()
  const charged = await chargeAll(tx, withPrices(decided, rerated), operator)
  await store(tx, open, charged)
  const { corrections, left } = await correctAll(
    tx,
    { accounts, rerated, priced: charged },
    { operator, correctSince },
  )
  await tx.put(leftCorrections, whole.left)
  const made = charged.flatMap(({ charge }) => charge ?? [])
  return {
    charges: made.length,
    corrections: corrections.length,
    overdue: left.length + whole.left.length,
    voided: charged.filter(({ ride }) => ride === undefined).length,
    unpriced,
    differing: made.filter(({ amountFen, pricedFen }) => amountFen !== pricedFen).length,
  }
}

/** First charges, in their order; what completes a charged journey is for corrections. */
async function chargeAll(
  tx: Tx,
  decided: readonly Decided[],
  operator: string,
): Promise<readonly Charged[]> {
  let number = await lastNumber(tx)
  const charged = decided.map((item): Charged => {
    const { ride, reopens, paired } = item
    if (ride === undefined || reopens !== undefined) return { ...item, charge: undefined }
    number += 1
    const trip = deliveryId(tapsOf(paired)[0] as Tap)
    return { ...item, charge: chargeRow({ operator, number, corrects: 0, trip }, ride) }
  })
  await putLastNumber(tx, number)
  return charged
}

async function store(tx: Tx, open: readonly TapRow[], charged: readonly Charged[]): Promise<void> {
  const rows = new Map(open.map((row) => [deliveryId(row), row]))
  const changed = charged.flatMap(({ paired, ride }) =>
    settledTaps(paired, rows, ride !== undefined),
  )
  const fresh = charged.filter(({ paired }) => !('completes' in paired && paired.completes))
  const journeyRows = fresh.map(({ paired, charge }) => journeyRow(paired, charge?.number ?? 0))
  await tx.put(taps, changed)
  await tx.put(journeys, journeyRows)
  await tx.put(
    charges,
    charged.flatMap(({ charge }) => charge ?? []),
  )
  await tx.put(openings, openingRows(journeyRows))
  const all = charged.map(({ paired }) => paired)
  const late = await lateRows(tx, all)
  await tx.put(
    journeys,
    late.map(({ row }) => row),
  )
  await tx.put(loneEnds, await loneEndRows(tx, all))
}

async function pairAll(
  tx: Tx,
  open: readonly TapRow[],
  {
    giveUpBefore,
    stated,
  }: { readonly giveUpBefore: Instant; readonly stated: ReadonlySet<string> },
): Promise<Paired[]> {
  const byRider = new Map<string, SeenTap[]>()
  for (const row of open) {
    const seen = { tap: parseTap(row.raw), passed: row.note === 'passed' }
    const others = byRider.get(row.rider)
    if (others === undefined) byRider.set(row.rider, [seen])
    else others.push(seen)
  }
  const openingsOf = await chargedOpenings(tx, open)
  const endsOf = await chargedEnds(tx, open)
  const statedLone = await statedEnds(tx, [...endsOf.values()].flat())
  const allStated = new Set([...stated, ...statedLone.keys()])
  const paired = [...byRider].flatMap(([rider, seen]) =>
    pairTaps(seen, {
      giveUpBefore,
      chargedOpenings: openingsOf.get(rider) ?? new Set(),
      loneEnds: endsOf.get(rider) ?? [],
      stated: allStated,
    }),
  )
  return paired
}

function compareTaps(first: Tap, other: Tap): number {
  return (
    first.at - other.at ||
    compareText(first.terminal, other.terminal) ||
    first.sequence - other.sequence
  )
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
    codes.flatMap(({ rider, at }) =>
      // A ride over the end of a business day has its other end on the day beside.
      [at - RIDE_MS_MAX, at, at + RIDE_MS_MAX].map((time) => {
        const day = businessDay(time)
        return [`${rider}/${day}`, { rider, day }] as const
      }),
    ),
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

function settledTaps(
  paired: Paired,
  rows: ReadonlyMap<string, TapRow>,
  charged: boolean,
): TapRow[] {
  const state: TapState = charged ? 'charged' : paired.kind === 'void' ? 'void' : 'noted'
  return tapsOf(paired).flatMap((tap) => {
    const row = rows.get(deliveryId(tap))
    const kept = charged && !('completes' in paired)
    return row === undefined ? [] : [{ ...row, state, note: kept ? row.note : paired.kind }]
  })
}
