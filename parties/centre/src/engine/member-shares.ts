import { concatAll, view } from '@unifare/core'
import type { MemberShare } from '../rules/apportion.ts'
import { digitsOf } from './packed.ts'
import { ACCOUNT_BYTES, CHARGE, NAMED } from './record-places.ts'

/** Bytes of a share. */
export const SHARE_BYTES = 32

/**
 * Places of a share: what one member has of the price of a charge whose price names several, the sum
 * of its parts as they stand in the charge. A charge has a share for every member that it names, and
 * for its operator where parts are its own; they sum to its amount, and one may be below zero.
 */
export const SHARE = {
  operator: 0,
  number: 4,
  medium: 8,
  /** How often 2^32 fen are added to the amount: 0 but for members with several of the largest parts. */
  high: 9,
  account: 10,
  member: 24,
  /** Signed. */
  amountFen: 28,
} as const

const HIGH = 2 ** 32

/** A part's amount and the length of its rule stand before the rule. */
const PART_HEAD = 5
const AT_SIGN = 0x40
const MEMBER_DIGITS = 8

/**
 * Shares of the charge that stands at a place of the wire's bytes; none where its price names no
 * other member. A price that does is rare: for all others only the ends of its rules are looked at.
 */
export function sharesOfRecord(words: DataView, at: number): Uint8Array | undefined {
  const parts = words.getUint8(at + CHARGE.partCount)
  const taps = words.getUint8(at + CHARGE.tapCount) * NAMED.bytes
  const first = at + CHARGE.tariff + words.getUint8(at + CHARGE.tariffLength) + taps
  let part = first
  for (let i = 0; i < parts; i++) {
    if (memberOf(words, part) !== undefined) return writeShares(words, at, { first, parts })
    part += PART_HEAD + words.getUint8(part + PART_HEAD - 1)
  }
  return undefined
}

/** The member that a part's rule names behind it, as `distance@15215211`. */
function memberOf(words: DataView, part: number): string | undefined {
  const length = words.getUint8(part + PART_HEAD - 1)
  const sign = part + PART_HEAD + length - MEMBER_DIGITS - 1
  if (length <= MEMBER_DIGITS || words.getUint8(sign) !== AT_SIGN) return undefined
  let digits = ''
  for (let i = 1; i <= MEMBER_DIGITS; i++) digits += String.fromCharCode(words.getUint8(sign + i))
  return /^\d{8}$/.test(digits) ? digits : undefined
}

function writeShares(
  words: DataView,
  at: number,
  { first, parts }: { readonly first: number; readonly parts: number },
): Uint8Array {
  const operator = digitsOf(words.getUint32(at + CHARGE.operator))
  const sums = new Map<string, number>()
  let part = first
  for (let i = 0; i < parts; i++) {
    const member = memberOf(words, part) ?? operator
    sums.set(member, (sums.get(member) ?? 0) + words.getInt32(part))
    part += PART_HEAD + words.getUint8(part + PART_HEAD - 1)
  }
  const members = [...sums].sort(([a], [b]) => (a < b ? -1 : 1))
  const bytes = new Uint8Array(members.length * SHARE_BYTES)
  const out = view(bytes)
  members.forEach(([member, amountFen], i) => {
    const to = i * SHARE_BYTES
    out.setUint32(to + SHARE.operator, words.getUint32(at + CHARGE.operator))
    out.setUint32(to + SHARE.number, words.getUint32(at + CHARGE.number))
    out.setUint8(to + SHARE.medium, words.getUint8(at + CHARGE.medium))
    for (let b = 0; b < ACCOUNT_BYTES; b++) {
      out.setUint8(to + SHARE.account + b, words.getUint8(at + CHARGE.account + b))
    }
    out.setUint32(to + SHARE.member, Number.parseInt(member, 16))
    out.setInt32(to + SHARE.amountFen, amountFen)
    out.setInt8(to + SHARE.high, (amountFen - (amountFen | 0)) / HIGH)
  })
  return bytes
}

/** Shares of the charges of one shard. */
export interface ShardShares {
  readonly shard: number
  readonly bytes: Uint8Array
}

/** Puts the shares of the charges of a distribution together, by shard. */
export function sharesByShard(
  all: readonly { readonly shard: number; readonly shares: Uint8Array }[],
): ShardShares[] {
  const shards = new Map<number, Uint8Array[]>()
  for (const { shard, shares } of all) {
    const own = shards.get(shard)
    if (own === undefined) shards.set(shard, [shares])
    else own.push(shares)
  }
  return [...shards].map(([shard, own]) => ({ shard, bytes: concatAll(own) }))
}

/** Shares of charges by the charge's name; each keeps its bytes. */
export type ShareBook = ReadonlyMap<string, { bytes: Uint8Array; shares: readonly MemberShare[] }>

/** Reads shares; those of one charge stand together. */
export function readShares(parts: readonly Uint8Array[]): ShareBook {
  const book = new Map<string, { bytes: Uint8Array; shares: MemberShare[] }>()
  for (const all of parts) {
    const words = view(all)
    for (let at = 0; at < all.length; ) {
      const name = chargeName(words.getUint32(at), words.getUint32(at + SHARE.number))
      const shares: MemberShare[] = []
      const from = at
      while (at < all.length && nameAt(words, at) === name) {
        const member = digitsOf(words.getUint32(at + SHARE.member))
        const high = words.getInt8(at + SHARE.high) * HIGH
        shares.push({ member, amountFen: high + words.getInt32(at + SHARE.amountFen) })
        at += SHARE_BYTES
      }
      book.set(name, { bytes: all.subarray(from, at), shares })
    }
  }
  return book
}

function nameAt(words: DataView, at: number): string {
  return chargeName(words.getUint32(at + SHARE.operator), words.getUint32(at + SHARE.number))
}

/** Name of a charge by its operator's packed word and its number. */
export function chargeName(operator: number, number: number): string {
  return `${digitsOf(operator)}-${number}`
}
