import { type Fen, fromHex, type Instant, requireData, type Tx, toHex } from '@unifare/core'
import {
  encodeCustomField,
  type IssuerSign,
  issueCredential,
  type RiskClass,
  readCertificate,
} from '@unifare/ridecode'
import { accountOf } from '../accounts.ts'
import { requireStanding } from '../people/standing.ts'
import type { PeopleTerms } from '../people/terms.ts'
import { type AccountRow, accounts, marks } from '../tables.ts'
import { pseudonymOf } from './pseudonym.ts'
import { type Grant, grantOf, type RiskTerms } from './risk.ts'
import { tokensOf } from './schemes.ts'
import { type PseudonymRow, pseudonyms } from './tables.ts'
import { readWanted, type Wanted } from './wanted.ts'

const SECOND_MS = 1000
/** Interoperable codes (reference ridecode 1.1). */
const CODE_VERSION = 0x80
/** Ends of pseudonymous credentials are rounded down to it: one second would link a batch. */
const END_STEP_S = 900

/** What an issuer grants to everybody where it has no risk classes. */
export interface CredentialPolicy {
  /** Validity of a credential: hours, not years; renewal is where arrears act. */
  readonly authorisationS: number
  /** Life of one displayed code. */
  readonly codeS: number
  /** The network's maximum for one ride. */
  readonly capFen: Fen
}

export const DEFAULT_CREDENTIALS: CredentialPolicy = {
  authorisationS: 24 * 3600,
  codeS: 120,
  capFen: 3_000,
}

/** What makes credentials: the issuer's place in the scheme, its key and signature, its terms. */
export interface CodeIssuer {
  readonly id: string
  readonly iin: string
  readonly platform: string
  /** Signature of the code key of a version; the serial of its certificate is that version. */
  readonly signOf: (version: number) => IssuerSign
  readonly policy: CredentialPolicy
  readonly risk: readonly RiskTerms[] | undefined
}

/** One credential of a batch. */
export interface BatchEntry extends Wanted {
  /** Pseudonymous card account that its codes carry. */
  readonly number: string
  readonly credential: string
  readonly untilS: number
}

export interface BatchAnswer {
  readonly account: string
  readonly riskClass: RiskClass
  readonly companionsMax: number
  readonly untilS: number
  readonly credentials: readonly BatchEntry[]
}

export interface CredentialAnswer {
  readonly account: string
  readonly credential: string
  readonly untilS: number
}

interface Ready {
  readonly rider: string
  /** Fields of the order: `userPublicKey` for one on the account itself, or `wanted`. */
  readonly fields: Readonly<Record<string, unknown>>
  readonly at: Instant
  readonly issuer: CodeIssuer
  readonly terms: PeopleTerms
}

/** One credential being made. */
interface Holder {
  readonly number: string
  readonly paymentAccount: string
  readonly userPublicKey: string
  readonly untilS: number
  readonly custom: Uint8Array
}

/**
 * Step 3 and every renewal: credentials for keys on the rider's device. Refused to accounts that
 * are frozen, owe fares or are not prepaid (see `standingOf`): renewal is where they act. A batch
 * is one of pseudonyms, each with a key of its own, of which no operator can tell that they belong
 * together (reference ridecode 3, "Privacy"); one for the account itself is linkable.
 */
export async function giveCredential(
  tx: Tx,
  ready: Ready,
): Promise<CredentialAnswer | BatchAnswer> {
  const { rider, fields, at, issuer, terms } = ready
  const row = await accountOf(tx, rider)
  await requireStanding(tx, row.account, terms)
  requireData(row.contract !== null, 'issuer.not-authorised', 'authorise the debit first')
  const keys = await certified(tx, issuer)
  const grant = await grantOf(tx, row, { at, risk: issuer.risk, flat: issuer.policy })
  const context = { ...ready, ...keys, tx, row, grant }
  const answer = fields['wanted'] === undefined ? await giveOne(context) : await giveBatch(context)
  const credentialUntilS = Math.max(row.credentialUntilS, answer.untilS)
  await tx.put(accounts, [{ ...row, state: 'ready', credentialUntilS }])
  return answer
}

interface Giving extends Ready {
  readonly tx: Tx
  readonly row: AccountRow
  readonly grant: Grant
  readonly certificate: Uint8Array
  readonly sign: IssuerSign
}

async function giveOne(giving: Giving): Promise<CredentialAnswer> {
  const { row, at, fields, grant } = giving
  const { account } = row
  const untilS = Math.floor(at / SECOND_MS) + grant.authorisationS
  const { riskClass } = grant
  const credential = await signed(giving, {
    number: account,
    paymentAccount: account.slice(-16),
    userPublicKey: String(fields['userPublicKey']),
    untilS,
    custom:
      riskClass === 'none'
        ? new Uint8Array(0)
        : encodeCustomField({ companions: 0, riskClass, schemes: [] }),
  })
  return { account, credential, untilS }
}

