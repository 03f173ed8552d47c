import { type KeyStore, openKeyWindow, type SignatureEngine } from '@unifare/crypto'
import { createCodeCaches } from '@unifare/ridecode'
import { createCardChecks } from './card-checks.ts'
import type { Verifier } from './evidence.ts'

/**
 * A verifier on a key store's masters for verification (purchase and TAC) of one owner. It knows no
 * issuer of codes: those in force come with the rules of a day. It holds card keys of issuers until
 * its process ends.
 */
export function createVerifier(options: {
  readonly keyStore: KeyStore
  readonly keyOwner: string
  readonly engine: SignatureEngine
}): Verifier {
  const { keyStore, keyOwner, engine } = options
  const refs = keyStore
    .list()
    .filter(({ issuer, use }) => issuer === keyOwner && (use === 'purchase' || use === 'tac'))
  return {
    cardChecks: createCardChecks({ window: openKeyWindow({ store: keyStore, refs }), keyOwner }),
    issuerKeys: undefined,
    engine,
    caches: createCodeCaches({ maxCertificates: 1_000, maxAuthorisations: 100_000 }),
  }
}
