import type { FareAccount } from './account.ts'
import type { CompiledTariff } from './compile.ts'
import { turned } from './periods.ts'
import type { JoinBase, PreviousRide, Priced, Ride } from './ride.ts'
import { startOf } from './ride-times.ts'

/** The ride that a leg and the legs it is joined to are together, in the account before them. */
export interface WholeRide {
  readonly ride: Ride
  readonly account: FareAccount
}

/** From the first entry of a chain to the end of a ride. */
export function wholeRide(ride: Ride, base: JoinBase): WholeRide {
  const account = turned(base.before, ride.at)
  const { monthToDate, spent, freeRidesUsed } = account
  const { previous: _, entry: __, durationS: ___, distanceM, stops, ...leg } = ride
  const endAt = ride.exit?.at ?? ride.at
  return {
    account,
    ride: {
      ...leg,
      ...(base.entry === undefined ? {} : { entry: base.entry }),
      durationS: Math.max(0, Math.floor((endAt - base.startAt) / 1000)),
      ...sumOf('distanceM', base.distanceM, distanceM),
      ...sumOf('stops', base.stops, stops),
      monthToDate,
      spent,
      freeRidesUsed,
      ...(account.previous === null ? {} : { previous: account.previous }),
    },
  }
}

function sumOf<Name extends string>(name: Name, one?: number, other?: number) {
  return one === undefined || other === undefined ? {} : { [name]: one + other }
}

/** What later legs are joined to: the chain of the ride before, or a new one from this ride. */
export function joinBase(
  { transfers }: CompiledTariff,
  { ride, priced, before }: Ridden & { readonly before: FareAccount },
): Pick<PreviousRide, 'join'> {
  if (!transfers.some(({ policy }) => policy.effect.kind === 'join')) return {}
  const { amountFen } = priced
  const base = ride.previous?.join
  if (priced.joinedFen !== undefined && base !== undefined) {
    const { distanceM, stops, ...kept } = base
    return {
      join: {
        ...kept,
        ...sumOf('distanceM', distanceM, ride.distanceM),
        ...sumOf('stops', stops, ride.stops),
        paidFen: base.paidFen + amountFen,
      },
    }
  }
  const { entry, distanceM, stops } = ride
  return {
    join: {
      ...(entry === undefined ? {} : { entry }),
      startAt: startOf(ride),
      ...(distanceM === undefined ? {} : { distanceM }),
      ...(stops === undefined ? {} : { stops }),
      paidFen: amountFen,
      before: withoutJoin(before),
    },
  }
}

/** A ride with its price. */
export interface Ridden {
  readonly ride: Ride
  readonly priced: Extract<Priced, { ok: true }>
}

function withoutJoin(account: FareAccount): FareAccount {
  if (account.previous === null) return account
  const { join: _, ...previous } = account.previous
  return { ...account, previous }
}
