import { type AcceptanceContent, parseAcceptance } from '@unifare/bundle'
import { fromHex, fromUtf8, type Storage, toHex, utf8 } from '@unifare/core'
import { checkFeeRows, type FeeRow } from '../fees.ts'
import { acceptanceTable } from './acceptance-table.ts'
import { readSummed, replaceSummed } from './checksum.ts'
import type { DenyMark, ShardRules } from './shard.ts'

/** Name of the file with the fee matrix of a day: corrections take back what it gave. */
export function feesFile(day: string): string {
  return `fees-${day}`
}

/** Name of the file with the rules that a day was cleared by. */
export function rulesFile(day: string): string {
  return `rules-${day}`
}

/** Rules of a day as they are stored: the acceptance list row by row. */
export interface StoredRules extends Omit<ShardRules, 'acceptance'> {
  readonly acceptance: AcceptanceContent
}

/** Writes the rules of a day, for its workers and for who runs it again. */
export async function storeRules(storage: Storage, rules: StoredRules): Promise<void> {
  const { day, oldestDay, issuers, acceptance, fees, denied, holdDays = 0 } = rules
  const marks = denied.map(({ account, ...mark }) => ({ account: toHex(account), ...mark }))
  const text = {
    day,
    oldestDay,
    issuers: [...issuers].sort(),
    acceptance,
    fees,
    denied: marks,
    holdDays,
    ...(rules.issuerKeys !== undefined && { issuerKeys: rules.issuerKeys }),
  }
  await replaceSummed(storage, feesFile(day), utf8(JSON.stringify(fees)))
  await replaceSummed(storage, rulesFile(day), utf8(JSON.stringify(text)))
}

/** Reads the fee matrix of a closed day. */
export async function loadFees(storage: Storage, day: string): Promise<readonly FeeRow[]> {
  const bytes = await readSummed(storage, feesFile(day))
  if (bytes === undefined) throw new TypeError(`the fees of ${day} were not stored`)
  const rows = JSON.parse(fromUtf8(bytes)) as readonly FeeRow[]
  checkFeeRows(rows)
  return rows
}

/** Reads them back. */
export async function loadRules(storage: Storage, day: string): Promise<ShardRules> {
  const bytes = await readSummed(storage, rulesFile(day))
  if (bytes === undefined) throw new TypeError(`the rules of ${day} were not stored`)
  const text = JSON.parse(fromUtf8(bytes)) as {
    readonly day: string
    readonly oldestDay: string
    readonly issuers: readonly string[]
    readonly acceptance: unknown
    readonly fees: readonly FeeRow[]
    readonly denied: readonly (Omit<DenyMark, 'account'> & { readonly account: string })[]
    readonly holdDays?: number
    readonly issuerKeys?: unknown
  }
  checkFeeRows(text.fees)
  return {
    day: text.day,
    oldestDay: text.oldestDay,
    issuers: new Set(text.issuers),
    acceptance: acceptanceTable(parseAcceptance(text.acceptance)),
    fees: text.fees,
    holdDays: text.holdDays ?? 0,
    issuerKeys: text.issuerKeys,
    denied: text.denied.map(({ account, ...mark }) => ({ account: fromHex(account), ...mark })),
  }
}
