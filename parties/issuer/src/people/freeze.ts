import { type Fen, type Instant, requireData } from '@unifare/core'
import { exposure } from '@unifare/ridecode'
import { publishDeny } from '../deny.ts'
import { accounts } from '../tables.ts'
import { ownAccount, type PeopleContext, type RiderContext } from './context.ts'
import { type FreezeInstants, instantsOf } from './frozen-entries.ts'
import { oldCodesUntil } from './keys.ts'
import { classOf, personOf } from './person.ts'
import { type SignInFailure, signIn } from './sign-in.ts'
import { type PersonRow, persons } from './tables.ts'

/** What a rider is told who froze an account. */
export interface FreezeAnswer extends FreezeInstants {
  readonly ok: true
  readonly account: string
  readonly state: 'frozen'
  /** Most that can still be ridden until then at the cost of this account. */
  readonly lossFenMax: Fen
}

/** What a rider is told who lifted a freeze. */
export interface UnfreezeAnswer {
  readonly ok: true
  readonly account: string
  readonly state: 'live'
  /** Until then codes of a phone that was taken over are good again; 0 for none. */
  readonly oldCodesUntil: Instant
}

/** Freezes the account of a name and secret, by any key: a lost phone is frozen from any browser. */
export async function freezeByName(context: PeopleContext): Promise<FreezeAnswer | SignInFailure> {
  const signed = await signIn(context, 'freeze')
  return signed.ok ? freeze(context, signed.person) : signed
}

/** Freezes the rider's own account: its own key needs no secret to stop it. */
export async function freezeOwn(context: RiderContext): Promise<FreezeAnswer> {
  const { account } = await ownAccount(context)
  return freeze(context, await personOf(context.tx, account))
}

async function freeze(context: PeopleContext, person: PersonRow): Promise<FreezeAnswer> {
  const { tx, input } = context
  const { account } = person
  const fresh = person.state !== 'frozen'
  const frozenAt = fresh ? input.acceptedAt : person.frozenAt
  const frozen: PersonRow = { ...person, state: 'frozen', frozenAt }
  if (fresh) {
    await tx.put(persons, [frozen])
    await publishDeny(tx, {}, input, context)
  }
  const instants = await instantsOf(tx, frozen, context.terms)
  const leftS = Math.ceil((instants.refusedBy - frozenAt) / 1000)
  const lossFenMax = await lossOf(context, person, leftS)
  return { ok: true, account, state: 'frozen', ...instants, lossFenMax }
}

/** The largest loss of one phone that is good for some seconds more; prepaid riders lose no more than they paid. */
async function lossOf(context: PeopleContext, person: PersonRow, leftS: number): Promise<Fen> {
  if (leftS === 0) return 0
  const { onePhoneOfflineFen } = exposure({
    capFen: context.capFen,
    validityS: leftS,
    denyLatencyS: context.terms.listPeriodS,
    terminalOfflineS: leftS,
    ridesPerHour: context.terms.ridesPerHour,
    accomplices: 1,
    terminalsInFreshness: 1,
  })
  const [row] = await context.tx.get(accounts, [{ account: person.account }])
  const prepaid = row !== undefined && classOf(row) === 'anonymous'
  return prepaid ? Math.min(person.prepaidFen, onePhoneOfflineFen) : onePhoneOfflineFen
}

/** Lifts a freeze by name and secret. */
export async function unfreezeByName(
  context: PeopleContext,
): Promise<UnfreezeAnswer | SignInFailure> {
  const signed = await signIn(context)
  return signed.ok ? unfreeze(context, signed.person) : signed
}

/** Lifts a freeze of an account that has no secret; one that has needs it, for a phone may be found. */
export async function unfreezeOwn(context: RiderContext): Promise<UnfreezeAnswer> {
  const { account } = await ownAccount(context)
  const person = await personOf(context.tx, account)
  requireData(person.hash === '', 'issuer.frozen', 'name and secret lift the freeze')
  return unfreeze(context, person)
}

async function unfreeze(context: PeopleContext, person: PersonRow): Promise<UnfreezeAnswer> {
  const { tx, input } = context
  const { account } = person
  if (person.state === 'frozen') {
    await tx.put(persons, [{ ...person, state: 'live', frozenAt: 0 }])
    await publishDeny(tx, {}, input, context)
  }
  const [row] = await tx.get(accounts, [{ account }])
  const until = row === undefined ? 0 : await oldCodesUntil(tx, row.rider, input.acceptedAt)
  return { ok: true, account, state: 'live', oldCodesUntil: until }
}
