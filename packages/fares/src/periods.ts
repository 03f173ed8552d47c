import { type Day, type Instant, shanghaiDay } from '@unifare/core'
import type { FareAccount } from './account.ts'
import type { Spent } from './ride.ts'

/** The account at the time of a ride: sums of periods that are over start anew. */
export function turned(account: FareAccount, at: Instant): FareAccount {
  const day = shanghaiDay(at)
  if (day === account.day) return account
  const week = mondayOf(day)
  const month = day.slice(0, 7)
  const year = day.slice(0, 4)
  const { spent, monthToDate, freeRidesUsed } = account
  const sameMonth = month === account.month
  const kept = ({ weekFen, monthFen }: Omit<Spent, 'overtime'>) => ({
    dayFen: 0,
    weekFen: week === account.week ? weekFen : 0,
    monthFen: sameMonth ? monthFen : 0,
  })
  return {
    day,
    week,
    month,
    year,
    spent: {
      ...kept(spent),
      ...(spent.overtime === undefined ? {} : { overtime: kept(spent.overtime) }),
    },
    monthToDate: sameMonth ? monthToDate : { trips: 0, paidFen: 0, baseFen: 0 },
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
