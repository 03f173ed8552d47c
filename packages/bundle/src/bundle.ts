import { canonicalJson, fromHex, type Instant, requireData, toHex, utf8 } from '@unifare/core'
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
  /** Whole number that only grows. */
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

/** Signs a list. */
export async function signBundle(
  bundle: Bundle,
  sign: (message: Uint8Array) => Promise<Uint8Array>,
): Promise<SignedBundle> {
  const hash = sha256(canonicalBytes(bundle))
  return { ...bundle, hash: toHex(hash), signature: toHex(await sign(hash)) }
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
    engine.ed25519Verify(key, hash, fromHex(bundle.signature)),
    'bundle.bad-signature',
    `the ${bundle.kind} list is not signed by ${bundle.publisher}`,
  )
  return bundle
}

function parseBundle(value: unknown): SignedBundle {
  const fields = value as Partial<Record<keyof SignedBundle, unknown>> | null
  requireData(
    typeof fields === 'object' &&
      fields !== null &&
      typeof fields.publisher === 'string' &&
      BUNDLE_KINDS.some((kind) => kind === fields.kind) &&
      Number.isSafeInteger(fields.version) &&
      Number.isSafeInteger(fields.validFrom) &&
      (fields.validTo === null || Number.isSafeInteger(fields.validTo)) &&
      fields.content !== undefined &&
      typeof fields.hash === 'string' &&
      typeof fields.signature === 'string',
    'bundle.malformed',
    'not a bundle',
  )
  return fields as unknown as SignedBundle
}

function canonicalBytes({
  publisher,
  kind,
  version,
  validFrom,
  validTo,
  content,
}: Bundle): Uint8Array {
  return utf8(canonicalJson({ publisher, kind, version, validFrom, validTo, content }))
}
