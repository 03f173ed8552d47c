import { type Instant, requireData } from '@unifare/core'
import { lastAccount } from '../accounts.ts'
import { phoneCards, phoneDevices } from '../phone/tables.ts'
import { accounts } from '../tables.ts'
import type { PeopleContext } from './context.ts'
import { leaveOneKey } from './keys.ts'
import { liveMediaOf } from './media.ts'
import { type SignInFailure, signIn } from './sign-in.ts'
import { endedKeys } from './tables.ts'

/** What a phone is told that took an account over. */
export interface TakeOverAnswer {
  readonly ok: true
  readonly account: string
  /** Since when no other key renews, looks or orders. */
  readonly since: Instant
  /** When the last code of the other keys ends, which need no network until then; 0 for none. */
  readonly oldCodesUntil: Instant
  readonly frozen: boolean
}

/**
 * A phone takes an account over with its name and secret: it alone acts for the rider from now on.
 * A phone that has an account of its own, or acts for another rider, is refused.
 */
export async function takeOver(context: PeopleContext): Promise<TakeOverAnswer | SignInFailure> {
  const { tx, input } = context
  const signed = await signIn(context)
  if (!signed.ok) return signed
  const { account, state } = signed.person
  const [row] = await tx.get(accounts, [{ account }])
  requireData(row !== undefined, 'issuer.no-account', `no account ${account}`)
  const { rider: owner } = row
  const key = input.message.sender
  await requireFree(context, key, owner)
  const at = input.acceptedAt
  const live = await liveMediaOf(tx, account, at)
  const codesUntilS = Math.max(0, ...live.map(({ untilS }) => untilS))
  const ended = await leaveOneKey(tx, { owner, key, at, codesUntilS })
  const suspended = (await tx.select(phoneCards, { owner })).filter(({ suspendedBy }) =>
    ended.includes(suspendedBy),
  )
  // The phone that took over lifts what an ended one suspended.
  await tx.put(
    phoneCards,
    suspended.map((card) => ({ ...card, suspendedBy: key })),
  )
  return {
    ok: true,
    account,
    since: at,
    oldCodesUntil: ended.length === 0 ? 0 : codesUntilS * 1000,
    frozen: state === 'frozen',
  }
}

async function requireFree({ tx }: PeopleContext, key: string, owner: string): Promise<void> {
  if (key === owner) return
  const [device] = await tx.get(phoneDevices, [{ rider: key }])
  const own = await lastAccount(tx, key)
  const [ended] = await tx.get(endedKeys, [{ rider: key }])
  const free =
    (device?.owner ?? owner) === owner &&
    (own?.state ?? 'withdrawn') === 'withdrawn' &&
    (ended?.owner ?? owner) === owner
  requireData(
    free,
    'issuer.phone-taken',
    'this phone has an account of its own or acts for another',
  )
}