async function giveBatch(giving: Giving): Promise<BatchAnswer> {
  const { tx, row, at, fields, grant } = giving
  const { riskClass, companionsMax, authorisationS } = grant
  const { account } = row
  const wanted = readWanted(fields['wanted'], { at, companionsMax })
  const secret = await secretOf(tx)
  const untilS = Math.floor((at / SECOND_MS + authorisationS) / END_STEP_S) * END_STEP_S
  const credentials: BatchEntry[] = []
  for (const one of wanted) {
    const pseudonym = await pseudonymFor(giving, { wanted: one, secret, untilS })
    const { number, paymentAccount } = pseudonym
    const { userPublicKey, day } = one
    const companion = one.companion > 0
    const custom = encodeCustomField({
      companions: companion ? 0 : companionsMax,
      ...(companion ? { companion } : {}),
      riskClass,
      schemes: companion ? [] : await tokensOf(tx, { account, day, secret }),
    })
    const holder = { number, paymentAccount, userPublicKey, untilS, custom }
    credentials.push({ ...one, number, untilS, credential: await signed(giving, holder) })
  }
  return { account, riskClass, companionsMax, untilS, credentials }
}

/** The number of a day and slot: a renewal within the day keeps it, so that a ride can end. */
async function pseudonymFor(
  { tx, row, issuer }: Giving,
  options: { readonly wanted: Wanted; readonly secret: Uint8Array; readonly untilS: number },
): Promise<PseudonymRow> {
  const { secret, untilS, wanted } = options
  const name = `${row.account}/${wanted.day}/${wanted.slot}/${wanted.companion}`
  const [known] = await tx.select(pseudonyms, { name })
  let next: PseudonymRow
  if (known === undefined) {
    const [mark] = await tx.get(marks, [{ name: 'pseudonyms' }])
    const count = Number(mark?.value ?? 0)
    await tx.put(marks, [{ name: 'pseudonyms', value: String(count + 1) }])
    const made = pseudonymOf(secret, { iin: issuer.iin, count })
    next = { ...made, account: row.account, name, untilS }
  } else next = { ...known, untilS: Math.max(known.untilS, untilS) }
  await tx.put(pseudonyms, [next])
  return next
}

async function signed(
  { issuer, grant, certificate, sign }: Giving,
  { number, userPublicKey, untilS, paymentAccount, custom }: Holder,
): Promise<string> {
  const credential = await issueCredential({
    certificate,
    version: CODE_VERSION,
    sign,
    paymentAccount,
    cardAccount: number,
    issuer: issuer.id,
    platform: issuer.platform,
    accountType: 0,
    capFen: grant.capFen,
    userPublicKey: fromHex(userPublicKey),
    authorisationExpiryS: untilS,
    validityS: issuer.policy.codeS,
    custom,
  })
  return toHex(credential.bytes)
}

/**
 * The certificate that the centre gave last, and its key. A new key signs from its certificate on
 * and not before, so that a change of keys stops nobody; those before it stay in the store for as
 * long as the journal may be read again.
 */
async function certified(
  tx: Tx,
  issuer: CodeIssuer,
): Promise<Pick<Giving, 'certificate' | 'sign'>> {
  const [mark] = await tx.get(marks, [{ name: 'certificate' }])
  const certificate = fromHex(mark?.value ?? '')
  const serial = readCertificate(certificate)?.serial
  requireData(
    serial !== undefined,
    'issuer.no-certificate',
    'the centre has not certified the code key yet',
  )
  return { certificate, sign: issuer.signOf(serial) }
}

/** The secret behind pseudonyms and scheme tokens. Throws `issuer.no-certificate`. */
export async function secretOf(tx: Tx): Promise<Uint8Array> {
  const [mark] = await tx.get(marks, [{ name: 'pseudonym-secret' }])
  requireData(mark !== undefined, 'issuer.no-certificate', 'enrol again: no pseudonyms yet')
  return fromHex(mark.value)
}

/**
 * Keeps what the centre certified. The secret behind pseudonyms comes with the first certificate
 * and stays: it was drawn outside, so that a rebuilt issuer finds the same numbers.
 */
export async function takeCertificate(
  tx: Tx,
  order: Readonly<Record<string, unknown>>,
): Promise<null> {
  await tx.put(marks, [{ name: 'certificate', value: String(order['certificate']) }])
  const [known] = await tx.get(marks, [{ name: 'pseudonym-secret' }])
  const secret = order['pseudonymSecret']
  if (known === undefined && typeof secret === 'string') {
    await tx.put(marks, [{ name: 'pseudonym-secret', value: secret }])
  }
  return null
}
