import { createSeededRandom, type Random } from '@unifare/core'
import {
  createSoftwareKeyStore,
  ed25519KeyPair,
  generateKey,
  type KeyEntry,
  type KeyRef,
  type KeyStore,
  type SignatureEngine,
} from '@unifare/crypto'

/** Ed25519 keys of everybody on the link. */
export interface LinkKeys {
  publicKey(party: string): Uint8Array
  sign(party: string): (message: Uint8Array) => Promise<Uint8Array>
}

/** Index of the network's root key for ride codes: ours, outside the range of the national roots. */
export const CODE_ROOT_INDEX = 0x55

/** All keys of a demonstration network, from one source of randomness. */
export interface NetworkKeys {
  readonly link: LinkKeys
  /** Masters of cards: what PSAMs, issuers and the centre hold parts of. */
  readonly masters: Readonly<Record<'purchase' | 'load' | 'tac' | 'maintenance', KeyRef>>
  readonly codeRoot: KeyRef
  codeKey(issuer: string): KeyRef
  /** A store that holds only the keys named: least privilege between parties. */
  storeOf(refs: readonly KeyRef[]): KeyStore
}

/**
 * Makes the keys of a demonstration network. Under a fixed seed they are public knowledge: for
 * real networks keys come from the key ceremony, never from here.
 */
export function createNetworkKeys(options: {
  readonly seed: string
  readonly centre: string
  readonly engine: SignatureEngine
}): NetworkKeys {
  const { seed, centre, engine } = options
  const randomOf = (label: string): Random => createSeededRandom(`${seed}/${label}`)
  const entries = new Map<string, KeyEntry>()
  const entryOf = (ref: KeyRef): KeyEntry => {
    const label = `${ref.scheme}.${ref.issuer}.${ref.use}.${ref.index}.${ref.version}`
    const known = entries.get(label)
    if (known !== undefined) return known
    const random = randomOf(`key/${label}`)
    const entry = generateKey(ref, (length) => random.bytes(length))
    entries.set(label, entry)
    return entry
  }
  const master = (use: 'purchase' | 'load' | 'tac' | 'maintenance', index: number): KeyRef => ({
    scheme: 'mot',
    issuer: centre,
    use,
    index,
    version: 1,
    algorithm: '3des',
  })
  return {
    link: linkKeys(randomOf, engine),
    masters: {
      purchase: master('purchase', 1),
      load: master('load', 1),
      tac: master('tac', 0),
      maintenance: master('maintenance', 1),
    },
    codeRoot: {
      scheme: 'unifare',
      issuer: centre,
      use: 'code-root',
      index: CODE_ROOT_INDEX,
      version: 1,
      algorithm: 'sm2',
    },
    codeKey: (issuer) => ({
      scheme: 'unifare',
      issuer,
      use: 'code-issue',
      index: 1,
      version: 1,
      algorithm: 'sm2',
    }),
    storeOf(refs) {
      const random = randomOf(
        `store/${refs.map(({ issuer, use }) => `${issuer}.${use}`).join(',')}`,
      )
      return createSoftwareKeyStore({
        keys: refs.map(entryOf),
        engine,
        random: (length) => random.bytes(length),
      })
    },
  }
}

function linkKeys(randomOf: (label: string) => Random, engine: SignatureEngine): LinkKeys {
  const pairs = new Map<string, { privateKey: Uint8Array; publicKey: Uint8Array }>()
  const pairOf = (party: string) => {
    const known = pairs.get(party)
    if (known !== undefined) return known
    const random = randomOf(`link/${party}`)
    const pair = ed25519KeyPair((length) => random.bytes(length))
    pairs.set(party, pair)
    return pair
  }
  return {
    publicKey: (party) => pairOf(party).publicKey,
    sign: (party) => async (message) => engine.ed25519Sign(pairOf(party).privateKey, message),
  }
}
