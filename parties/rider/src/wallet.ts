import {
  canonicalJson,
  equalBytes,
  type Fen,
  fromHex,
  type Instant,
  requireData,
  toHex,
  utf8,
} from '@unifare/core'
import { ed25519KeyPair, type SignatureEngine } from '@unifare/crypto'
import {
  DEFAULT_CODE_POLICY,
  makeCode,
  nextGenerationTime,
  parseCredential,
} from '@unifare/ridecode'
import { exchange, type Link } from '@unifare/tap'
import { newCodeKey, RENEW_BEFORE_S, renewShelf, type ShelfPlan } from './renewal.ts'
import {
  changePseudonym,
  EMPTY_SHELF,
  type KeyText,
  pick,
  type Shelf,
  type ShelfEntry,
  shelfShouldRenew,
} from './shelf.ts'

/** Codes are made this far ahead of the clock, as far as terminals take them. */
const AHEAD_S_MAX = DEFAULT_CODE_POLICY.futureSkewS

/** Everything a wallet keeps; plain JSON, so that it can live in any store of a device. */
export interface WalletState {
  readonly issuer: string
  /** Ed25519 key on the link and SM2 key of codes, hexadecimal: never leave the device. */
  readonly linkKey: KeyText
  readonly codeKey: KeyText
  readonly account: string
  /** Of `codeKey`, on the account itself, which links its codes; with a shelf, the last of its own. */
  readonly credential: string
  readonly credentialUntilS: number
  /** Generation time of the last code: no two codes of one second. */
  readonly lastCodeS: number
  /** Pseudonyms; absent in wallets that were kept before there were any. */
  readonly shelf?: Shelf
}

/** How the rider pays: agreed once, for every city and mode. */
export interface Agreement {
  readonly channel: string
  readonly limitFen: Fen
  readonly sources: readonly string[]
}

/** What a wallet is made of. */
export interface WalletOptions {
  readonly issuer: string
  readonly issuerKey: Uint8Array
  readonly link: Link
  readonly engine: SignatureEngine
  readonly random: (length: number) => Uint8Array
  readonly now: () => Instant
  readonly state?: WalletState
  /** With it the wallet shows pseudonyms, a fresh one every day; without, the account itself. */
  readonly plan?: ShelfPlan
}

/**
 * A rider's wallet: opens the service in three steps, keeps a credential fresh, and makes codes
 * without network. There is no choice of city or mode: the code is valid at every member.
 */
export interface Wallet {
  readonly state: () => WalletState
  /** Step 1. */
  open(): Promise<void>
  /** Step 2: the rider has read the contract. */
  authorise(agreement: Agreement): Promise<void>
  /** Step 3, and every renewal; refused with `issuer.arrears` while fares are owed. */
  renew(): Promise<void>
  /** True while codes can be made without network, for the rider (0) or a companion (from 1 on). */
  ready(companion?: number): boolean
  /** True when the credential should be renewed at the next chance. */
  shouldRenew(): boolean
  /**
   * A fresh code, as bytes of its QR symbol; keep `state()` before it is shown. Throws
   * `wallet.no-credential`, and `wallet.clock-behind` where terminals would take it for a code of
   * the future. Companions 同行人 from 1 on have codes of their own.
   */
  makeCode(companion?: number): Uint8Array
  /**
   * Changes to the day's next pseudonym, so that the rides to come cannot be linked to those before;
   * not within a ride. Throws `wallet.no-credential` when none is left.
   */
  changePseudonym(): void
  /** Lets an operator add up the rides of a month, from the next renewal on; returns all joined. */
  joinScheme(operator: string): Promise<readonly string[]>
  leaveScheme(operator: string): Promise<readonly string[]>
  /**
   * Lets an operator whose scheme was joined add an own registered card up with the codes, where its
   * tariff has one account over both.
   */
  linkCard(operator: string, card: string): Promise<void>
  /** From the next day on card and codes count apart; linked again from next month on. */
  unlinkCard(operator: string): Promise<void>
  /** Account, debts and rides as the issuer knows them now. */
  look(): Promise<unknown>
  withdraw(): Promise<void>
}

