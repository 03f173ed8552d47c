import { concatAll, type Day, type Hashes, toHex, view } from '@unifare/core'
import { accountHash, bucketOf } from './account-hash.ts'
import type { ByBucket } from './carry.ts'
import { CHARGE_LINE, linesOfBytes, wordsOfCharge } from './lines.ts'
import { createMemberMoney, type MemberMoney, NO_MEMBERS } from './member-money.ts'
import { chargeName, readShares, SHARE, SHARE_BYTES, type ShareBook } from './member-shares.ts'
import type { OpenDays } from './shard-file.ts'

/** Hash of what members have of the shared prices of a bucket, as it stands under the root. */
export interface ShareRoot {
  readonly bucket: number
  readonly root: string
}

/** Prices of a shard that several members share. */
export interface OpenSharedPrices {
  readonly money: MemberMoney
  /** Shares of the charges that settled, by bucket. */
  settled(): ByBucket
  /** Shares of charges that are left for another day, by bucket. */
  waiting(later: ByBucket): ByBucket
}

/**
 * Opens the shared prices of the charges that a shard judges. Those of earlier days are read only
 * for corrections, which take back from every member what it had.
 */
export async function openSharedPrices(
  charges: Uint32Array,
  options: {
    readonly dayOf: OpenDays
    readonly closedDays: readonly Day[]
    readonly buckets: readonly number[]
    readonly today: ShareBook
    readonly operators: ReadonlySet<string>
  },
): Promise<OpenSharedPrices> {
  const { today, operators } = options
  const past = hasCorrection(charges) ? await pastShares(options) : readShares([])
  const money =
    today.size === 0 && past.size === 0 ? NO_MEMBERS : createMemberMoney({ today, past, operators })
  return {
    money,
    settled: () => byBucket([money.settled()]),
    waiting(later) {
      if (today.size === 0) return new Map()
      return byBucket([...later.values()].flatMap(namesOf).flatMap((name) => bytesOf(today, name)))
    },
  }
}

/** Hashes of shares, in the order of buckets. */
export function shareRoots(shares: ByBucket, hashes: Hashes): ShareRoot[] {
  return [...shares]
    .sort(([a], [b]) => a - b)
    .map(([bucket, bytes]) => ({ bucket, root: toHex(hashes.sha256(bytes)) }))
}

function hasCorrection(charges: Uint32Array): boolean {
  for (let at = 0; at < charges.length; at += wordsOfCharge(charges, at)) {
    if (charges[at + CHARGE_LINE.corrects] !== 0) return true
  }
  return false
}

async function pastShares({
  dayOf,
  closedDays,
  buckets,
}: {
  readonly dayOf: OpenDays
  readonly closedDays: readonly Day[]
  readonly buckets: readonly number[]
}): Promise<ShareBook> {
  const parts: Uint8Array[] = []
  for (const day of closedDays) {
    const closed = await dayOf(day)
    for (const bucket of buckets) parts.push(await closed.read('shares', bucket))
  }
  return readShares(parts)
}

function namesOf(charges: Uint8Array): string[] {
  const lines = linesOfBytes(charges)
  const names: string[] = []
  for (let at = 0; at < lines.length; at += wordsOfCharge(lines, at)) {
    names.push(chargeName(lines[at + CHARGE_LINE.operator]!, lines[at + CHARGE_LINE.number]!))
  }
  return names
}

function bytesOf(book: ShareBook, name: string): Uint8Array[] {
  const known = book.get(name)
  return known === undefined ? [] : [known.bytes]
}

function byBucket(parts: readonly Uint8Array[]): ByBucket {
  const buckets = new Map<number, Uint8Array[]>()
  for (const part of parts) {
    const words = view(part)
    for (let at = 0; at < part.length; at += SHARE_BYTES) {
      const medium = words.getUint8(at + SHARE.medium)
      const bucket = bucketOf(accountHash(words, at + SHARE.account, medium))
      const own = buckets.get(bucket)
      if (own === undefined) buckets.set(bucket, [part.subarray(at, at + SHARE_BYTES)])
      else own.push(part.subarray(at, at + SHARE_BYTES))
    }
  }
  return new Map([...buckets].map(([bucket, own]) => [bucket, concatAll(own)] as const))
}
