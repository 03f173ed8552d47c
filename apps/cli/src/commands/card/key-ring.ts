import { randomBytes } from 'node:crypto'
import { createSeededRandom, UnifareError } from '@unifare/core'
import {
  createSoftwareKeyStore,
  type KeyRef,
  type KeyScheme,
  type KeyStore,
  keyRefText,
} from '@unifare/crypto'
import { nodeEngine, openEncryptedKeyStore } from '@unifare/crypto/node'

/** Ciphers of a purse. */
export type CardAlgorithm = '3des' | 'sm4'

/** The masters of one scheme and cipher. */
export type Masters = Readonly<Record<'purchase' | 'load' | 'tac' | 'maintenance', KeyRef>>

/** The keys a card command works with. */
export interface KeyRing {
  /** What they are, for people: the name of the file, or DEMO. */
  readonly name: string
  readonly store: KeyStore
  /** Throws `card-keys.missing` when the ring lacks one of them. */
  masters(scheme: KeyScheme, algorithm: CardAlgorithm): Masters
  /** As `masters`, or undefined. */
  find(scheme: KeyScheme, algorithm: CardAlgorithm): Masters | undefined
}

const PASSPHRASE = 'UNIFARE_PASSPHRASE'
const DEMO_CENTRE = '00000156'
const INDEXES = { purchase: 1, load: 1, tac: 0, maintenance: 1 } as const
const USES = Object.keys(INDEXES) as (keyof Masters)[]
/** Versions of SM4 keys are 40 (hexadecimal) higher (reference card 5.6). */
const VERSIONS = { '3des': 0x01, sm4: 0x41 } as const

/** Keys of an encrypted file, or the public ones of the demonstration. */
export async function openKeyRing(file: string | undefined): Promise<KeyRing> {
  if (file === undefined) return demoKeyRing()
  const passphrase = process.env[PASSPHRASE]
  if (passphrase === undefined || passphrase === '') {
    throw new UnifareError(
      'card-keys.no-passphrase',
      `put the passphrase of ${file} into the environment variable ${PASSPHRASE}`,
    )
  }
  return ringOf(file, await openEncryptedKeyStore({ file, passphrase }))
}

/**
 * Keys that everybody can compute: cards under them are good for trying out and for nothing else.
 */
function demoKeyRing(): KeyRing {
  const refs = (['mot', 'mohurd'] as const).flatMap((scheme) =>
    (['3des', 'sm4'] as const).flatMap((algorithm) =>
      USES.map((use): KeyRef => {
        const version = VERSIONS[algorithm]
        return { scheme, issuer: DEMO_CENTRE, use, index: INDEXES[use], version, algorithm }
      }),
    ),
  )
  const store = createSoftwareKeyStore({
    name: 'DEMO keys, known to everybody',
    engine: nodeEngine(),
    random: (length) => Uint8Array.from(randomBytes(length)),
    keys: refs.map((ref) => ({
      ref,
      material: createSeededRandom(`unifare DEMO/${keyRefText(ref)}`).bytes(16),
    })),
  })
  return ringOf('DEMO keys · 演示密钥', store)
}

function ringOf(name: string, store: KeyStore): KeyRing {
  const find: KeyRing['find'] = (scheme, algorithm) => {
    const newest = (use: keyof Masters) =>
      store
        .list()
        .filter((ref) => ref.scheme === scheme && ref.use === use && ref.algorithm === algorithm)
        .filter((ref) => store.state(ref) === 'active')
        .sort((a, b) => b.version - a.version)[0]
    const [purchase, load, tac, maintenance] = USES.map(newest)
    return purchase && load && tac && maintenance && { purchase, load, tac, maintenance }
  }
  return {
    name,
    store,
    find,
    masters(scheme, algorithm) {
      const masters = find(scheme, algorithm)
      if (masters) return masters
      const wanted = `${scheme} ${algorithm} keys for ${USES.join(', ')}`
      throw new UnifareError('card-keys.missing', `${name} lacks active ${wanted}`)
    },
  }
}
