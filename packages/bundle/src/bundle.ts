import {
  canonicalJson,
  fromHex,
  type Instant,
  requireData,
  toHex,
  UnifareError,
  utf8,
} from '@unifare/core'
import { type SignatureEngine, sha256 } from '@unifare/crypto'

/**
 * The lists that travel against the stream. Who may publish which is a rule of the receiver:
 * the centre acceptance, issuer keys and the merged deny list; an issuer its own deny entries;
 * an operator its tariffs and device list.
 */
export const BUNDLE_KINDS = ['acceptance', 'issuer-keys', 'deny', 'tariffs', 'devices'] as const
export type BundleKind = (typeof BUNDLE_KINDS)[number]

/** A signed, versioned list. `content` is plain JSON that its reader parses. */
export interface Bundle<Content = unknown> {
  readonly publisher: string
  readonly kind: BundleKind
  /** Whole number from 1 that only grows. */
  readonly version: number
  readonly validFrom: Instant
  readonly validTo: Instant | null
  readonly content: Content
}

/** A bundle as it travels: the content's hash and the publisher's signature stand beside it. */
export interface SignedBundle extends Bundle {
  /** SHA-256 of the canonical JSON of publisher, kind, version, validity and content. */
  readonly hash: string
  /** Signature of the publisher over the hash, hexadecimal. */
  readonly signature: string
}

/** Nothing travels in a bundle that is not signed. */
const FIELDS = 8

/** Signs a list; throws `bundle.malformed` when its content has no canonical JSON (a float). */
export async function signBundle(
  bundle: Bundle,
  sign: (message: Uint8Array) => Promise<Uint8Array>,
): Promise<SignedBundle> {
  const hash = sha256(canonicalBytes(bundle))
  const { publisher, kind, version, validFrom, validTo, content } = bundle
  const signature = toHex(await sign(hash))
  return { publisher, kind, version, validFrom, validTo, content, hash: toHex(hash), signature }
}

/**
 * Reads a bundle from JSON and checks hash and signature. Throws `bundle.malformed`,
 * `bundle.bad-hash`, `bundle.unknown-publisher`, `bundle.bad-signature`.
 */
export function openBundle(
  value: unknown,
  publicKeyOf: (publisher: string) => Uint8Array | undefined,
  engine: SignatureEngine,
): SignedBundle {
  const bundle = parseBundle(value)
  const hash = sha256(canonicalBytes(bundle))
  requireData(toHex(hash) === bundle.hash, 'bundle.bad-hash', `the ${bundle.kind} list was changed`)
  const key = publicKeyOf(bundle.publisher)
  requireData(
    key !== undefined,
    'bundle.unknown-publisher',
    `unknown publisher ${bundle.publisher}`,
  )
  requireData(
    /^[0-9A-F]{128}$/.test(bundle.signature) &&
      engine.ed25519Verify(key, hash, fromHex(bundle.signature)),
    'bundle.bad-signature',
    `the ${bundle.kind} list is not signed by ${bundle.publisher}`,
  )
  return bundle
}

function parseBundle(value: unknown): SignedBundle {
  const fields = value as Partial<Record<keyof SignedBundle, unknown>> | null
  requireData(typeof fields === 'object' && fields !== null, 'bundle.malformed', 'not a bundle')
  const { publisher, version, validFrom, validTo, content, hash, signature } = fields
  const kind = BUNDLE_KINDS.find((known) => known === fields.kind)
  requireData(
    kind !== undefined &&
      typeof publisher === 'string' &&
      isInstant(version) &&
      version > 0 &&
      isInstant(validFrom) &&
      (validTo === null || isInstant(validTo)) &&
      content !== undefined &&
      typeof hash === 'string' &&
      typeof signature === 'string' &&
      Object.keys(fields).length === FIELDS,
    'bundle.malformed',
    'not a bundle',
  )
  return { publisher, kind, version, validFrom, validTo, content, hash, signature }
}

function isInstant(value: unknown): value is number {
  return Number.isSafeInteger(value)
}

function canonicalBytes({
  publisher,
  kind,
  version,
  validFrom,
  validTo,
  content,
}: Bundle): Uint8Array {
  try {
    return utf8(canonicalJson({ publisher, kind, version, validFrom, validTo, content }))
  } catch (error) {
    if (!(error instanceof UnifareError)) throw error
    throw new UnifareError('bundle.malformed', `the ${kind} list: ${error.message}`)
  }
}
