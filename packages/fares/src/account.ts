import type { Day, Fen } from '@unifare/core'
import type { CompiledTariff } from './compile.ts'
import { joinBase, type Ridden, wholeRide } from './joined.ts'
import { turned } from './periods.ts'
import { price } from './price.ts'
import type { MonthToDate, PreviousRide, Priced, Ride, Spent } from './ride.ts'
import { startOf } from './ride-times.ts'

/**
 * What a rider's earlier rides under one tariff change about the next one: plain data, so that a
 * terminal, an operator and a test replay the same account. Keyed by card number, or by the scheme
 * token that a code carries.
 */
export interface FareAccount {
  readonly day: Day
  /** Monday of the running week. */
  readonly week: Day
  /** YYYY-MM. */
  readonly month: string
  readonly year: string
  readonly spent: Spent
  readonly monthToDate: MonthToDate
  readonly previous: PreviousRide | null
  /** Free rides used in the running year, by discount. */
  readonly freeRidesUsed: Readonly<Record<string, number>>
}

/** An account that has seen nothing. */
export const NEW_ACCOUNT: FareAccount = {
  day: '',
  week: '',
  month: '',
  year: '',
  spent: { dayFen: 0, weekFen: 0, monthFen: 0 },
  monthToDate: { trips: 0, paidFen: 0, baseFen: 0 },
  previous: null,
  freeRidesUsed: {},
}

/** A ride as it happened, without what the account knows. */
export type AccountRide = Omit<Ride, 'monthToDate' | 'spent' | 'previous' | 'freeRidesUsed'>

/** Prices the next ride of an account; the account that follows stands beside the price. */
export function priceNext(
  compiled: CompiledTariff,
  account: FareAccount,
  ride: AccountRide,
): { readonly priced: Priced; readonly account: FareAccount } {
  const current = turned(account, ride.at)
  const { monthToDate, spent, previous, freeRidesUsed } = current
  const asked: Ride = {
    ...ride,
    monthToDate,
    spent,
    freeRidesUsed,
    ...(previous === null ? {} : { previous }),
  }
  const priced = price(compiled, asked)
  return {
    priced,
    account: priced.ok ? after(compiled, current, { ride: asked, priced }) : current,
  }
}

/**
 * Prices a rider's rides in the order of their time, whatever order they came in. Replaying a
 * month with one late ride more gives every later price anew: the differences are what is posted.
 */
export function rate(
  compiled: CompiledTariff,
  rides: readonly AccountRide[],
  opening: FareAccount = NEW_ACCOUNT,
): { readonly priced: readonly Priced[]; readonly account: FareAccount } {
  const order = rides.map((_, at) => at)
  order.sort((one, two) => (rides[one] as Ride).at - (rides[two] as Ride).at || one - two)
  const priced: Priced[] = Array.from({ length: rides.length })
  let account = opening
  for (const at of order) {
    const next = priceNext(compiled, account, rides[at] as Ride)
    priced[at] = next.priced
    account = next.account
  }
  return { priced, account }
}

/**
 * The account behind a ride. Legs that are joined are one ride: the account goes on from where it
 * stood before the first of them.
 */
function after(compiled: CompiledTariff, account: FareAccount, ridden: Ridden): FareAccount {
  const { ride, priced } = ridden
  const base = priced.joinedFen === undefined ? undefined : ride.previous?.join
  const previous = previousOf(compiled, account, ridden)
  if (base === undefined) return counted(compiled, account, { ...ridden, previous })
  const whole = wholeRide(ride, base)
  const amountFen = base.paidFen + priced.amountFen
  return counted(compiled, whole.account, {
    ride: whole.ride,
    priced: { ...priced, amountFen },
    previous,
  })
}

function counted(
  { accumulation, discounts, caps, timeLimits }: CompiledTariff,
  account: FareAccount,
  { ride, priced, previous }: Ridden & { readonly previous: PreviousRide },
): FareAccount {
  const { amountFen, parts } = priced
  const { spent, monthToDate: month, freeRidesUsed } = account
  const counts = accumulation.some(({ holds }) => holds(ride))
  const baseFen = parts[0]?.amountFen ?? 0
  const used = discounts.find(
    ({ policy }) =>
      policy.effect.kind === 'free-rides' &&
      parts.some(({ rule, amountFen: change }) => rule === policy.id && change < 0),
  )?.policy.id
  return {
    ...account,
    spent: spentAfter(spent, amountFen, caps.length === 0 ? 0 : overtimeOf(timeLimits, priced)),
    monthToDate: counts
      ? {
          trips: month.trips + 1,
          paidFen: month.paidFen + amountFen,
          baseFen: month.baseFen + baseFen,
        }
      : month,
    previous,
    freeRidesUsed:
      used === undefined
        ? freeRidesUsed
        : { ...freeRidesUsed, [used]: (freeRidesUsed[used] ?? 0) + 1 },
  }
}

function spentAfter(spent: Spent, amountFen: Fen, overtimeFen: Fen): Spent {
  const { overtime } = spent
  const sums = plus(spent, amountFen)
  if (overtimeFen === 0) return overtime === undefined ? sums : { ...sums, overtime }
  const none = { dayFen: 0, weekFen: 0, monthFen: 0 }
  return { ...sums, overtime: plus(overtime ?? none, overtimeFen) }
}

function plus({ dayFen, weekFen, monthFen }: Omit<Spent, 'overtime'>, amountFen: Fen) {
  return {
    dayFen: dayFen + amountFen,
    weekFen: weekFen + amountFen,
    monthFen: monthFen + amountFen,
  }
}

/** What overtime added to a price, as far as it was charged. */
function overtimeOf(
  timeLimits: CompiledTariff['timeLimits'],
  { parts, amountFen }: Ridden['priced'],
): Fen {
  const added = parts
    .filter(({ rule }) => timeLimits.some(({ policy }) => policy.id === rule))
    .reduce((sum, part) => sum + part.amountFen, 0)
  return Math.min(added, amountFen)
}

function previousOf(
  compiled: CompiledTariff,
  before: FareAccount,
  { ride, priced }: Ridden,
): PreviousRide {
  const { mode, line, exit, at, previous } = ride
  const { amountFen, transfers = 0 } = priced
  // A chain of transfers goes on from where its first ride began, with all that was paid.
  const chained = transfers > 0 && previous !== undefined
  return {
    mode,
    ...(line === undefined ? {} : { line }),
    startAt: chained ? previous.startAt : startOf(ride),
    endAt: exit?.at ?? at,
    ...joinBase(compiled, { ride, priced, before }),
    ...(exit === undefined ? {} : { exitStation: exit.station }),
    paidFen: chained ? previous.paidFen + amountFen : amountFen,
    transfers,
  }
}
