import { type Instant, instantFromDigits, shanghaiDay } from '@unifare/core'

const MINUTE_MS = 60_000

/** The seven days of the first week of 2026 on; a day that is a holiday is taken a week later. */
export function workdays(holidays: readonly string[]): number[] {
  const first = dayNumber('2026-01-04')
  return Array.from({ length: 7 }, (_, weekday) => {
    for (let week = 0; week < 520; week++) {
      const day = first + weekday + week * 7
      if (!holidays.includes(shanghaiDay(dayAt(day, 0)))) return day
    }
    return first + weekday
  })
}

/** Days since 1970 of YYYY-MM-DD. */
export function dayNumber(day: string): number {
  return Math.round(
    instantFromDigits(`${day.replaceAll('-', '')}000000`) / MINUTE_MS / 1_440 + 1 / 3,
  )
}

/** The instant of a minute of a day in China. */
export function dayAt(day: number, minute: number): Instant {
  return (day * 1_440 + minute - 480) * MINUTE_MS
}
