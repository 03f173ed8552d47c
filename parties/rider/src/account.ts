import { type Fen, type Instant, requireData, toHex } from '@unifare/core'
import { ed25519KeyPair } from '@unifare/crypto'
import { createTalk, type Talk, type TalkOptions } from './issuer-talk.ts'
import { keptOf, sentOf } from './secret.ts'
import { slowHash as platformHash, type SlowHash } from './slow-hash.ts'
import type { StatedStation } from './trips.ts'

/** Name and secret of an account; the name of an anonymous one is its number. */
export interface SignIn {
  readonly name: string
  readonly secret: string
}

/** A sign-in that failed. */
export interface SignInFailed {
  readonly ok: false
  readonly code: 'issuer.wrong-sign-in' | 'issuer.name-locked'
  /** Tries that are left before the name is locked. */
  readonly left: number
  readonly lockedUntil: Instant | null
}

/** The account is this phone's now. */
export interface TakenOver {
  readonly ok: true
  readonly account: string
  readonly since: Instant
  /** When the last code of the phone before ends; 0 for none. */
  readonly oldCodesUntil: Instant
  readonly frozen: boolean
}

/** The account is frozen. */
export interface Frozen {
  readonly ok: true
  readonly account: string
  readonly state: 'frozen'
  readonly frozenAt: Instant
  /** From then on connected terminals refuse its codes. */
  readonly connectedRefuseFrom: Instant
  /** From then on every terminal does. */
  readonly refusedBy: Instant
  /** Most that can still be ridden until then. */
  readonly lossFenMax: Fen
}

/** The account is in use again. */
export interface Unfrozen {
  readonly ok: true
  readonly account: string
  readonly state: 'live'
  /** Until then codes of a phone before this one are good again; 0 for none. */
  readonly oldCodesUntil: Instant
}

/** What the issuer says of an order that moves money. */
export interface MoneyOrder {
  readonly order: string
  readonly kind: 'top-up' | 'repay' | 'refund'
  readonly state: 'REQUESTED' | 'PAID' | 'REFUSED'
  readonly amountFen: Fen
}

/** Channel and its sources, in order, that a payment is asked of. */
export interface PaidBy {
  readonly channel: string
  readonly sources: readonly string[]
}

/** What an account desk is made of. */
export interface AccountOptions extends TalkOptions {
  /** PBKDF2 of the platform when not given. */
  readonly slowHash?: SlowHash
}

/**
 * A rider's account 账户 at the issuer, beside the codes of the wallet. After `openAnonymous` and
 * `takeOver` the wallet opens and renews as ever. Order names are 8 to 64 of a-z, 0-9 and -, one
 * for each wish: the same again is the same order. Refusals come as `UnifareError` with the
 * issuer's code; a wrong secret is an answer.
 */
export interface RiderAccount {
  /** Opens an anonymous account with a secret of `newSecret`, which the rider keeps. */
  openAnonymous(secret: string): Promise<{ readonly account: string; readonly state: string }>
  /** Gives the account a name and a secret, or others; then with the sign-in of before. */
  signUp(next: SignIn, before?: SignIn): Promise<{ readonly ok: true } | SignInFailed>
  /** This phone takes the account over: the one before can order, renew and look no more. */
  takeOver(signIn: SignIn): Promise<TakenOver | SignInFailed>
  /** Freezes the own account; needs no secret. */
  freeze(): Promise<Frozen>
  topUp(order: string, amountFen: Fen, by: PaidBy): Promise<MoneyOrder>
  refund(order: string, amountFen: Fen): Promise<MoneyOrder>
  /** Repays everything that is owed; by the contract's channel when none is named. */
  repay(order: string, by?: PaidBy): Promise<MoneyOrder>
  /** The gate did not open: the issuer writes it down and tells the operator. */
  gateDidNotOpen(journey: string): Promise<{ readonly claimedAt: Instant }>
  /** Where a trip began or ended that lost this end: the issuer passes it on to the operator. */
  stateStation(
    journey: string,
    place: { readonly line: number; readonly station: number },
  ): Promise<StatedStation>
}

