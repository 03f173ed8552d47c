import { type Clock, createManualClock, type Instant, type ManualClock } from '@unifare/core'

/** A clock that its driver moves through the scripted day, and that runs by itself afterwards. */
export interface DayClock extends ManualClock {
  /** From now on time runs as `system` does, never behind what it was. */
  goLive(system: Clock): void
}

/** Opens a clock at the beginning of the scripted day. */
export function createDayClock(start: Instant): DayClock {
  const manual = createManualClock(start)
  let live: { readonly system: Clock; readonly aheadMs: number } | undefined
  return {
    ...manual,
    now: () => (live ? live.system.now() + live.aheadMs : manual.now()),
    monotonicMs: () => (live ? live.system.monotonicMs() : manual.monotonicMs()),
    sleep: (ms) => (live ? live.system.sleep(ms) : manual.sleep(ms)),
    goLive(system) {
      live = { system, aheadMs: Math.max(0, manual.now() - system.now()) }
    },
  }
}
