import type { Instant, TimeQuality } from '@unifare/core'

/** A measurement counts for so long. */
const FRESH_MS = 3_600_000
/** An answer that took longer says too little about the time. */
const ROUND_TRIP_MS = 2_000
/** The device's clock was set when it left the monotonic one by more. */
const STEP_MS = 2_000

/** The network's time on a device whose own clock nobody vouches for. */
export interface NetworkTime {
  readonly aheadMs: () => number
  readonly quality: () => TimeQuality
  /** The network told its time; `askedMs` is the monotonic time of asking. */
  hear(at: Instant, askedMs: number): void
}

/**
 * Keeps how far the network's time is ahead of the device's clock. Measured lately and with the
 * clock not set since, it is good to 2 seconds; before the first measurement of a start the last
 * known difference is carried on, and the clock is said to run freely.
 */
export function createNetworkTime(options: {
  readonly aheadMs: number
  readonly wall: () => number
  readonly monotonicMs: () => number
}): NetworkTime {
  const { wall, monotonicMs } = options
  let { aheadMs } = options
  let measured: { readonly wall: number; readonly monotonicMs: number } | undefined
  return {
    aheadMs: () => aheadMs,
    quality() {
      if (measured === undefined) return 'free-running'
      const ranMs = monotonicMs() - measured.monotonicMs
      const steppedMs = Math.abs(wall() - measured.wall - ranMs)
      return ranMs <= FRESH_MS && steppedMs <= STEP_MS ? 'synced-2s' : 'free-running'
    },
    hear(at, askedMs) {
      const roundTripMs = monotonicMs() - askedMs
      if (roundTripMs > ROUND_TRIP_MS) return
      measured = { wall: wall(), monotonicMs: monotonicMs() }
      aheadMs = at + roundTripMs / 2 - measured.wall
    },
  }
}
