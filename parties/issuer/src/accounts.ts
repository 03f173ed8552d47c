import { type Instant, requireData, type Tx } from '@unifare/core'
import { makeCardNumber } from '@unifare/registry'
import { type AccountRow, accounts, type Contract, marks, rides } from './tables.ts'

/** Serial numbers of code accounts begin here, and those of cards end: the two never meet. */
export const FIRST_CODE_SERIAL = 5_000_000_000
/** Sources of payment in one contract. */
const SOURCES_MAX = 8
const SECOND_MS = 1000

/** Step 1: an account for a rider's key. Opening again gives the same account. */
export async function openAccount(
  tx: Tx,
  options: { readonly rider: string; readonly iin: string; readonly at: Instant },
): Promise<{ readonly account: string; readonly state: string }> {
  const known = await lastAccount(tx, options.rider)
  if (known !== undefined && known.state !== 'withdrawn') {
    return { account: known.account, state: known.state }
  }
  const [mark] = await tx.get(marks, [{ name: 'accounts' }])
  const count = Number(mark?.value ?? 0)
  const account = makeCardNumber({ iin: options.iin, serial: FIRST_CODE_SERIAL + count })
  await tx.put(marks, [{ name: 'accounts', value: String(count + 1) }])
  await tx.put(accounts, [
    {
      account,
      rider: options.rider,
      state: 'opened',
      contract: null,
      openedAt: options.at,
      debtFen: 0,
      arrearsSince: 0,
      credentialUntilS: 0,
    },
  ])
  return { account, state: 'opened' }
}

/** Step 2: the rider has read the contract and authorises the debit. */
export async function authorise(
  tx: Tx,
  options: {
    readonly rider: string
    readonly contract: Contract
    /** Names of the channels that this issuer works with. */
    readonly channels: ReadonlySet<string>
  },
): Promise<{ readonly account: string; readonly state: string }> {
  const row = await accountOf(tx, options.rider)
  const { contract } = options
  const { channel, limitFen, sources } = contract
  requireData(
    options.channels.has(channel) &&
      Number.isSafeInteger(limitFen) &&
      limitFen > 0 &&
      sources.length > 0 &&
      sources.length <= SOURCES_MAX &&
      sources.every((source) => /^[a-z0-9-]{1,32}$/.test(source)),
    'issuer.bad-contract',
    `a contract names a channel (${[...options.channels].join(', ')}), a limit above zero and sources in order`,
  )
  const state = row.state === 'opened' ? 'authorised' : row.state
  await tx.put(accounts, [{ ...row, contract, state }])
  return { account: row.account, state }
}

/** Ends the contract once every ride is settled and no debt is left. */
export async function withdraw(
  tx: Tx,
  options: { readonly rider: string; readonly at: Instant },
): Promise<{ readonly account: string; readonly state: string }> {
  const row = await accountOf(tx, options.rider)
  requireData(row.debtFen === 0, 'issuer.arrears', `repay ${row.debtFen} fen first`)
  const open = (await tx.select(rides, { account: row.account })).filter(
    ({ state }) => state === 'due',
  )
  requireData(open.length === 0, 'issuer.open-rides', `${open.length} rides are not settled yet`)
  requireData(
    row.credentialUntilS * SECOND_MS <= options.at,
    'issuer.open-rides',
    'the last credential is still valid: rides may still come in',
  )
  await tx.put(accounts, [{ ...row, state: 'withdrawn', contract: null }])
  return { account: row.account, state: 'withdrawn' }
}

/** The account of a rider's key; throws `issuer.no-account`. */
export async function accountOf(tx: Tx, rider: string): Promise<AccountRow> {
  const row = await lastAccount(tx, rider)
  requireData(
    row !== undefined && row.state !== 'withdrawn',
    'issuer.no-account',
    'no account under this key: open one first',
  )
  return row
}

/** The account that stands, else the last one that was withdrawn. */
export async function lastAccount(tx: Tx, rider: string): Promise<AccountRow | undefined> {
  const rows = await tx.select(accounts, { rider })
  return rows.findLast(({ state }) => state !== 'withdrawn') ?? rows.at(-1)
}
