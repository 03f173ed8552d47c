import type { ScanTimes } from '../engine/protocol.ts'

/** One presentation from the camera's frame to the display, in milliseconds of the epoch. */
export interface GateTiming extends ScanTimes {
  readonly ok: boolean
  /** The browser was given the picture that shows the result. */
  readonly shownMs: number
}

const KEPT = 500

declare global {
  interface Window {
    /** The last presentations, oldest first: for benchmarks and for staff with a console. */
    __gateTimings?: GateTiming[]
  }
}

/** Notes a presentation once its result is on the display. */
export function noteShown(times: ScanTimes, ok: boolean): void {
  requestAnimationFrame(() => {
    const shownMs = performance.timeOrigin + performance.now()
    const timing = { ...times, ok, shownMs }
    const all = window.__gateTimings ?? []
    window.__gateTimings = [...all, timing].slice(-KEPT)
    const since = (ms: number) => Math.max(0, ms - performance.timeOrigin)
    const span = (name: string, from: number, to: number) =>
      performance.measure(`gate:${name}`, { start: since(from), end: since(to) })
    span('decode', times.frameMs, times.decodedMs)
    span('decide', times.decodedMs, times.decidedMs)
    span('sync', times.decidedMs, times.syncedMs)
    span('show', times.syncedMs, shownMs)
  })
}
