import { type Day, type ErrorText, nextDay, parseDay } from '@unifare/core'

/** Days that are not what their weekday says: off, or worked instead. */
export interface CalendarRow {
  readonly from: Day
  /** Last day, included. */
  readonly to: Day
  readonly kind: 'rest' | 'work'
  readonly text: ErrorText
  readonly source: string
}

const SATURDAY = 6
const SUNDAY = 0

/** Whether banks settle on a day; Monday to Friday where no row tells. */
export function isBankingDay(calendar: readonly CalendarRow[], day: Day): boolean {
  const row = calendar.find(({ from, to }) => from <= day && day <= to)
  if (row !== undefined) return row.kind === 'work'
  const weekday = new Date(parseDay(day)).getUTCDay()
  return weekday !== SATURDAY && weekday !== SUNDAY
}

/**
 * Value date 起息日 of what is settled for a day: the banking day that stands so many banking days
 * behind it. 1 is the next banking day (T+1).
 */
export function valueDate(
  calendar: readonly CalendarRow[],
  { day, lagDays }: { readonly day: Day; readonly lagDays: number },
): Day {
  if (!Number.isSafeInteger(lagDays) || lagDays < 1) throw new TypeError(`no lag: ${lagDays} days`)
  let date = day
  for (let left = lagDays; left > 0; ) {
    date = nextDay(date)
    if (isBankingDay(calendar, date)) left -= 1
  }
  return date
}
