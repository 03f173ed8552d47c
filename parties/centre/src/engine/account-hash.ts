import { MEDIA } from '@unifare/tap'
import { cardKeyHash, packCardKey } from './card-key.ts'

/**
 * Hash of a medium's account, 32 bits, fixed for ever: it orders the verdicts of a day, and its top
 * 8 bits are the bucket by which days are split over shards. That of a card is the hash of its key,
 * so that a day goes through its marks in their own order. `at` is where the issuer begins.
 */
export function accountHash(words: DataView, at: number, medium: number): number {
  return hashOfAccount(
    words.getUint32(at),
    words.getUint32(at + 4),
    words.getUint32(at + 8),
    words.getUint16(at + 12),
    medium,
  )
}

/** The key at hand: a hash is asked for every record of a day. */
const key = new Uint32Array(3)

/** The same of issuer and account as words: 4, 4, 4 and 2 bytes. */
export function hashOfAccount(
  issuer: number,
  high: number,
  low: number,
  rest: number,
  medium: number,
): number {
  if (medium === MEDIA.card && packCardKey(issuer, high, low, rest, key)) {
    return cardKeyHash(key[0]!, key[1]!, key[2]!)
  }
  let hash = mix(medium ^ 0x9e3779b9, issuer)
  hash = mix(hash, high)
  hash = mix(hash, low)
  hash = mix(hash, rest)
  hash ^= hash >>> 15
  hash = Math.imul(hash, 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}

/** Buckets that a day's accounts fall into: a shard is a range of them. */
export const BUCKETS = 256

/** Bucket of an account's hash. */
export function bucketOf(hash: number): number {
  return hash >>> 24
}

/** Shard of an account's hash when a day has so many of them (1 to 256): a range of buckets each. */
export function shardOf(hash: number, shards: number): number {
  return Math.floor((bucketOf(hash) * shards) / BUCKETS)
}

/** Buckets of a shard. */
export function bucketsOf(shard: number, shards: number): number[] {
  const all = Array.from({ length: BUCKETS }, (_, bucket) => bucket)
  return all.filter((bucket) => shardOf(bucket << 24, shards) === shard)
}

function mix(hash: number, word: number): number {
  const rotated = (hash << 13) | (hash >>> 19)
  return Math.imul(rotated ^ Math.imul(word, 0x85ebca6b), 0x9e3779b1) + 0x7f4a7c15
}
