import { type Day, type Instant, requireData, type Tx, toHex } from '@unifare/core'
import { type SchemeToken, schemeToken } from '@unifare/ridecode'
import { accountOf } from '../accounts.ts'
import { schemes } from './tables.ts'

/** As many as the issuer's own field of a code has place for. */
const SCHEMES_MAX = 2

interface SchemeOrder {
  readonly rider: string
  readonly operator: unknown
  readonly at: Instant
}

/** Operators whose schemes a rider is in. */
export interface SchemesAnswer {
  readonly schemes: readonly string[]
}

/**
 * The rider lets an operator add up the rides of a month, for its steps and caps: from the next
 * renewal on the codes carry a token that is constant for that operator and month. Throws
 * `issuer.too-many-schemes`.
 */
export async function joinScheme(
  tx: Tx,
  { rider, operator, at }: SchemeOrder,
): Promise<SchemesAnswer> {
  const { account } = await accountOf(tx, rider)
  const named = typeof operator === 'string' && /^[0-9]{8}$/.test(operator)
  requireData(named, 'message.malformed', 'an operator has 8 digits')
  const joined = await tx.select(schemes, { account })
  if (!joined.some((row) => row.operator === operator)) {
    requireData(
      joined.length < SCHEMES_MAX,
      'issuer.too-many-schemes',
      `a code has place for ${SCHEMES_MAX}`,
    )
    await tx.put(schemes, [{ key: `${account}/${operator}`, account, operator, since: at }])
  }
  return schemesOf(tx, account)
}

/** From the next renewal on the codes carry no token for the operator. */
export async function leaveScheme(
  tx: Tx,
  { rider, operator }: SchemeOrder,
): Promise<SchemesAnswer> {
  const { account } = await accountOf(tx, rider)
  await tx.remove(schemes, [{ key: `${account}/${String(operator)}` }])
  return schemesOf(tx, account)
}

/** The schemes that an account joined, by operator. */
export async function schemesOf(tx: Tx, account: string): Promise<SchemesAnswer> {
  const rows = await tx.select(schemes, { account })
  return { schemes: rows.map(({ operator }) => operator).toSorted() }
}

/** Tokens that a credential for a day carries. */
export async function tokensOf(
  tx: Tx,
  { account, day, secret }: { account: string; day: Day; secret: Uint8Array },
): Promise<readonly SchemeToken[]> {
  const month = day.slice(0, 7)
  return (await schemesOf(tx, account)).schemes.map((operator) => ({
    operator,
    token: toHex(schemeToken(secret, { account, operator, month })),
  }))
}
