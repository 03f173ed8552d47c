import { type AcceptanceContent, acceptanceOf } from '@unifare/bundle'
import type { CompiledTariff, Ride } from '@unifare/fares'
import { FLAGS, type Tap } from '@unifare/tap'
import type { PriceNote } from './priced-ride.ts'
import { riderClassOf } from './rider-class.ts'

/** A ride as its tariff asks for it, and what is to be told of its rider's class. */
export interface AskedRide {
  readonly ride: Ride
  readonly note: PriceNote | undefined
}

/** The ride that ended with a tap; without an entry it is known from that tap alone. */
export function rideOf(
  compiled: CompiledTariff,
  acceptance: AcceptanceContent,
  {
    last,
    entry,
  }: {
    readonly last: Tap
    readonly entry: { readonly station: number; readonly at: number } | null
  },
): AskedRide {
  const { medium, issuer, mode, operator } = last
  const row = acceptanceOf(
    acceptance,
    { operator, mode, medium: medium === 'card' ? 'card' : 'code', issuer },
    last.at,
  )
  const { riderClass, note } = riderClassOf(last, compiled)
  const ride: Ride = {
    mode,
    line: last.line,
    at: last.at,
    ...(last.distanceM > 0 ? { distanceM: last.distanceM } : {}),
    ...((last.flags & FLAGS.keyed) === 0 ? {} : { meterFen: last.amountFen }),
    ...(last.durationS > 0 ? { durationS: last.durationS } : {}),
    medium: medium === 'card' ? 'card' : 'code',
    riderClass,
    issuer: { institution: issuer, division: row?.division ?? '' },
    ...(entry === null
      ? {}
      : {
          entry: { station: entry.station, at: entry.at },
          exit: { station: last.station, at: last.at },
        }),
  }
  return { ride, note }
}
