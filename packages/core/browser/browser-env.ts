import type { Clock, Random } from '../src/env.ts'
import type { TimeQuality } from '../src/time.ts'

/**
 * The clock of the device, moved by a number of milliseconds that may change (a network's time
 * that was heard), with the quality that whoever measured it vouches for.
 */
export function browserClock(heard: {
  readonly aheadMs: () => number
  readonly quality: () => TimeQuality
}): Clock {
  return {
    now: () => Math.round(Date.now() + heard.aheadMs()),
    quality: heard.quality,
    monotonicMs: () => performance.now(),
    sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  }
}

/** Random bytes of the browser. */
export function browserRandom(): Random {
  return { bytes: (length) => crypto.getRandomValues(new Uint8Array(length)) }
}
