import { type KeyStore, openKeyWindow, type SignatureEngine } from '@unifare/crypto'
import { createCodeCaches, parseIssuerKeys } from '@unifare/ridecode'
import { createCardChecks } from './card-checks.ts'
import type { Verifier } from './evidence.ts'

/**
 * A verifier on a key store's masters for verification (purchase and TAC) of one owner, and the
 * content of the issuer keys in force, null before the first list. It holds keys of issuers until
 * its process ends.
 */
export function createVerifier(options: {
  readonly keyStore: KeyStore
  readonly keyOwner: string
  readonly issuerKeys: unknown
  readonly engine: SignatureEngine
}): Verifier {
  const { keyStore, keyOwner, issuerKeys, engine } = options
  const refs = keyStore
    .list()
    .filter(({ issuer, use }) => issuer === keyOwner && (use === 'purchase' || use === 'tac'))
  return {
    cardChecks: createCardChecks({ window: openKeyWindow({ store: keyStore, refs }), keyOwner }),
    issuerKeys: issuerKeys === null ? undefined : parseIssuerKeys(issuerKeys, engine),
    engine,
    caches: createCodeCaches({ maxCertificates: 1_000, maxAuthorisations: 100_000 }),
  }
}
