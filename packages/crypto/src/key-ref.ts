import { requireData } from '@unifare/core'
import type { SymmetricAlgorithm } from './diversify.ts'

/** Key systems: 交通部 (T-Union), 住建部 (city cards), and this network's own. */
export const KEY_SCHEMES = ['mot', 'mohurd', 'unifare'] as const
export type KeyScheme = (typeof KEY_SCHEMES)[number]

/** What the holder of a use may do: derive card keys from it, or sign with it. */
const USE_POWERS = {
  purchase: 'derive',
  load: 'derive',
  tac: 'derive',
  maintenance: 'derive',
  'pin-unblock': 'derive',
  'pin-reload': 'derive',
  'external-auth': 'derive',
  'internal-auth': 'derive',
  'code-root': 'sign',
  'code-issue': 'sign',
  link: 'sign',
  bundle: 'sign',
} as const satisfies Record<string, KeyPower>

const ALGORITHM_POWERS = {
  '3des': 'derive',
  sm4: 'derive',
  sm2: 'sign',
  ed25519: 'sign',
  p256: 'sign',
} as const satisfies Record<string, KeyPower>

/** The one thing a key can do. */
export type KeyPower = 'derive' | 'sign'
export type KeyUse = keyof typeof USE_POWERS
export type KeyAlgorithm = keyof typeof ALGORITHM_POWERS

/** Name of one key. Records carry it, so that old versions stay verifiable. */
export interface KeyRef {
  readonly scheme: KeyScheme
  /** Institution id, 8 digits. */
  readonly issuer: string
  readonly use: KeyUse
  /** Key index, 0 to 255. */
  readonly index: number
  /** Key version, 0 to 255. */
  readonly version: number
  readonly algorithm: KeyAlgorithm
}

/** Power that the use and the algorithm of a key agree on; undefined when they do not agree. */
export function keyPower(ref: KeyRef): KeyPower | undefined {
  const power = USE_POWERS[ref.use]
  return power === ALGORITHM_POWERS[ref.algorithm] ? power : undefined
}

/** Whether the algorithm is a block cipher, whose keys have 16 bytes. */
export function isSymmetric(algorithm: KeyAlgorithm): algorithm is SymmetricAlgorithm {
  return ALGORITHM_POWERS[algorithm] === 'derive'
}

/** One line for logs, files and records: `mot.30000001.tac.0.1.3des`. */
export function keyRefText(ref: KeyRef): string {
  return [ref.scheme, ref.issuer, ref.use, ref.index, ref.version, ref.algorithm].join('.')
}

/** Inverse of `keyRefText`; throws `key.bad-reference`. */
export function parseKeyRef(text: string): KeyRef {
  const [scheme = '', issuer = '', use = '', index = '', version = '', algorithm = '', ...rest] =
    text.split('.')
  requireData(
    isScheme(scheme) &&
      /^[0-9]{8}$/.test(issuer) &&
      Object.hasOwn(USE_POWERS, use) &&
      isByte(index) &&
      isByte(version) &&
      Object.hasOwn(ALGORITHM_POWERS, algorithm) &&
      rest.length === 0,
    'key.bad-reference',
    `not a key reference (scheme.issuer.use.index.version.algorithm): ${text.slice(0, 80)}`,
  )
  return {
    scheme,
    issuer,
    use: use as KeyUse,
    index: Number(index),
    version: Number(version),
    algorithm: algorithm as KeyAlgorithm,
  }
}

function isScheme(text: string): text is KeyScheme {
  return (KEY_SCHEMES as readonly string[]).includes(text)
}

function isByte(text: string): boolean {
  return /^(0|[1-9][0-9]{0,2})$/.test(text) && Number(text) <= 255
}
