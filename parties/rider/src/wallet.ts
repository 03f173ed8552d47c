import {
  canonicalJson,
  type Fen,
  fromHex,
  type Instant,
  requireData,
  toHex,
  utf8,
} from '@unifare/core'
import { ed25519KeyPair, type SignatureEngine, sm2KeyPair } from '@unifare/crypto'
import { makeCode, nextGenerationTime, parseCredential } from '@unifare/ridecode'
import { exchange, type Link } from '@unifare/tap'

/** Seconds before its end from which a credential is renewed. */
const RENEW_BEFORE_S = 3600

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
  /** A fresh code, as bytes of its QR symbol. Throws `wallet.no-credential`. */
  makeCode(): Uint8Array
  /** Account, debts and rides as the issuer knows them now. */
  look(): Promise<unknown>
  withdraw(): Promise<void>
}

/** Opens a wallet; a new one makes its keys here and now, on the device. */
export function createWallet(options: WalletOptions): Wallet {
  const { issuer, engine, random, now } = options
  let state = options.state ?? newState(issuer, random)
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

  const ready = () => state.credential !== '' && nowS() < state.credentialUntilS

  return {
    state: () => state,
    async open() {
      const answer = (await send('order', { do: 'open' })) as { account: string }
      state = { ...state, account: answer.account }
    },
    async authorise(agreement) {
      await send('order', { do: 'authorise', ...agreement })
    },
    async renew() {
      const answer = (await send('order', {
        do: 'ready',
        userPublicKey: state.codeKey.publicKey,
        nonce: toHex(random(8)),
      })) as { credential: string; untilS: number }
      state = { ...state, credential: answer.credential, credentialUntilS: answer.untilS }
    },
    ready,
    shouldRenew: () => state.credential === '' || nowS() > state.credentialUntilS - RENEW_BEFORE_S,
    makeCode() {
      requireData(ready(), 'wallet.no-credential', 'go online once to renew the credential')
      const generationTimeS = nextGenerationTime(state.lastCodeS, nowS())
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
    look: () => send('pull', { held: {} }),
    async withdraw() {
      await send('order', { do: 'withdraw', nonce: toHex(random(8)) })
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
