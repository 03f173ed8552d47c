import { canonicalJson, fromHex, type Instant, toHex, utf8 } from '@unifare/core'
import type { SignatureEngine } from '@unifare/crypto'
import { exchange, type Link } from '@unifare/tap'

/** What it takes to speak to an issuer under a key. */
export interface TalkOptions {
  readonly issuer: string
  readonly issuerKey: Uint8Array
  readonly link: Link
  readonly engine: SignatureEngine
  readonly random: (length: number) => Uint8Array
  readonly now: () => Instant
  /** Ed25519 key on the link, hexadecimal. */
  readonly linkKey: { readonly privateKey: string; readonly publicKey: string }
}

/** Gives the issuer an order and returns its answer; an order is new every time. */
export type Talk = (order: Readonly<Record<string, unknown>>) => Promise<unknown>

/** Opens a conversation with an issuer under a key. */
export function createTalk(options: TalkOptions): Talk {
  const { issuer, issuerKey, link, engine, random, now, linkKey } = options
  const privateKey = fromHex(linkKey.privateKey)
  const self = {
    id: `rider-${linkKey.publicKey}`,
    sign: async (message: Uint8Array) => engine.ed25519Sign(privateKey, message),
    publicKeyOf: async (party: string) => (party === issuer ? issuerKey : undefined),
    engine,
    now,
  }
  return (order) => {
    const body = utf8(canonicalJson({ ...order, nonce: toHex(random(8)) }))
    return exchange(link, self, { receiver: issuer, kind: 'order', body })
  }
}
