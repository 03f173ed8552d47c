import {
  assert,
  canonicalJson,
  concat,
  fromUtf8,
  requireData,
  UnifareError,
  utf8,
  view,
} from '@unifare/core'

const PREFIX_LENGTH = 8
export const SIGNATURE_LENGTH = 64

/** A signed container: magic, version, JSON header, body, signature. */
export interface Framed {
  readonly version: number
  readonly header: Readonly<Record<string, unknown>>
  readonly body: Uint8Array
  readonly signature: Uint8Array
  /** The bytes that the signature covers: all before it, and of version 2 those before the body. */
  readonly signed: Uint8Array
}

/**
 * The part of a container that is signed: two magic letters, version, format byte 0, header
 * length (4 bytes), header as canonical JSON, body.
 */
export function frame(
  magic: string,
  version: number,
  header: Readonly<Record<string, unknown>>,
  body: Uint8Array,
): Uint8Array {
  const json = utf8(canonicalJson(header))
  const prefix = new Uint8Array(PREFIX_LENGTH)
  prefix.set([magic.charCodeAt(0), magic.charCodeAt(1), version])
  view(prefix).setUint32(4, json.length)
  return concat(prefix, json, body)
}

/**
 * Puts the signature behind what it covers, and behind a body that it covers by the hash in the
 * header (version 2).
 */
export async function seal(
  signed: Uint8Array,
  sign: (message: Uint8Array) => Promise<Uint8Array>,
  body: Uint8Array = new Uint8Array(),
): Promise<Uint8Array> {
  const signature = await sign(signed)
  assert(signature.length === SIGNATURE_LENGTH, 'a signature of the wire has 64 bytes')
  return concat(signed, body, signature)
}

/**
 * Takes a container apart; every doubt throws the code given. A header that is not in its one
 * canonical form is refused: two readers must never see two things in the same bytes.
 */
export function unframe(
  magic: string,
  bytes: Uint8Array,
  { code, versions = [1] }: { readonly code: string; readonly versions?: readonly number[] },
): Framed {
  const version = bytes[2] ?? 0
  requireData(
    bytes.length >= PREFIX_LENGTH + SIGNATURE_LENGTH &&
      bytes[0] === magic.charCodeAt(0) &&
      bytes[1] === magic.charCodeAt(1),
    code,
    `not a ${magic} container`,
  )
  requireData(
    versions.includes(version) && bytes[3] === 0,
    code,
    `unknown version ${version} or format ${bytes[3]}`,
  )
  const bodyAt = PREFIX_LENGTH + view(bytes).getUint32(4)
  const signatureAt = bytes.length - SIGNATURE_LENGTH
  requireData(bodyAt <= signatureAt, code, 'the header is longer than the container')
  return {
    version,
    header: readHeader(bytes.subarray(PREFIX_LENGTH, bodyAt), code),
    body: bytes.subarray(bodyAt, signatureAt),
    signature: bytes.subarray(signatureAt),
    signed: bytes.subarray(0, version === 1 ? signatureAt : bodyAt),
  }
}

function readHeader(json: Uint8Array, code: string): Record<string, unknown> {
  let header: unknown
  let canonical = ''
  const text = recode(code, () => fromUtf8(json))
  try {
    header = JSON.parse(text)
    canonical = canonicalJson(header)
  } catch {
    throw new UnifareError(code, 'the header is not JSON of this network')
  }
  requireData(canonical === text, code, 'the header is not in canonical form')
  requireData(
    typeof header === 'object' && header !== null && !Array.isArray(header),
    code,
    'the header is not an object',
  )
  return header as Record<string, unknown>
}

/** Reads one field of a header, or of an object in it, by type; throws the code given. */
export function field<T extends 'string' | 'number' | 'object'>(
  header: unknown,
  name: string,
  type: T,
  code: string,
): T extends 'string' ? string : T extends 'number' ? number : object {
  const value = isRecord(header) && Object.hasOwn(header, name) ? header[name] : undefined
  const good =
    type === 'number' ? Number.isSafeInteger(value) : typeof value === type && value !== null
  requireData(good, code, `header field ${name} is missing or not a ${type}`)
  return value as never
}

/** Whether a parsed JSON value is an object with names. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}

/** Runs work on foreign bytes; what the core refuses in them is refused under the code given. */
export function recode<T>(code: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (!(error instanceof UnifareError)) throw error
    throw new UnifareError(code, error.message, error.details)
  }
}
