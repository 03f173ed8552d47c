import { type Fen, fromHex, type Instant, toHex, UnifareError } from '@unifare/core'
import { pureEngine } from '@unifare/crypto'
import {
  createRiderAccount,
  createWallet,
  type Frozen,
  freezeFromAnywhere,
  type MoneyOrder,
  newSecret,
  type RiderNews,
  readRiderNews,
  type ShelfPlan,
  type SignIn,
  type SignInFailed,
  unfreezeFromAnywhere,
  type Wallet,
  type WalletState,
} from '@unifare/rider'
import type { Link } from '@unifare/tap'
import type { Member } from './members.ts'

/** How the demonstration pays: one ride may cost this much, from the balance of the channel. */
const AGREEMENT = { channel: 'simulated', limitFen: 5_000, sources: ['balance'] } as const

/** How much one ride may cost by the agreement. */
export const RIDE_LIMIT_FEN: Fen = AGREEMENT.limitFen

/** The rider's issuer, and the way to it. */
export interface IssuerWay {
  readonly issuer: Pick<Member, 'id' | 'key'>
  readonly link: Link
  readonly now: () => Instant
  /** How many pseudonyms are kept, and for how many people; the account itself without. */
  readonly plan?: ShelfPlan
}

/** Two numbers of a day to change between, and the most that a page has buttons for. */
export const PAGE_PLAN: ShelfPlan = { slots: 2, companions: 3 }

/** Everything that the page asks of wallet and issuer: the one place where these calls stand. */
export interface WalletPort {
  readonly wallet: Wallet
  readonly riderId: string
  /** People for whom there are codes beside the rider's. */
  companions(): number
  /** Opens the service: account, agreement, first credential. Asking again is harmless. */
  start(): Promise<void>
  /**
   * Opens an account that pays in advance, without name and contract: the secret, the first money,
   * the first credential. Asking again with the same secret is harmless; answers the sign-in.
   */
  startPrepaid(secret: string, amountFen: Fen): Promise<SignIn>
  /** Pays money in; answers what the channel decided. */
  topUp(amountFen: Fen): Promise<MoneyOrder>
  /** Asks for prepaid money back. */
  refund(amountFen: Fen): Promise<MoneyOrder>
  /** Renews the credential when it is time; true when it did. */
  refresh(): Promise<boolean>
  news(): Promise<RiderNews>
  leave(): Promise<void>
  gateDidNotOpen(journey: string): Promise<unknown>
  /** The station where a trip began or ended that lost this end. */
  stateStation(
    journey: string,
    place: { readonly line: number; readonly station: number },
  ): Promise<unknown>
  /** Asks the channel to pay everything that is owed. */
  repay(): Promise<MoneyOrder>
  freeze(): Promise<Frozen>
  /** Joins or leaves an operator's monthly steps and caps; holds from the next codes on. */
  setScheme(operator: string, joined: boolean): Promise<void>
  /** Shows another number of the day from now on: who saw the last one cannot follow. */
  changeNumber(): Promise<void>
  /** Gives the account a name and a new secret, which is known to nobody else from then on. */
  signUp(name: string): Promise<SignIn>
}

