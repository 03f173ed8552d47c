import { equalBytes } from '@unifare/core'

/** A code that was out of sight for so long comes again when it is seen again. */
const GONE_MS = 1_200

/** Tells codes that are held before the camera from codes that come. */
export interface RepeatFilter {
  /** True when this is a code that was not there just before. `atMs` is monotonic. */
  comes(bytes: Uint8Array, atMs: number): boolean
}

/** A camera sees a held code many times: the rider presents it once. */
export function createRepeatFilter(): RepeatFilter {
  let last: { readonly bytes: Uint8Array; readonly atMs: number } | undefined
  return {
    comes(bytes, atMs) {
      const held = last !== undefined && atMs - last.atMs < GONE_MS && equalBytes(last.bytes, bytes)
      last = { bytes, atMs }
      return !held
    },
  }
}
