import { UnifareError } from '@unifare/core'
import type { KeyRef } from './key-ref.ts'
import type { KeyStore } from './key-store.ts'

/** A key in all its versions. */
export type KeyLine = Omit<KeyRef, 'version'>

/** Versions of a key that a store knows, the newest first. */
export function keyVersions(store: Pick<KeyStore, 'list'>, line: KeyLine): KeyRef[] {
  return store
    .list()
    .filter(
      (ref) =>
        ref.scheme === line.scheme &&
        ref.issuer === line.issuer &&
        ref.use === line.use &&
        ref.index === line.index &&
        ref.algorithm === line.algorithm,
    )
    .sort((a, b) => b.version - a.version)
}

/**
 * The version that issues: the newest active one. Older versions only verify, so a rotation that
 * is half done still issues under one key. Throws `key.not-active` when no version is active.
 */
export function issuingKey(store: Pick<KeyStore, 'list' | 'state'>, line: KeyLine): KeyRef {
  const newest = keyVersions(store, line).find((ref) => store.state(ref) === 'active')
  if (newest) return newest
  throw new UnifareError(
    'key.not-active',
    `no active version of ${line.scheme}.${line.issuer}.${line.use}.${line.index} (${line.algorithm})`,
    { ...line },
  )
}
