import { businessDay, type Fen, type Instant, requireData, type Tx } from '@unifare/core'
import { postEntries } from '@unifare/ledger'
import { reserveEntry } from './entries.ts'
import { readReserves } from './reading.ts'
import type { ReserveAccount } from './reserve.ts'
import { type AlarmRow, alarms, type ReserveRow, reserves } from './tables.ts'

/** Sets the terms of a member's reserve account, and opens it where there is none. */
export async function setReserveTerms(
  tx: Tx,
  terms: Omit<ReserveRow, 'suspended'>,
): Promise<ReserveAccount> {
  const { member, depositFen, capFen, lowFen } = terms
  const amounts = [depositFen, capFen, lowFen].every((fen) => Number.isSafeInteger(fen) && fen >= 0)
  requireData(amounts, 'reserve.bad-terms', `terms of ${member}: deposit, cap and low in fen`)
  const [before] = await tx.get(reserves, [{ member }])
  const suspended = before?.suspended ?? false
  await tx.put(reserves, [{ member, depositFen, capFen, lowFen, suspended }])
  return accountOf(tx, member)
}

/**
 * Books money that came from a member's bank, or goes back to it when it is below zero. The same
 * bank reference again changes nothing. Throws `reserve.unknown`, `reserve.not-withdrawable`, and
 * `ledger.conflict` when a reference comes with another amount.
 */
export async function moveReserve(
  tx: Tx,
  move: { readonly member: string; readonly amountFen: Fen; readonly reference: string },
  at: Instant,
): Promise<ReserveAccount> {
  const { member, amountFen } = move
  const before = await accountOf(tx, member)
  const booked = await postEntries(tx, [reserveEntry({ ...move, day: businessDay(at) })])
  // What was booked before was checked then.
  requireData(
    booked.length === 0 || amountFen > 0 || -amountFen <= before.withdrawableFen,
    'reserve.not-withdrawable',
    `${member} may take out ${before.withdrawableFen} fen`,
    { withdrawableFen: before.withdrawableFen },
  )
  return accountOf(tx, member)
}

/** Marks a member as suspended, or not. Returns whether that changed. */
export async function markSuspended(
  tx: Tx,
  { member, suspended }: { readonly member: string; readonly suspended: boolean },
): Promise<boolean> {
  const [row] = await tx.get(reserves, [{ member }])
  requireData(row !== undefined, 'reserve.unknown', `${member} has no reserve account`)
  if (row.suspended === suspended) return false
  await tx.put(reserves, [{ ...row, suspended }])
  return true
}

/** Members that are suspended. */
export async function suspendedMembers(tx: Tx): Promise<ReadonlySet<string>> {
  const rows = await tx.select(reserves, {})
  return new Set(rows.filter(({ suspended }) => suspended).map(({ member }) => member))
}

/** Raises the alarms that hold now and clears those that no longer do. Returns those that are new. */
export async function updateAlarms(tx: Tx, at: Instant): Promise<AlarmRow[]> {
  const lasting = (await tx.select(alarms, {})).filter(({ clearedAt }) => clearedAt === 0)
  const now = (await readReserves(tx)).flatMap((one) =>
    one.alarms.map((alarm) => ({ member: one.member, alarm })),
  )
  const same = (a: { member: string; alarm: string }, b: { member: string; alarm: string }) =>
    a.member === b.member && a.alarm === b.alarm
  const raised = now
    .filter((one) => !lasting.some((row) => same(row, one)))
    .map((one) => ({ ...one, raisedAt: at, clearedAt: 0 }))
  const cleared = lasting
    .filter((row) => !now.some((one) => same(row, one)))
    .map((row) => ({ ...row, clearedAt: at }))
  await tx.put(alarms, [...raised, ...cleared])
  return raised
}

async function accountOf(tx: Tx, member: string): Promise<ReserveAccount> {
  const account = (await readReserves(tx)).find((one) => one.member === member)
  requireData(account !== undefined, 'reserve.unknown', `${member} has no reserve account`)
  return account
}
