const ZONE = 'Asia/Shanghai'
const DAY_MS = 86_400_000
/** The business day runs 03:00 to 03:00 Asia/Shanghai, which is 19:00 UTC of the day before. */
const DAY_START_BEFORE_UTC_MIDNIGHT_MS = 5 * 3_600_000

const clock = new Intl.DateTimeFormat('en-GB', {
  timeZone: ZONE,
  hour: '2-digit',
  minute: '2-digit',
  hourCycle: 'h23',
})
const clockWithSeconds = new Intl.DateTimeFormat('en-GB', {
  timeZone: ZONE,
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
})

/** `HH:mm` of an ISO instant in Asia/Shanghai. */
export function formatClock(at: string): string {
  return clock.format(new Date(at))
}

/** `HH:mm:ss` of an ISO instant in Asia/Shanghai. */
export function formatClockSeconds(at: string): string {
  return clockWithSeconds.format(new Date(at))
}

/** Part of the business day `day` that has passed at an instant, from 0 to 1. */
export function partOfDay(day: string, at: string): number {
  const startMs = Date.parse(`${day}T00:00:00Z`) - DAY_START_BEFORE_UTC_MIDNIGHT_MS
  return Math.min(1, Math.max(0, (Date.parse(at) - startMs) / DAY_MS))
}