/** Opens the account desk of a phone. */
export function createRiderAccount(options: AccountOptions): RiderAccount {
  const { slowHash = platformHash } = options
  const { publicKey } = options.linkKey
  const talk = createTalk(options)
  const kept = (secret: string) => keptOf(secret, { publicKey, slowHash })
  return {
    openAnonymous: async (secret) =>
      (await talk({ do: 'open-anonymous', ...(await kept(secret)) })) as Answered<'openAnonymous'>,
    async signUp(next, before) {
      const proof = before && { secret: await proofOf(talk, before, slowHash) }
      const order = { do: 'sign-up', name: next.name, ...(await kept(next.secret)), ...proof }
      return (await talk(order)) as Answered<'signUp'>
    },
    takeOver: async (signIn) =>
      (await signed(talk, 'take-over', signIn, slowHash)) as Answered<'takeOver'>,
    freeze: async () => (await talk({ do: 'freeze' })) as Frozen,
    topUp: async (order, amountFen, by) =>
      (await talk({ do: 'top-up', order, amountFen, ...by })) as MoneyOrder,
    refund: async (order, amountFen) =>
      (await talk({ do: 'refund', order, amountFen })) as MoneyOrder,
    repay: async (order, by) => (await talk({ do: 'repay', order, ...by })) as MoneyOrder,
    gateDidNotOpen: async (journey) =>
      (await talk({ do: 'gate-did-not-open', journey })) as Answered<'gateDidNotOpen'>,
    stateStation: async (journey, { line, station }) =>
      (await talk({ do: 'state-station', journey, line, station })) as StatedStation,
  }
}

type Answered<Name extends keyof RiderAccount> = Awaited<ReturnType<RiderAccount[Name]>>

/** Where somebody is who freezes a lost phone: any browser, without a key of its own. */
export type AnywhereOptions = Omit<AccountOptions, 'linkKey'>

/** Freezes an account by name and secret, under a key that is made for this and thrown away. */
export async function freezeFromAnywhere(
  options: AnywhereOptions,
  signIn: SignIn,
): Promise<Frozen | SignInFailed> {
  return (await fromAnywhere(options, 'freeze', signIn)) as Frozen | SignInFailed
}

/** Lifts a freeze by name and secret. */
export async function unfreezeFromAnywhere(
  options: AnywhereOptions,
  signIn: SignIn,
): Promise<Unfrozen | SignInFailed> {
  return (await fromAnywhere(options, 'unfreeze', signIn)) as Unfrozen | SignInFailed
}

function fromAnywhere(options: AnywhereOptions, what: string, signIn: SignIn): Promise<unknown> {
  const { privateKey, publicKey } = ed25519KeyPair(options.random)
  const linkKey = { privateKey: toHex(privateKey), publicKey: toHex(publicKey) }
  return signed(createTalk({ ...options, linkKey }), what, signIn, options.slowHash ?? platformHash)
}

async function signed(
  talk: Talk,
  what: string,
  signIn: SignIn,
  slowHash: SlowHash,
): Promise<unknown> {
  const secret = await proofOf(talk, signIn, slowHash)
  return talk({ do: what, name: signIn.name, secret })
}

/** The slow hash of a secret under the salt that the issuer keeps for the name. */
async function proofOf(talk: Talk, { name, secret }: SignIn, slowHash: SlowHash): Promise<string> {
  const { salt } = (await talk({ do: 'sign-in-salt', name })) as { readonly salt?: unknown }
  const fits = typeof salt === 'string' && /^[0-9A-F]{32}$/.test(salt)
  requireData(fits, 'wallet.foreign-answer', 'the issuer answered no salt')
  return sentOf(secret, salt, slowHash)
}
