import type { Storage } from '@unifare/core'

/** When the last sync of an append began and ended, as `nowMs` tells it. */
export interface SyncTimes {
  beganMs: number
  endedMs: number
}

/** Storage that notes when appended records were given to the disk and when it had them. */
export function timeSyncs(
  storage: Storage,
  nowMs: () => number,
): { readonly storage: Storage; readonly times: SyncTimes } {
  const times: SyncTimes = { beganMs: 0, endedMs: 0 }
  return {
    times,
    storage: {
      ...storage,
      async open(name) {
        const file = await storage.open(name)
        return {
          ...file,
          async sync() {
            times.beganMs = nowMs()
            await file.sync()
            times.endedMs = nowMs()
          },
        }
      },
    },
  }
}
