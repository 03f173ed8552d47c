import { businessDay, type Fen } from '@unifare/core'
import { CHARGE_NOTES, type PricePart } from '@unifare/fares'
import { type Charge, encodeCharge, parseCharge, type Tap } from '@unifare/tap'
import { explained } from './explained.ts'
import type { Rerated } from './fare-accounts.ts'
import type { PricedRide } from './priced-ride.ts'
import type { ChargeRow } from './tables.ts'

const CNY = 156

/** Which charge of an operator a charge is. */
export interface ChargeName {
  readonly operator: string
  readonly number: number
  /** Number of the charge that it replaces; 0 for none. */
  readonly corrects: number
  /** Name of its journey. */
  readonly trip: string
}

/** The charge of a priced ride. */
export function chargeRow({ operator, ...name }: ChargeName, ride: PricedRide): ChargeRow {
  const first = ride.taps[0] as Tap
  const last = ride.taps.at(-1) as Tap
  const day = businessDay(last.at)
  const charge: Charge = {
    version: 1,
    operator,
    number: name.number,
    corrects: name.corrects,
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
    ...name,
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

/** A charge with the price that its ride has now, under a new number. */
export function repricedRow(
  row: ChargeRow,
  number: number,
  { priced, compiled }: Rerated,
): ChargeRow {
  const { amountFen } = priced
  const { parts, explanation } = rewritten(row, priced.parts, 0)
  const { id, version } = compiled.tariff
  const charge: Charge = {
    ...parseCharge(row.raw),
    number,
    corrects: row.number,
    amountFen,
    parts,
    tariff: id,
    tariffVersion: version,
  }
  return {
    ...row,
    number,
    corrects: row.number,
    amountFen,
    pricedFen: amountFen,
    raw: encodeCharge(charge),
    explanation,
    sent: false,
  }
}

/** A card's charge stands as it was debited; what the tariff says of it now is kept to be reported. */
export function reratedCardRow(row: ChargeRow, { priced }: Rerated): ChargeRow {
  const pricedFen = priced.amountFen
  const { explanation } = rewritten(row, priced.parts, row.amountFen - pricedFen)
  return { ...row, pricedFen, explanation }
}

/** Parts of a new price, with the notes that stood beside the old one: they say how it came about. */
export function rewritten(
  old: Pick<ChargeRow, 'explanation'>,
  now: readonly PricePart[],
  differenceFen: Fen,
): Pick<PricedRide, 'parts' | 'explanation'> {
  const { parts, explanation } = explained(now, differenceFen)
  const notes = (old.explanation as PricedRide['explanation']).filter(
    ({ rule, amountFen }) => amountFen === 0 && Object.hasOwn(CHARGE_NOTES, rule),
  )
  return {
    parts: [...parts, ...notes.map(({ rule, amountFen }) => ({ rule, amountFen }))],
    explanation: [...explanation, ...notes],
  }
}
