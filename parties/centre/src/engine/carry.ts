import { concatAll, type Day } from '@unifare/core'
import { bucketOf } from './account-hash.ts'
import type { IsHeld } from './held-charges.ts'
import { bytesOfLines, CHARGE_LINE, instantAt, TAP_LINE, wordsOfCharge } from './lines.ts'
import { wordOfDay } from './packed.ts'

/** Lines by bucket, as bytes. */
export type ByBucket = ReadonlyMap<number, Uint8Array>

/** Taps that wait for their charge, by bucket; those before an instant wait no longer. */
export function waitingByBucket(taps: readonly Uint32Array[], since: number): ByBucket {
  const parts = new Map<number, Uint8Array[]>()
  for (const tap of taps) {
    if (instantAt(tap, 0) >= since) put(parts, tap[TAP_LINE.hash]!, tap)
  }
  return joined(parts)
}

/**
 * Splits charges into those of the day or before it, moved to the front, and by bucket those that
 * are left for another day: of later days, or held until a record comes.
 */
export function splitCharges(
  charges: Uint32Array,
  day: Day,
  isHeld: IsHeld = () => false,
): { readonly charges: Uint32Array; readonly later: ByBucket } {
  const last = wordOfDay(day)
  const parts = new Map<number, Uint8Array[]>()
  let to = 0
  for (let at = 0; at < charges.length; ) {
    const words = wordsOfCharge(charges, at)
    if (charges[at + CHARGE_LINE.tapDay]! > last || isHeld(charges, at)) {
      // A copy: what follows moves over it.
      put(parts, charges[at + CHARGE_LINE.hash]!, charges.slice(at, at + words))
    } else {
      if (to !== at) charges.copyWithin(to, at, at + words)
      to += words
    }
    at += words
  }
  return { charges: charges.subarray(0, to), later: joined(parts) }
}

function put(parts: Map<number, Uint8Array[]>, hash: number, lines: Uint32Array): void {
  const bucket = bucketOf(hash)
  const own = parts.get(bucket)
  if (own === undefined) parts.set(bucket, [bytesOfLines(lines)])
  else own.push(bytesOfLines(lines))
}

function joined(parts: ReadonlyMap<number, readonly Uint8Array[]>): ByBucket {
  return new Map([...parts].map(([bucket, own]) => [bucket, concatAll(own)] as const))
}
