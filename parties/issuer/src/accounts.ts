import { fromHex, type Instant, requireData, type Tx, toHex } from '@unifare/core'
import { makeCardNumber } from '@unifare/registry'
import { type Credential, type IssuerSign, issueCredential } from '@unifare/ridecode'
import { requireStanding } from './people/standing.ts'
import { type AccountRow, accounts, type Contract, marks, rides } from './tables.ts'

/** Serial numbers of code accounts begin here, and those of cards end: the two never meet. */
export const FIRST_CODE_SERIAL = 5_000_000_000
/** Sources of payment in one contract. */
const SOURCES_MAX = 8
const SECOND_MS = 1000
/** Interoperable codes (reference ride code 1.1). */
const CODE_VERSION = 0x80

/** How an issuer makes credentials (reference reliability 10.4). */
export interface CredentialPolicy {
  /** Validity of a credential: hours, not years; renewal is where arrears act. */
  readonly authorisationS: number
  /** Life of one displayed code. */
  readonly codeS: number
  readonly capFen: number
}

export const DEFAULT_CREDENTIALS: CredentialPolicy = {
  authorisationS: 24 * 3600,
  codeS: 120,
  capFen: 3_000,
}

/** What makes credentials: the issuer's place in the scheme, its certificate, its signature. */
export interface CodeIssuer {
  readonly id: string
  readonly iin: string
  readonly platform: string
  readonly sign: IssuerSign
  readonly policy: CredentialPolicy
}

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

/**
 * Step 3 and every renewal: a credential for the key on the rider's device. Refused to accounts that
 * are frozen, owe fares or are not prepaid (see `standingOf`): renewal is where they act.
 */
export async function giveCredential(
  tx: Tx,
  options: {
    readonly rider: string
    readonly userPublicKey: string
    readonly at: Instant
    readonly issuer: CodeIssuer
  },
): Promise<{ readonly account: string; readonly credential: string; readonly untilS: number }> {
  const { issuer } = options
  const row = await accountOf(tx, options.rider)
  await requireStanding(tx, row.account)
  requireData(row.contract !== null, 'issuer.not-authorised', 'authorise the debit first')
  const [mark] = await tx.get(marks, [{ name: 'certificate' }])
  requireData(
    mark !== undefined,
    'issuer.no-certificate',
    'the centre has not certified the code key yet',
  )
  const untilS = Math.floor(options.at / SECOND_MS) + issuer.policy.authorisationS
  const credential: Credential = await issueCredential({
    certificate: fromHex(mark.value),
    version: CODE_VERSION,
    sign: issuer.sign,
    paymentAccount: row.account.slice(-16),
    cardAccount: row.account,
    issuer: issuer.id,
    platform: issuer.platform,
    accountType: 0,
    capFen: issuer.policy.capFen,
    userPublicKey: fromHex(options.userPublicKey),
    authorisationExpiryS: untilS,
    validityS: issuer.policy.codeS,
    custom: new Uint8Array(0),
  })
  await tx.put(accounts, [{ ...row, state: 'ready', credentialUntilS: untilS }])
  return { account: row.account, credential: toHex(credential.bytes), untilS }
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
