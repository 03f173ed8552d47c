import { type Day, type Fen, type Instant, shanghaiDay } from '@unifare/core'
import type { CompiledTariff } from './compile.ts'
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

/** The account at the time of a ride: sums of periods that are over start anew. */
function turned(account: FareAccount, at: Instant): FareAccount {
  const day = shanghaiDay(at)
  if (day === account.day) return account
  const week = mondayOf(day)
  const month = day.slice(0, 7)
  const year = day.slice(0, 4)
  const { spent, monthToDate, freeRidesUsed } = account
  const sameMonth = month === account.month
  return {
    day,
    week,
    month,
    year,
    spent: {
      dayFen: 0,
      weekFen: week === account.week ? spent.weekFen : 0,
      monthFen: sameMonth ? spent.monthFen : 0,
    },
    monthToDate: sameMonth ? monthToDate : NEW_ACCOUNT.monthToDate,
    previous: account.previous,
    freeRidesUsed: year === account.year ? freeRidesUsed : {},
  }
}

const DAY_MS = 86_400_000

function mondayOf(day: Day): Day {
  const ms = Date.parse(`${day}T00:00:00Z`)
  const sinceMonday = (Math.floor(ms / DAY_MS) + 3) % 7
  return new Date(ms - sinceMonday * DAY_MS).toISOString().slice(0, 10)
}

function after(
  { accumulation, discounts }: CompiledTariff,
  account: FareAccount,
  { ride, priced }: { readonly ride: Ride; readonly priced: Extract<Priced, { ok: true }> },
): FareAccount {
  const { amountFen, parts } = priced
  const { spent, monthToDate: month, freeRidesUsed } = account
  const counted = accumulation.some(({ holds }) => holds(ride))
  const baseFen = parts[0]?.amountFen ?? 0
  const used = discounts.find(
    ({ policy }) =>
      policy.effect.kind === 'free-rides' &&
      parts.some(({ rule, amountFen: change }) => rule === policy.id && change < 0),
  )?.policy.id
  return {
    ...account,
    spent: {
      dayFen: spent.dayFen + amountFen,
      weekFen: spent.weekFen + amountFen,
      monthFen: spent.monthFen + amountFen,
    },
    monthToDate: counted
      ? {
          trips: month.trips + 1,
          paidFen: month.paidFen + amountFen,
          baseFen: month.baseFen + baseFen,
        }
      : month,
    previous: previousOf(ride, amountFen, priced.transfers ?? 0),
    freeRidesUsed:
      used === undefined
        ? freeRidesUsed
        : { ...freeRidesUsed, [used]: (freeRidesUsed[used] ?? 0) + 1 },
  }
}

function previousOf(ride: Ride, paidFen: Fen, transfers: number): PreviousRide {
  const { mode, line, entry, exit, at, previous } = ride
  // A joined ride goes on from where the first one began, with all that was paid.
  const joined = transfers > 0 && previous !== undefined
  return {
    mode,
    ...(line === undefined ? {} : { line }),
    startAt: joined ? previous.startAt : startOf(ride),
    endAt: exit?.at ?? at,
    ...(joined && previous.entry ? { entry: previous.entry } : entry ? { entry } : {}),
    ...(exit === undefined ? {} : { exitStation: exit.station }),
    paidFen: joined ? previous.paidFen + paidFen : paidFen,
    transfers,
  }
}
