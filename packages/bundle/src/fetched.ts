import type { Instant } from '@unifare/core'
import type { BundleKind, SignedBundle } from './bundle.ts'
import { bundleBytes, isDelta } from './delta.ts'
import type { ToldBundle } from './pieces.ts'

/** How a list that is held came: the bytes that travelled, and those of the whole list. */
export interface FetchedList {
  readonly kind: BundleKind
  readonly publisher: string
  readonly version: number
  /** Version whose changes came; 0 when the whole list did. */
  readonly since: number
  readonly bytes: number
  readonly wholeBytes: number
  readonly at: Instant
}

/** The same of a list that was taken over: `since` is the version held before it. */
export function fetchedList(
  { value, bytes }: ToldBundle,
  {
    whole,
    since,
    at,
  }: { readonly whole: SignedBundle; readonly since: number; readonly at: Instant },
): FetchedList {
  const { kind, publisher, version } = whole
  return isDelta(value)
    ? { kind, publisher, version, since, bytes, wholeBytes: bundleBytes(whole), at }
    : { kind, publisher, version, since: 0, bytes, wholeBytes: bytes, at }
}
