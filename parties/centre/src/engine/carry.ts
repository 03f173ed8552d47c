import { concat, type Day, view } from '@unifare/core'
import { accountHash, bucketOf } from './account-hash.ts'
import { wordOfDay } from './packed.ts'
import { CHARGE, HELD_BYTES, instantAt, TAP } from './record-places.ts'

/** Records by bucket, in the order in which they came. */
export type ByBucket = ReadonlyMap<number, Uint8Array>

/** Taps that wait for their charge, by bucket; those before an instant wait no longer. */
export function waitingByBucket(taps: Uint8Array, since: number): ByBucket {
  const words = view(taps)
  const parts = new Map<number, Uint8Array[]>()
  for (let at = 0; at < taps.length; ) {
    const record = at + HELD_BYTES
    const end = record + words.getUint16(record + TAP.length)
    if (instantAt(words, record + TAP.at) >= since) {
      const medium = words.getUint8(record + TAP.medium)
      const bucket = bucketOf(accountHash(words, record + TAP.account, medium))
      const own = parts.get(bucket)
      if (own === undefined) parts.set(bucket, [taps.subarray(at, end)])
      else own.push(taps.subarray(at, end))
    }
    at = end
  }
  return joined(parts)
}

/** Splits charges into those of the day or before it, and later ones, by bucket. */
export function splitCharges(
  charges: Uint8Array,
  day: Day,
): { readonly length: number; readonly later: ByBucket } {
  const words = view(charges)
  const last = wordOfDay(day)
  const parts = new Map<number, Uint8Array[]>()
  let to = 0
  for (let at = 0; at < charges.length; ) {
    const length = words.getUint16(at + CHARGE.length)
    if (words.getUint32(at + CHARGE.tapDay) > last) {
      const bucket = bucketOf(
        accountHash(words, at + CHARGE.account, words.getUint8(at + CHARGE.medium)),
      )
      // A copy: what follows moves over it.
      const record = charges.slice(at, at + length)
      const own = parts.get(bucket)
      if (own === undefined) parts.set(bucket, [record])
      else own.push(record)
    } else {
      if (to !== at) charges.copyWithin(to, at, at + length)
      to += length
    }
    at += length
  }
  return { length: to, later: joined(parts) }
}

function joined(parts: ReadonlyMap<number, readonly Uint8Array[]>): ByBucket {
  return new Map([...parts].map(([bucket, own]) => [bucket, concat(...own)] as const))
}
