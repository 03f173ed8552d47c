import { UnifareError } from '@unifare/core'
import type { LocalTime } from './legs.ts'

const STAMP = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d(?::\d\d)?)(Z|[+-]\d\d:\d\d)?$/

/**
 * A moment `2026-11-21T08:30:00`, with an offset or in the feed's own zone, as its calendar day and
 * second there. Durations between moments without an offset are those of the clock on the wall.
 * Throws `fares.bad-journeys`.
 */
export function localTime(text: string, zone: string): LocalTime {
  const match = STAMP.exec(text)
  const instant = match === null ? Number.NaN : Date.parse(match[3] ? text : `${text}Z`)
  if (match === null || Number.isNaN(instant) || !isDay(match[1] ?? '')) {
    throw new UnifareError('fares.bad-journeys', `"${text}" is no time YYYY-MM-DDTHH:MM[:SS]`)
  }
  const [, day = '', clock = '', offset] = match
  if (offset === undefined) {
    return { date: day.replaceAll('-', ''), secondOfDay: secondsOf(clock), instant }
  }
  const parts = Object.fromEntries(
    formatOf(zone)
      .formatToParts(instant)
      .map(({ type, value }) => [type, value]),
  )
  return {
    date: `${parts['year']}${parts['month']}${parts['day']}`,
    secondOfDay: secondsOf(`${parts['hour']}:${parts['minute']}:${parts['second']}`),
    instant,
  }
}

/** Engines read the 30th of February as the 2nd of March. */
function isDay(day: string): boolean {
  return new Date(`${day}T00:00:00Z`).toISOString().startsWith(day)
}

function secondsOf(clock: string): number {
  const [hours = 0, minutes = 0, seconds = 0] = clock.split(':').map(Number)
  return hours * 3600 + minutes * 60 + seconds
}

const formats = new Map<string, Intl.DateTimeFormat>()

function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone)
  if (known) return known
  const digits = '2-digit' as const
  const made = new Intl.DateTimeFormat('en-CA', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: digits,
    day: digits,
    hour: digits,
    minute: digits,
    second: digits,
  })
  formats.set(zone, made)
  return made
}
