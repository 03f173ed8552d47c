import { requireData } from '@unifare/core'
import { systemRandom } from '@unifare/core/node'
import type { KeyScheme, KeyStore } from '@unifare/crypto'
import { nodeEngine, openEncryptedKeyStore, openPkcs11 } from '@unifare/crypto/node'
import { createFastVerifier } from '@unifare/ridecode'
import { createVerifier, type Verifier } from '../src/index.ts'

/** Where a centre's masters are; no secret is among it. */
export interface CentreVerifierOptions {
  /** Institution that owns the masters of both key systems. */
  readonly keyOwner: string
  readonly keys:
    | { readonly kind: 'file'; readonly file: string }
    | {
        readonly kind: 'token'
        readonly label: string
        readonly schemes: readonly KeyScheme[]
        readonly library?: string
      }
}

/** Module that opens it, for clearing workers. */
export const CENTRE_VERIFIER: string = import.meta.url

/** Where the secrets of a service come from: they are never told in options. */
const SECRETS = { file: 'UNIFARE_PASSPHRASE', token: 'UNIFARE_PIN' } as const

/**
 * Opens the verifier of a centre on its own key store, an encrypted key file or a PKCS#11 token, as
 * clearing workers do for themselves. The passphrase or PIN is in the environment; throws
 * `clearing.no-secret` without it.
 */
export async function openVerifier(options: unknown): Promise<Verifier> {
  const { keyOwner, keys } = options as CentreVerifierOptions
  const random = systemRandom()
  const engine = createFastVerifier({
    reference: nodeEngine(),
    random: (length) => random.bytes(length),
  })
  return createVerifier({ keyStore: await openKeys(keys), keyOwner, engine })
}

async function openKeys(keys: CentreVerifierOptions['keys']): Promise<KeyStore> {
  const variable = SECRETS[keys.kind]
  const secret = process.env[variable] ?? ''
  requireData(secret !== '', 'clearing.no-secret', `${variable} is not in the environment`)
  if (keys.kind === 'file') return openEncryptedKeyStore({ file: keys.file, passphrase: secret })
  const { label, schemes, library } = keys
  const opened = await openPkcs11({
    tokens: [{ label, pin: secret, schemes }],
    ...(library !== undefined && { library }),
  })
  const store = opened.tokens.get(label)
  if (store === undefined) throw new TypeError(`token ${label} was opened but is not there`)
  return store
}