/** Opens the wallet of a device at its issuer. */
export function openWalletPort(way: IssuerWay, state?: WalletState): WalletPort {
  const terms = termsOf(way)
  const { plan } = way
  const wallet = createWallet({
    ...terms,
    ...(plan === undefined ? {} : { plan }),
    ...(state === undefined ? {} : { state }),
  })
  const { linkKey } = wallet.state()
  const account = createRiderAccount({ ...terms, linkKey })
  return {
    wallet,
    riderId: `rider-${linkKey.publicKey}`,
    companions() {
      const { companionsMax = 0 } = wallet.state().shelf ?? {}
      const people = Array.from({ length: companionsMax }, (_, index) => index + 1)
      return people.filter((companion) => wallet.ready(companion)).length
    },
    async start() {
      await wallet.open()
      await wallet.authorise(AGREEMENT)
      await wallet.renew()
    },
    async startPrepaid(secret, amountFen) {
      const { account: name } = await account.openAnonymous(secret)
      await wallet.open()
      const { state: paid } = await decided(() =>
        account.topUp(`first-${wallet.state().account}`, amountFen, AGREEMENT),
      )
      if (paid !== 'PAID') throw new UnifareError('page.top-up-refused', `the channel says ${paid}`)
      await wallet.renew()
      return { name, secret }
    },
    topUp(amountFen) {
      const order = orderName('top-up')
      return decided(() => account.topUp(order, amountFen, AGREEMENT))
    },
    refund(amountFen) {
      const order = orderName('refund')
      return decided(() => account.refund(order, amountFen))
    },
    async refresh() {
      if (!wallet.shouldRenew()) return false
      await wallet.renew()
      return true
    },
    news: async () => readRiderNews(await wallet.look()),
    leave: () => wallet.withdraw(),
    gateDidNotOpen: (journey) => account.gateDidNotOpen(journey),
    stateStation: (journey, place) => account.stateStation(journey, place),
    repay() {
      const order = orderName('repay')
      return decided(() => account.repay(order, AGREEMENT))
    },
    freeze: () => account.freeze(),
    async setScheme(operator, joined) {
      await (joined ? wallet.joinScheme(operator) : wallet.leaveScheme(operator))
      await wallet.renew()
    },
    async changeNumber() {
      wallet.changePseudonym()
    },
    async signUp(name) {
      const signIn = { name: plainName(name), secret: newSecret(randomBytes) }
      accepted(await account.signUp(signIn))
      return signIn
    },
  }
}

/** How often, and how many times, the page asks what the channel decided. */
const ASK_MS = 300
const ASKS_MAX = 20

/** The same order again until its channel has decided; one that takes longer stays requested. */
async function decided(ask: () => Promise<MoneyOrder>): Promise<MoneyOrder> {
  let order = await ask()
  for (let i = 0; i < ASKS_MAX && order.state === 'REQUESTED'; i++) {
    await new Promise((resolve) => setTimeout(resolve, ASK_MS))
    order = await ask()
  }
  return order
}

function orderName(kind: MoneyOrder['kind']): string {
  return `${kind}-${toHex(randomBytes(8)).toLowerCase()}`
}

/** A secret for a new account; whoever has it can take the account over or freeze it. */
export function freshSecret(): string {
  return newSecret(randomBytes)
}

/** Takes an account over: this device alone acts for it from now on. */
export async function takeOver(way: IssuerWay, signIn: SignIn): Promise<WalletPort> {
  const own = openWalletPort(way).wallet.state()
  const account = createRiderAccount({ ...termsOf(way), linkKey: own.linkKey })
  const taken = accepted(await account.takeOver(typed(signIn)))
  return openWalletPort(way, { ...own, account: taken.account })
}

/** Freezes an account from any browser. Throws the code of a refused sign-in. */
export async function freezeByName(way: IssuerWay, signIn: SignIn): Promise<Frozen> {
  return accepted(await freezeFromAnywhere(termsOf(way), typed(signIn)))
}

/** Lifts the freeze again. */
export async function unfreezeByName(way: IssuerWay, signIn: SignIn): Promise<unknown> {
  return accepted(await unfreezeFromAnywhere(termsOf(way), typed(signIn)))
}

/** A name that nobody else is likely to have; the rider may choose another one. */
export function newName(): string {
  return `rider-${newSecret(randomBytes).slice(0, 8).toLowerCase()}`
}

function termsOf({ issuer, link, now }: IssuerWay) {
  const issuerKey = fromHex(issuer.key)
  return { issuer: issuer.id, issuerKey, link, now, engine: pureEngine, random: randomBytes }
}

function accepted<T extends { readonly ok: true }>(answer: T | SignInFailed): T {
  if (answer.ok) return answer
  throw new UnifareError(answer.code, 'name or secret were refused')
}

/** As it was shown, whatever the keyboard made of it: names are small letters, secrets capital. */
function typed({ name, secret }: SignIn): SignIn {
  return { name: plainName(name), secret: secret.toUpperCase() }
}

function plainName(name: string): string {
  return name.trim().toLowerCase()
}

function randomBytes(length: number): Uint8Array {
  return crypto.getRandomValues(new Uint8Array(length))
}
