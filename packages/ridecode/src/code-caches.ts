import { createKnownSet, type KnownSet } from './known-set.ts'

/**
 * Signatures that were verified before, by digest of what they cover, with key and id policy in
 * the name. A good signature stays good for ever, so nothing here has to be withdrawn: dates,
 * lists and revocations are judged anew for every code.
 */
export interface CodeCaches {
  /** Issuer certificates under their root. */
  readonly certificates: KnownSet
  /** Fields 3 to 15 of returning riders, under the key of their certificate. */
  readonly authorisations: KnownSet
}

/** Empty caches with their bounds. A name takes some hundred bytes. */
export function createCodeCaches(limits: {
  readonly maxCertificates: number
  readonly maxAuthorisations: number
}): CodeCaches {
  return {
    certificates: createKnownSet(limits.maxCertificates),
    authorisations: createKnownSet(limits.maxAuthorisations),
  }
}