/** Opens a wallet; a new one makes its keys here and now, on the device. */
export function createWallet(options: WalletOptions): Wallet {
  const { issuer, engine, random, now, plan } = options
  let state = options.state ?? newState(issuer, random)
  if (state.issuer !== issuer) throw new TypeError(`this wallet belongs to ${state.issuer}`)
  const linkPrivate = fromHex(state.linkKey.privateKey)
  const nowS = () => Math.floor(now() / 1000)

  async function send(
    kind: 'order' | 'pull',
    body: Readonly<Record<string, unknown>>,
  ): Promise<unknown> {
    return exchange(
      options.link,
      {
        id: `rider-${state.linkKey.publicKey}`,
        sign: async (message) => engine.ed25519Sign(linkPrivate, message),
        publicKeyOf: async (party) => (party === issuer ? options.issuerKey : undefined),
        engine,
        now,
      },
      { receiver: issuer, kind, body: utf8(canonicalJson(body)) },
    )
  }

  /** An order is new every time: the same wish may come again after something else happened. */
  const order = (body: Readonly<Record<string, unknown>>) =>
    send('order', { ...body, nonce: toHex(random(8)) })

  const shelfOf = () => state.shelf ?? EMPTY_SHELF

  /** What the next code is made of; a wallet of before uses its credential up. */
  function source(companion: number): Source | undefined {
    const entry = pick(shelfOf(), companion, now())
    if (entry !== undefined) return { ...entry, entry }
    const { credential, codeKey, credentialUntilS } = state
    const alone = companion === 0 && shelfOf().entries.length === 0
    const stands = alone && credential !== '' && nowS() < credentialUntilS
    return stands ? { credential, codeKey } : undefined
  }

  async function renewOwn(): Promise<void> {
    const answer = (await order({ do: 'ready', userPublicKey: state.codeKey.publicKey })) as {
      credential: string
    }
    const credential = parseCredential(fromHex(answer.credential))
    requireData(
      equalBytes(credential.userPublicKey, fromHex(state.codeKey.publicKey)) &&
        credential.cardAccount === state.account,
      'wallet.foreign-credential',
      'the issuer sent a credential for another key or account',
    )
    const credentialUntilS = credential.authorisationExpiryS
    state = { ...state, credential: answer.credential, credentialUntilS, shelf: EMPTY_SHELF }
  }

  async function renewPlanned(plan: ShelfPlan): Promise<void> {
    const { account } = state
    const shelf = await renewShelf(shelfOf(), plan, { order, random, account, at: now() })
    const { credential = '', untilS = 0 } = pick(shelf, 0, now()) ?? {}
    state = { ...state, shelf, credential, credentialUntilS: untilS }
  }

  const schemes = async (name: string, operator: string) =>
    ((await order({ do: name, operator })) as { schemes: readonly string[] }).schemes

  return {
    state: () => state,
    async open() {
      const answer = (await order({ do: 'open' })) as { account: string }
      state = { ...state, account: answer.account }
    },
    async authorise(agreement) {
      await order({ ...agreement, do: 'authorise' })
    },
    renew: () => (plan === undefined ? renewOwn() : renewPlanned(plan)),
    ready: (companion = 0) => source(companion) !== undefined,
    shouldRenew: () =>
      plan === undefined
        ? state.credential === '' || nowS() > state.credentialUntilS - RENEW_BEFORE_S
        : shelfShouldRenew(shelfOf(), now()),
    makeCode(companion = 0) {
      const made = source(companion)
      requireData(
        made !== undefined,
        'wallet.no-credential',
        'go online once to renew the credential',
      )
      const generationTimeS = nextGenerationTime(state.lastCodeS, nowS())
      requireData(
        generationTimeS - nowS() <= AHEAD_S_MAX,
        'wallet.clock-behind',
        'the clock was set back: the next code would be refused',
      )
      const code = makeCode({
        credential: parseCredential(fromHex(made.credential)),
        generationTimeS,
        sign: (message, id) => engine.sm2Sign({ ...bytesOf(made.codeKey), id, message, random }),
      })
      state = shown(state, made.entry, generationTimeS)
      return code
    },
    changePseudonym() {
      const shelf = changePseudonym(shelfOf(), now())
      requireData(shelf !== undefined, 'wallet.no-credential', 'no other pseudonym is left today')
      state = { ...state, shelf }
    },
    joinScheme: (operator) => schemes('join-scheme', operator),
    leaveScheme: (operator) => schemes('leave-scheme', operator),
    async linkCard(operator, card) {
      await order({ do: 'link-card', operator, card })
    },
    async unlinkCard(operator) {
      await order({ do: 'unlink-card', operator })
    },
    look: () => send('pull', {}),
    async withdraw() {
      await order({ do: 'withdraw' })
      state = { ...state, credential: '', credentialUntilS: 0, shelf: EMPTY_SHELF }
    },
  }
}

interface Source {
  readonly credential: string
  readonly codeKey: KeyText
  readonly entry?: ShelfEntry
}

/** The state after a code of an entry was shown. */
function shown(state: WalletState, entry: ShelfEntry | undefined, lastCodeS: number): WalletState {
  const { shelf } = state
  if (entry === undefined || shelf === undefined) return { ...state, lastCodeS }
  const entries = shelf.entries.map((one) => (one === entry ? { ...one, lastCodeS } : one))
  return { ...state, lastCodeS, shelf: { ...shelf, entries } }
}

function bytesOf({ privateKey, publicKey }: KeyText) {
  return { privateKey: fromHex(privateKey), publicKey: fromHex(publicKey) }
}

function newState(issuer: string, random: (length: number) => Uint8Array): WalletState {
  const link = ed25519KeyPair(random)
  const codeKey = newCodeKey(random)
  return {
    issuer,
    linkKey: { privateKey: toHex(link.privateKey), publicKey: toHex(link.publicKey) },
    codeKey,
    account: '',
    credential: '',
    credentialUntilS: 0,
    lastCodeS: 0,
  }
}
