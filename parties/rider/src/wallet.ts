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
import { ed25519KeyPair, type SignatureEngine, sm2KeyPair } from '@unifare/crypto'
import {
  DEFAULT_CODE_POLICY,
  makeCode,
  nextGenerationTime,
  parseCredential,
} from '@unifare/ridecode'
import { exchange, type Link } from '@unifare/tap'

/** Seconds before its end from which a credential is renewed. */
const RENEW_BEFORE_S = 3600

/** Codes are made this far ahead of the clock, as far as terminals take them. */
const AHEAD_S_MAX = DEFAULT_CODE_POLICY.futureSkewS

/** Everything a wallet keeps; plain JSON, so that it can live in any store of a device. */
export interface WalletState {
  readonly issuer: string
  /** Ed25519 key on the link and SM2 key of codes, hexadecimal: never leave the device. */
  readonly linkKey: { readonly privateKey: string; readonly publicKey: string }
  readonly codeKey: { readonly privateKey: string; readonly publicKey: string }
  readonly account: string
  readonly credential: string
  readonly credentialUntilS: number
  /** Generation time of the last code: no two codes of one second. */
  readonly lastCodeS: number
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
  /** True while codes can be made without network. */
  ready(): boolean
  /** True when the credential should be renewed at the next chance. */
  shouldRenew(): boolean
  /**
   * A fresh code, as bytes of its QR symbol; keep `state()` before it is shown. Throws
   * `wallet.no-credential`, and `wallet.clock-behind` where terminals would take it for a code of
   * the future.
   */
  makeCode(): Uint8Array
  /** Account, debts and rides as the issuer knows them now. */
  look(): Promise<unknown>
  withdraw(): Promise<void>
}

/** Opens a wallet; a new one makes its keys here and now, on the device. */
export function createWallet(options: WalletOptions): Wallet {
  const { issuer, engine, random, now } = options
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

  const ready = () => state.credential !== '' && nowS() < state.credentialUntilS

  return {
    state: () => state,
    async open() {
      const answer = (await order({ do: 'open' })) as { account: string }
      state = { ...state, account: answer.account }
    },
    async authorise(agreement) {
      await order({ ...agreement, do: 'authorise' })
    },
    async renew() {
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
      state = {
        ...state,
        credential: answer.credential,
        credentialUntilS: credential.authorisationExpiryS,
      }
    },
    ready,
    shouldRenew: () => state.credential === '' || nowS() > state.credentialUntilS - RENEW_BEFORE_S,
    makeCode() {
      requireData(ready(), 'wallet.no-credential', 'go online once to renew the credential')
      const generationTimeS = nextGenerationTime(state.lastCodeS, nowS())
      requireData(
        generationTimeS - nowS() <= AHEAD_S_MAX,
        'wallet.clock-behind',
        'the clock was set back: the next code would be refused',
      )
      const code = makeCode({
        credential: parseCredential(fromHex(state.credential)),
        generationTimeS,
        sign: (message, id) =>
          engine.sm2Sign({
            privateKey: fromHex(state.codeKey.privateKey),
            publicKey: fromHex(state.codeKey.publicKey),
            id,
            message,
            random,
          }),
      })
      state = { ...state, lastCodeS: generationTimeS }
      return code
    },
    look: () => send('pull', {}),
    async withdraw() {
      await order({ do: 'withdraw' })
      state = { ...state, credential: '', credentialUntilS: 0 }
    },
  }
}

function newState(issuer: string, random: (length: number) => Uint8Array): WalletState {
  const link = ed25519KeyPair(random)
  const code = sm2KeyPair(random)
  return {
    issuer,
    linkKey: { privateKey: toHex(link.privateKey), publicKey: toHex(link.publicKey) },
    codeKey: { privateKey: toHex(code.privateKey), publicKey: toHex(code.publicKey) },
    account: '',
    credential: '',
    credentialUntilS: 0,
    lastCodeS: 0,
  }
}
