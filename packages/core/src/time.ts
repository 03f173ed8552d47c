import { requireData } from './errors.ts'

/** UTC instant: whole milliseconds since 1970-01-01T00:00:00Z. */
export type Instant = number

/** Calendar or business day, `YYYY-MM-DD`. */
export type Day = string

/** Asia/Shanghai has had no summer time since 1991: a fixed offset is exact for every tap. */
export const SHANGHAI_OFFSET_MS = 8 * 3_600_000

/** Default cut of the business day: 03:00 Asia/Shanghai (reference clearing 1.4); a dated parameter. */
export const DEFAULT_CUT_MS = 3 * 3_600_000

const DAY_MS = 86_400_000

/** How far a clock can be trusted; a tap carries it (reference ride code 1.9). */
export const TIME_QUALITY = ['unknown', 'free-running', 'synced-10s', 'synced-2s'] as const
export type TimeQuality = (typeof TIME_QUALITY)[number]

/** The whole second that an instant lies in, Unix time: what cards and codes keep of it. */
export function wholeSecond(instant: Instant): number {
  return Math.floor(instant / 1000)
}

/** The business day that an instant belongs to: 03:00 to 03:00 Asia/Shanghai unless told otherwise. */
export function businessDay(instant: Instant, cutMs: number = DEFAULT_CUT_MS): Day {
  return shanghaiDay(instant - cutMs)
}

/** First instant of a business day. */
export function businessDayStart(day: Day, cutMs: number = DEFAULT_CUT_MS): Instant {
  return parseDay(day) - SHANGHAI_OFFSET_MS + cutMs
}

/** The day after. */
export function nextDay(day: Day): Day {
  return new Date(parseDay(day) + DAY_MS).toISOString().slice(0, 10)
}

/** Calendar day in Asia/Shanghai. */
export function shanghaiDay(instant: Instant): Day {
  return new Date(instant + SHANGHAI_OFFSET_MS).toISOString().slice(0, 10)
}

/** Date and time digits in Asia/Shanghai, `YYYYMMDDHHMMSS`: the BCD form of cards. */
export function shanghaiDigits(instant: Instant): string {
  return new Date(instant + SHANGHAI_OFFSET_MS).toISOString().replace(/[-:T]/g, '').slice(0, 14)
}

/** Inverse of `shanghaiDigits`; throws `time.bad-digits` for a date that does not exist. */
export function instantFromDigits(digits: string): Instant {
  requireData(/^\d{14}$/.test(digits), 'time.bad-digits', `not a date and time: ${digits}`)
  const iso = `${digits.slice(0, 4)}-${digits.slice(4, 6)}-${digits.slice(6, 8)}T${digits.slice(8, 10)}:${digits.slice(10, 12)}:${digits.slice(12, 14)}Z`
  const instant = Date.parse(iso) - SHANGHAI_OFFSET_MS
  requireData(
    Number.isFinite(instant) && shanghaiDigits(instant) === digits,
    'time.bad-digits',
    `no such date and time: ${digits}`,
  )
  return instant
}

/** Midnight UTC of a day, in ms; throws `time.bad-day` when there is no such day. */
export function parseDay(day: Day): number {
  const at = /^\d{4}-\d\d-\d\d$/.test(day) ? Date.parse(`${day}T00:00:00Z`) : Number.NaN
  requireData(
    Number.isFinite(at) && new Date(at).toISOString().startsWith(day),
    'time.bad-day',
    `not a day (YYYY-MM-DD): ${day}`,
  )
  return at
}
