import type { Clock } from './env.ts'
import { assert } from './errors.ts'
import { createEventQueue } from './event-queue.ts'
import type { Instant, TimeQuality } from './time.ts'

/** Turns of the microtask queue that a woken sleeper gets before time goes on. */
const TURNS = 50

/** A clock that moves only when told. */
export interface ManualClock extends Clock {
  /**
   * Moves time on and wakes sleepers at their instants, one after the other; a woken one may
   * sleep again within the same advance.
   */
  advance(ms: number): Promise<void>
  /** Sets the wall clock, also backwards; the monotonic clock and sleepers do not notice. */
  set(instant: Instant): void
  setQuality(quality: TimeQuality): void
}

/** A clock that stands at an instant, of the best quality unless told otherwise. */
export function createManualClock(start: Instant, quality: TimeQuality = 'synced-2s'): ManualClock {
  const sleepers = createEventQueue<() => void>()
  let elapsedMs = 0
  let wallOffset = start
  let currentQuality = quality
  return {
    now: () => wallOffset + elapsedMs,
    quality: () => currentQuality,
    monotonicMs: () => elapsedMs,
    sleep: (ms) => new Promise((wake) => sleepers.push(elapsedMs + Math.max(0, ms), wake)),
    async advance(ms) {
      assert(ms >= 0, 'time does not run backwards')
      const until = elapsedMs + ms
      for (;;) {
        for (let turn = 0; turn < TURNS; turn++) await Promise.resolve()
        if ((sleepers.nextAt() ?? Number.POSITIVE_INFINITY) > until) break
        const due = sleepers.pop()
        if (due === undefined) break
        elapsedMs = Math.max(elapsedMs, due.at)
        due.event()
      }
      elapsedMs = Math.max(elapsedMs, until)
    },
    set(instant) {
      wallOffset = instant - elapsedMs
    },
    setQuality(next) {
      currentQuality = next
    },
  }
}
