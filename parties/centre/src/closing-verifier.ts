import { type KeyRef, type KeyStore, openKeyWindow, type SignatureEngine } from '@unifare/crypto'
import { createCodeCaches, parseIssuerKeys } from '@unifare/ridecode'
import { createCardChecks } from './card-checks.ts'
import type { ClosingRules } from './close.ts'
import type { Verifier } from './evidence.ts'

/** Runs with a verifier under the rules of a day. */
export type Verifying = <Result>(
  rules: ClosingRules,
  run: (verifier: Verifier) => Promise<Result>,
) => Promise<Result>

/** Opens a centre's verification: issuer-level card keys are wiped when a run is over. */
export function createVerifying({
  id,
  keyOwner = id,
  keyStore,
  engine,
}: {
  readonly id: string
  /** Institution that owns the card masters. */
  readonly keyOwner?: string
  readonly keyStore: KeyStore
  readonly engine: SignatureEngine
}): Verifying {
  const caches = createCodeCaches({ maxCertificates: 1_000, maxAuthorisations: 100_000 })
  return async ({ issuerKeys }, run) => {
    const refs = keyStore.list().filter(({ issuer, use }) => issuer === keyOwner && isCardUse(use))
    const window = openKeyWindow({ store: keyStore, refs })
    try {
      return await run({
        cardChecks: createCardChecks({ window, keyOwner }),
        issuerKeys: issuerKeys === null ? undefined : parseIssuerKeys(issuerKeys, engine),
        engine,
        caches,
      })
    } finally {
      window.close()
    }
  }
}

/** The masters that verify card taps. */
function isCardUse(use: KeyRef['use']): boolean {
  return use === 'purchase' || use === 'tac'
}
