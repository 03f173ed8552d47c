import type { Clock, Instant, TimeQuality } from '@unifare/core'

/** A clock within this of a signed time is right; behind the floor by more, it is wrong. */
const TOLERANCE_MS = 10_000
/** Wall time that runs back against the monotonic clock by more was set back. */
const SET_BACK_MS = 2_000
/** For so long a clock is as good as when a signed time confirmed it. */
const CONFIRMED_MS = 86_400_000

/** The time of a terminal: never below what it has seen signed or stored itself. */
export interface TrustedTime {
  now(): Instant
  /** `unknown` when the clock stands behind what was seen, or was set back: then no codes. */
  quality(): TimeQuality
  /** A signed time came in; tells whether the clock agrees with it. */
  hear(signedAt: Instant): boolean
  /** A record was stored. */
  note(at: Instant): void
}

/**
 * Watches a clock (reference reliability 3.2 T4). A signed time that the clock agrees with is
 * stronger than the terminal's own records: one record from a clock that ran ahead must not hold
 * the time for ever. One that it does not agree with only lifts the floor.
 */
export function createTrustedTime(
  clock: Clock,
  known: {
    readonly floor: Instant
    /** The last signed time that was heard before a restart agreed with the clock. */
    readonly agreed?: boolean
  },
): TrustedTime {
  let { floor } = known
  let last = { wall: clock.now(), monotonicMs: clock.monotonicMs() }
  let setBack = false
  let heard: { readonly agrees: boolean; readonly monotonicMs: number } | undefined

  function wall(): Instant {
    const next = { wall: clock.now(), monotonicMs: clock.monotonicMs() }
    const ranMs = next.monotonicMs - last.monotonicMs
    if (next.wall - last.wall < ranMs - SET_BACK_MS) setBack = true
    last = next
    return next.wall
  }

  return {
    now: () => Math.max(wall(), floor),
    quality() {
      if (wall() < floor - TOLERANCE_MS) return 'unknown'
      const stated = clock.quality()
      // Whoever keeps the clock synchronised vouches for its steps as well.
      if (stated === 'synced-2s' || stated === 'synced-10s') return stated
      if (setBack || heard?.agrees === false) return 'unknown'
      if (heard === undefined) {
        // Whatever happened while it was off, the clock stands behind what it had confirmed.
        return stated === 'unknown' && known.agreed === true ? 'free-running' : stated
      }
      const confirmed = clock.monotonicMs() - heard.monotonicMs <= CONFIRMED_MS
      return confirmed ? 'synced-10s' : 'free-running'
    },
    hear(signedAt) {
      const agrees = Math.abs(wall() - signedAt) <= TOLERANCE_MS
      if (agrees) setBack = false
      floor = agrees ? signedAt : Math.max(floor, signedAt)
      heard = { agrees, monotonicMs: clock.monotonicMs() }
      return agrees
    },
    note(at) {
      floor = Math.max(floor, at)
    },
  }
}
