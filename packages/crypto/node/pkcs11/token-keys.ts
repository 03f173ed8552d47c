import { UnifareError } from '@unifare/core'
import { requireEntry, wrongUse } from '../../src/key-material.ts'
import { type KeyAlgorithm, type KeyRef, type KeyScheme, keyRefText } from '../../src/key-ref.ts'
import { type KeyLife, type KeyWork, requireWork } from '../../src/key-state.ts'
import type { KeyEntry, KeyRecord } from '../../src/key-store.ts'
import { sha256 } from '../../src/sha256.ts'
import { readAttribute, type Session } from './objects.ts'
import { eraseKey, generateInside, importKey } from './token-making.ts'
import { readKeys, readPublicKey, type TokenKey, writeLife } from './token-objects.ts'

/** A key that is there and may do what was asked. */
export type UsableKey = TokenKey & { readonly handle: number }

/** The keys of one token and their lives. */
export interface TokenKeys {
  /** The key for a work; null only looks at it. Throws as `KeyStore` says. */
  readonly find: (ref: KeyRef, work: KeyWork | null) => UsableKey
  records(): KeyRecord[]
  put(entry: KeyEntry, life: KeyLife): void
  generate(ref: KeyRef, life: KeyLife): void
  setLife(ref: KeyRef, life: KeyLife): void
}

/** What tokens can hold; SM2, SM4 and Ed25519 belong into the software store. */
const TOKEN_ALGORITHMS: readonly KeyAlgorithm[] = ['3des', 'p256']

/**
 * Reads what a token holds and keeps it up to date with what is done here. Throws `key.wrong-use`
 * for a token that holds keys of another scheme.
 */
export function createTokenKeys(session: Session, schemes: readonly KeyScheme[]): TokenKeys {
  let keys = readKeys(session)
  for (const { ref } of keys.values()) requireScheme(ref, schemes)

  const requireNew = (ref: KeyRef): void => {
    requireHolding(ref, schemes)
    if (keys.has(keyRefText(ref))) {
      throw new UnifareError('key.duplicate', `${keyRefText(ref)} is there already`, { ref })
    }
  }

  const take = (ref: KeyRef, life: KeyLife, make: () => void): void => {
    requireNew(ref)
    make()
    writeLife(session, ref, life)
    keys = readKeys(session)
  }

  const find: TokenKeys['find'] = (ref, work) => {
    const key = keys.get(keyRefText(ref))
    if (!key) throw new UnifareError('key.not-found', `no key ${keyRefText(ref)}`, { ref })
    const { handle } = key
    if (work !== null || handle === undefined) requireWork(ref, key.life.state, work ?? 'verify')
    if (handle === undefined) throw new TypeError(`${keyRefText(ref)} has a state but no object`)
    return { ...key, handle }
  }

  return {
    find,
    records: () => [...keys.values()].map((key) => recordOf(session, key)),
    put: (entry, life) =>
      take(entry.ref, life, () => {
        requireEntry({ ref: entry.ref, material: entry.material })
        importKey(session, entry)
      }),
    generate: (ref, life) => take(ref, life, () => generateInside(session, ref)),
    setLife(ref, life) {
      find(ref, null)
      writeLife(session, ref, life)
      if (life.state === 'destroyed') eraseKey(session, ref)
      keys = readKeys(session)
    },
  }
}

function recordOf(session: Session, { ref, life, handle, publicHandle }: TokenKey): KeyRecord {
  return { ...life, ref, checkValue: checkValueIn(session, handle, publicHandle) }
}

function checkValueIn(
  session: Session,
  handle: number | undefined,
  publicHandle: number | undefined,
): Uint8Array | null {
  if (handle === undefined) return null
  if (publicHandle === undefined) return readAttribute(session, handle, 'checkValue')
  return sha256(readPublicKey(session, publicHandle)).slice(0, 3)
}

/** One token never serves two key systems, whatever it is opened for. */
function requireScheme(ref: KeyRef, schemes: readonly KeyScheme[]): void {
  if (schemes.includes(ref.scheme)) return
  throw wrongUse(ref, `belongs into another token than one for ${schemes.join(' and ')}`)
}

function requireHolding(ref: KeyRef, schemes: readonly KeyScheme[]): void {
  requireScheme(ref, schemes)
  if (!TOKEN_ALGORITHMS.includes(ref.algorithm)) {
    throw new UnifareError(
      'key.hsm-no-mechanism',
      `${ref.algorithm} is kept in the software store; tokens hold ${TOKEN_ALGORITHMS.join(' and ')}`,
      { ref },
    )
  }
}
