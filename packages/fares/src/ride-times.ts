import type { Instant } from '@unifare/core'
import type { Ride } from './ride.ts'

/** What tells when a ride went on; all of it the ride's own. */
export type RideTimes = Pick<Ride, 'entry' | 'exit' | 'at' | 'durationS'>

/** When a ride began: at its entry, else as long before its tap as it took, else at its tap. */
export function startOf({ entry, at, durationS = 0 }: RideTimes): Instant {
  return entry?.at ?? at - durationS * 1000
}

/** Milliseconds that a ride took; undefined where nothing tells. */
export function elapsedMs({ entry, exit, durationS }: RideTimes): number | undefined {
  if (entry !== undefined && exit !== undefined) return exit.at - entry.at
  return durationS === undefined ? undefined : durationS * 1000
}
