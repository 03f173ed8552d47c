import { canonicalJson, type Day, type Tx } from '@unifare/core'
import { parseCharge } from '@unifare/tap'
import { chargeRow, repricedRow, reratedCardRow } from './charge-rows.ts'
import type { Rerated } from './fare-accounts.ts'
import type { PricedRide } from './priced-ride.ts'
import {
  type ChargeRow,
  charges,
  type JourneyRow,
  journeys,
  type LeftCorrectionRow,
  leftCorrections,
} from './tables.ts'

/** A charged journey of which more is known now: what is kept of it, and its price. */
export interface Reopened {
  /** `charge` is the latest one so far. */
  readonly journey: JourneyRow
  readonly ride: PricedRide
}

/** What changed since its charge was made. */
export interface Changes {
  readonly reopened: readonly Reopened[]
  /** Rides whose account was rated again. */
  readonly rerated: readonly Rerated[]
}

/** What corrections were made, and what was left as it is. */
export interface Corrected {
  /** The last number that was used. */
  readonly number: number
  readonly corrections: readonly ChargeRow[]
  readonly left: readonly LeftCorrectionRow[]
}

interface Terms {
  readonly operator: string
  /** The last number that was used. */
  readonly number: number
  /** Rides that ended before this business day are corrected no more. */
  readonly correctSince: Day
}

/**
 * Makes a new charge for every code ride that costs, is made of, or is explained otherwise than what
 * was last asked for it; the new one names the latest and carries the whole amount. A card's charge
 * is what it was debited: only the tariff's word on it is kept anew, for `differencesOf`. What is
 * too old is left and noted. Nothing changes when nothing is asked otherwise, so a repetition has
 * no effect.
 */
export async function makeCorrections(
  tx: Tx,
  { reopened, rerated }: Changes,
  terms: Terms,
): Promise<Corrected> {
  const latest = await latestCharges(tx, { reopened, rerated })
  const { operator, correctSince } = terms
  let { number } = terms
  const corrections: ChargeRow[] = []
  const cards: ChargeRow[] = []
  const left: LeftCorrectionRow[] = []
  const correct = (old: ChargeRow, next: ChargeRow) => {
    if (sameAsk(old, next)) return
    if (old.day < correctSince) {
      left.push(leftOf(old))
      return
    }
    number += 1
    corrections.push(next)
  }
  for (const { journey, ride } of reopened) {
    const old = latest.get(journey.charge)
    if (old === undefined || isCard(old)) continue
    const name = { operator, number: number + 1, corrects: old.number, trip: journey.id }
    correct(old, chargeRow(name, ride))
  }
  for (const one of rerated) {
    const old = latest.get(one.row.charge)
    if (old === undefined) continue
    if (!isCard(old)) correct(old, repricedRow(old, number + 1, one))
    else if (old.pricedFen !== one.priced.amountFen) cards.push(reratedCardRow(old, one))
  }
  await tx.put(charges, [...cards, ...corrections])
  await tx.put(leftCorrections, left)
  await putJourneys(tx, { reopened, corrections })
  return { number, corrections, left }
}

/** Why a charge stands although more is known of its ride now. */
export function leftOf({ number, trip, day }: ChargeRow): LeftCorrectionRow {
  return { charge: number, trip, tapDay: day, reason: 'correction.overdue' }
}

async function latestCharges(
  tx: Tx,
  { reopened, rerated }: Changes,
): Promise<ReadonlyMap<number, ChargeRow>> {
  const numbers = [
    ...reopened.map(({ journey }) => journey.charge),
    ...rerated.map(({ row }) => row.charge),
  ]
  const rows = await tx.get(
    charges,
    numbers.map((number) => ({ number })),
  )
  return new Map(rows.flatMap((row) => (row === undefined ? [] : [[row.number, row] as const])))
}

/** Journeys know their latest charge, and what was reopened is kept as it is known now. */
async function putJourneys(
  tx: Tx,
  {
    reopened,
    corrections,
  }: { readonly reopened: readonly Reopened[]; readonly corrections: readonly ChargeRow[] },
): Promise<void> {
  const known = await tx.get(
    journeys,
    corrections.map(({ trip }) => ({ id: trip })),
  )
  const rows = new Map(known.flatMap((row) => (row === undefined ? [] : [[row.id, row] as const])))
  for (const { journey } of reopened) rows.set(journey.id, journey)
  for (const { trip, number } of corrections) {
    const row = rows.get(trip)
    if (row !== undefined) rows.set(trip, { ...row, charge: number })
  }
  await tx.put(journeys, [...rows.values()])
}

function isCard({ rider }: ChargeRow): boolean {
  return rider.startsWith('card/')
}

/** Whether two charges ask for the same money, with the same parts, on the same taps. */
function sameAsk(old: ChargeRow, next: ChargeRow): boolean {
  const [one, two] = [parseCharge(old.raw), parseCharge(next.raw)]
  return (
    one.amountFen === two.amountFen &&
    canonicalJson(one.parts) === canonicalJson(two.parts) &&
    canonicalJson(one.taps) === canonicalJson(two.taps)
  )
}
