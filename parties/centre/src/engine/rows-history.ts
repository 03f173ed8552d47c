import { concatAll, type Day, type Storage, view } from '@unifare/core'
import { accountHash } from './account-hash.ts'
import type { AccountKey, DayRows, History } from './past.ts'
import { loadFees } from './rules-file.ts'
import { type OpenDays, openDays } from './shard-file.ts'
import { ROW, ROW_BYTES } from './verdict-rows.ts'

/**
 * Looks accounts up in the verdict rows of closed days, oldest first. Rows of a bucket lie in the
 * order of their accounts' hashes: of each day only the blocks are read that have rows of them, and
 * each account is found there by halving.
 */
export function rowsHistory(
  storage: Storage,
  days: readonly Day[],
  dayOf: OpenDays = openDays(storage),
): History {
  return async (accounts) => {
    const hashes = accounts.map(({ hash }) => hash)
    const found: DayRows[] = []
    for (const day of days) {
      const closed = await dayOf(day)
      const near = await closed.rowsOf(hashes)
      const own = accounts
        .map((account) => rowsOf(near, account))
        .filter(({ length }) => length > 0)
      if (own.length === 0) continue
      found.push({ rows: concatAll(own), fees: await loadFees(storage, day) })
    }
    return found
  }
}

function rowsOf(rows: Uint8Array, { account, medium, hash }: AccountKey): Uint8Array {
  const words = view(rows)
  const count = rows.length / ROW_BYTES
  const hashAt = (row: number) => {
    const at = row * ROW_BYTES
    return accountHash(words, at + ROW.issuer, words.getUint8(at + ROW.medium))
  }
  let [low, high] = [0, count]
  while (low < high) {
    const middle = (low + high) >>> 1
    if (hashAt(middle) < hash) low = middle + 1
    else high = middle
  }
  const key = view(account)
  const isOwn = (row: number) =>
    words.getUint8(row * ROW_BYTES + ROW.medium) === medium &&
    isSame(words, row * ROW_BYTES + ROW.issuer, key)
  // Another account of the same hash may stand before.
  while (low < count && hashAt(low) === hash && !isOwn(low)) low += 1
  let end = low
  while (end < count && isOwn(end)) end += 1
  return rows.subarray(low * ROW_BYTES, end * ROW_BYTES)
}

/** Whether 14 bytes are the same. */
function isSame(words: DataView, at: number, account: DataView): boolean {
  return (
    words.getUint32(at + 8) === account.getUint32(8) &&
    words.getUint32(at + 4) === account.getUint32(4) &&
    words.getUint16(at + 12) === account.getUint16(12) &&
    words.getUint32(at) === account.getUint32(0)
  )
}
