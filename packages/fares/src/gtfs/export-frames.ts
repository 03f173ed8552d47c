import type { Instant } from '@unifare/core'
import { minuteOf } from '../conditions.ts'
import { groupBy } from '../group-by.ts'
import { dayAt, dayNumber, workdays } from '../sample-days.ts'
import { DAY_KINDS, type DayKind, type Tariff, type When } from '../tariff.ts'
import { csvText } from './csv-text.ts'

/** Times of entry between which no condition changes. */
export interface Frame {
  /** Empty where times do not matter. */
  readonly id: string
  /** A moment inside of it. */
  readonly at: Instant
}

/** Timeframes of a tariff's conditions on the entry, and the files that tell them. */
export function framesOf(tariff: Tariff): {
  readonly list: readonly Frame[]
  readonly files: Readonly<Record<string, string>>
} {
  const whens = [...tariff.rules, ...tariff.discounts].map(({ when }) => when)
  const timed = whens.filter(({ days, time }) => days !== undefined || time !== undefined)
  const { holidays = [] } = tariff
  const dates = workdays(holidays)
  const noon = dayAt(dates[1] ?? 0, 720)
  if (timed.length === 0) return { list: [{ id: '', at: noon }], files: {} }
  const kinds = DAY_KINDS.filter((kind) => kind !== 'holiday' || holidays.length > 0)
  const groups = [...groupBy(kinds, (kind) => timed.map((when) => holdsOn(when, kind)).join())]
  const services = groups.map(([, days], index) => ({ id: `days-${index + 1}`, days }))
  const bounds = boundsOf(timed)
  const parts = services.flatMap(({ id, days }) =>
    bounds.slice(0, -1).map((start, index) => {
      const end = bounds[index + 1] ?? 1_440
      return {
        id: `${id}-${index + 1}`,
        service: id,
        start,
        end,
        day: sampleDay(days[0], { dates, holidays }),
      }
    }),
  )
  return {
    list: parts.map(({ id, day, start }) => ({ id, at: dayAt(day, start) })),
    files: {
      'timeframes.txt': csvText(
        ['timeframe_group_id', 'start_time', 'end_time', 'service_id'],
        parts.map(({ id, start, end, service }) => [id, clock(start), clock(end), service]),
      ),
      ...calendarFiles(tariff, services),
    },
  }
}

function holdsOn({ days }: When, kind: DayKind): boolean {
  return days === undefined || days.includes(kind)
}

function boundsOf(timed: readonly When[]): number[] {
  const bounds = timed.flatMap(({ time }) =>
    time === undefined ? [] : [minuteOf(time.from), minuteOf(time.until)],
  )
  return [...new Set([0, ...bounds, 1_440])].toSorted((a, b) => a - b)
}

function sampleDay(
  kind: DayKind | undefined,
  of: { readonly dates: readonly number[]; readonly holidays: readonly string[] },
): number {
  if (kind === 'holiday') return dayNumber(of.holidays[0] ?? '')
  return of.dates[DAY_KINDS.indexOf(kind ?? 'mon')] ?? 0
}

function clock(minute: number): string {
  const [hours, minutes] = [Math.floor(minute / 60), minute % 60]
  return `${String(hours).padStart(2, '0')}:${String(minutes).padStart(2, '0')}:00`
}

const WEEK = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const
const COLUMNS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday']
const NO_END = '20991231'

function calendarFiles(
  { validFrom, validTo, holidays = [] }: Tariff,
  services: readonly { readonly id: string; readonly days: readonly DayKind[] }[],
): Record<string, string> {
  const digits = (day: string) => day.replaceAll('-', '')
  const last = validTo === null ? NO_END : digits(dayBefore(validTo))
  const rows = services.map(({ id, days }) => [
    id,
    ...WEEK.map((day) => (days.includes(day) ? '1' : '0')),
    digits(validFrom),
    last,
  ])
  const calendar = csvText(['service_id', ...COLUMNS, 'start_date', 'end_date'], rows)
  if (holidays.length === 0) return { 'calendar.txt': calendar }
  // A holiday stands in the place of its weekday.
  const exceptions = services.flatMap(({ id, days }) =>
    holidays.flatMap((holiday) => {
      const weekday = DAY_KINDS[(dayNumber(holiday) + 4) % 7] ?? 'sun'
      const [on, wanted] = [days.includes(weekday), days.includes('holiday')]
      return on === wanted ? [] : [[id, digits(holiday), wanted ? '1' : '2']]
    }),
  )
  return {
    'calendar.txt': calendar,
    'calendar_dates.txt': csvText(['service_id', 'date', 'exception_type'], exceptions),
  }
}

function dayBefore(day: string): string {
  return new Date((dayNumber(day) - 1) * 86_400_000).toISOString().slice(0, 10)
}
