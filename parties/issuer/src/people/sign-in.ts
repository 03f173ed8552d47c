import { fromHex, type Instant, requireData, toHex, utf8 } from '@unifare/core'
import { sha256 } from '@unifare/crypto'
import { claimHashOf } from '../orders/order-context.ts'
import { ownAccount, type PeopleContext, type RiderContext } from './context.ts'
import { classOf, personOf } from './person.ts'
import { guesses, type PersonRow, persons } from './tables.ts'

/** A sign-in that failed: an answer, not a refusal, so that it counts. */
export interface SignInFailure {
  readonly ok: false
  readonly code: 'issuer.wrong-sign-in' | 'issuer.name-locked'
  /** Wrong secrets that are still allowed. */
  readonly left: number
  /** When the name answers again; null while it does. */
  readonly lockedUntil: Instant | null
}

const NAME = /^(?=.*[a-z])[a-z0-9][a-z0-9._-]{2,31}$/
const ANY_NAME = /^[a-z0-9._-]{3,32}$/

/**
 * Salt of the secret under a name, which the slow hash needs. A name that nobody has gets one, too,
 * always the same: who asks learns nothing.
 */
export async function signInSalt(context: PeopleContext): Promise<{ readonly salt: string }> {
  const name = nameIn(context, ANY_NAME)
  const [person] = await context.tx.select(persons, { name })
  if (person !== undefined) return { salt: person.salt }
  const secret = await context.sign(utf8(`unifare salt of ${name}`))
  return { salt: toHex(sha256(secret).subarray(0, 16)) }
}

/**
 * The person whose name and secret the order carries. Wrong ones are counted by name, and after
 * some of them (terms of the day) the name answers none for a time: guesses at a freeze apart from
 * all others, and for a shorter time.
 */
export async function signIn(
  context: PeopleContext,
  purpose: 'freeze' | 'sign-in' = 'sign-in',
): Promise<{ readonly ok: true; readonly person: PersonRow } | SignInFailure> {
  const { tx, input, terms } = context
  const name = nameIn(context, ANY_NAME)
  const hash = claimHashOf(fromHex(hexIn(context, 'secret', 32)))
  const key = purpose === 'freeze' ? `freeze/${name}` : name
  const [known] = await tx.get(guesses, [{ name: key }])
  const lockedUntil = known?.lockedUntil ?? 0
  if (lockedUntil > input.acceptedAt) {
    return { ok: false, code: 'issuer.name-locked', left: 0, lockedUntil }
  }
  const [person] = await tx.select(persons, { name })
  if (person !== undefined && person.hash === hash) {
    await tx.remove(guesses, [{ name: key }])
    return { ok: true, person }
  }
  const wrong = (known?.wrong ?? 0) + 1
  const locks = wrong >= terms.wrongSecretsMax
  const lockS = purpose === 'freeze' ? terms.freezeLockS : terms.lockS
  const until = locks ? input.acceptedAt + lockS * 1000 : 0
  await tx.put(guesses, [{ name: key, wrong: locks ? 0 : wrong, lockedUntil: until }])
  const left = terms.wrongSecretsMax - wrong
  return { ok: false, code: 'issuer.wrong-sign-in', left, lockedUntil: locks ? until : null }
}

/**
 * Gives the account a sign-in: a name of the rider's choice, or for an anonymous account its own
 * number. Given again it is the same; who has one changes it with its secret (`secret`, slow hash) alone: a found phone cannot.
 */
export async function signUp(
  context: RiderContext,
): Promise<{ readonly ok: true; readonly account: string; readonly name: string } | SignInFailure> {
  const { tx } = context
  const row = await ownAccount(context)
  const { account } = row
  const person = await personOf(tx, account)
  const name = classOf(row) === 'anonymous' ? account : nameIn(context, NAME)
  const secret = secretIn(context)
  if (person.name === name && person.hash === secret.hash) return { ok: true, account, name }
  if (person.hash !== '') {
    const fields = { ...context.fields, name: person.name }
    const signed = await signIn({ ...context, fields })
    if (!signed.ok) return signed
  }
  const [taken] = await tx.select(persons, { name })
  requireData(
    taken === undefined || taken.account === account,
    'issuer.name-taken',
    `${name} is taken`,
  )
  await tx.put(persons, [{ ...person, name, ...secret }])
  return { ok: true, account, name }
}

/** Salt and hash of a new secret. */
export function secretIn(context: PeopleContext): { readonly salt: string; readonly hash: string } {
  return { salt: hexIn(context, 'claimSalt', 16), hash: hexIn(context, 'claimHash', 32) }
}

function nameIn({ fields }: PeopleContext, pattern: RegExp): string {
  const { name } = fields
  const fits = typeof name === 'string' && pattern.test(name)
  requireData(
    fits,
    'message.malformed',
    'a name has 3 to 32 of a-z, 0-9, ".", "_", "-" and a letter',
  )
  return name
}

function hexIn({ fields }: PeopleContext, name: string, bytes: number): string {
  const hex = fields[name]
  const fits = typeof hex === 'string' && hex.length === bytes * 2 && /^[0-9A-F]*$/.test(hex)
  requireData(fits, 'message.malformed', `${name}: ${bytes} bytes in hexadecimal`)
  return hex
}
