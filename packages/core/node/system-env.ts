import { randomFillSync } from 'node:crypto'
import { setTimeout } from 'node:timers/promises'
import type { Clock, Random } from '../src/env.ts'
import type { TimeQuality } from '../src/time.ts'

/**
 * The clock of the operating system. How well it is set is not known here: it is `unknown` unless
 * whoever runs the machine vouches for a quality.
 */
export function systemClock(quality: TimeQuality = 'unknown'): Clock {
  return {
    now: () => Date.now(),
    quality: () => quality,
    monotonicMs: () => performance.now(),
    sleep: (ms) => setTimeout(ms),
  }
}

/** Random bytes of the operating system. */
export function systemRandom(): Random {
  return { bytes: (length) => randomFillSync(new Uint8Array(length)) }
}
