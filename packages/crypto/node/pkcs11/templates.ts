import koffi from 'koffi'
import { CKA, CKK, CKO, P256_OID } from './constants.ts'

/** Value of an attribute; a reader gives the room to write to. */
export type AttributeValue = Uint8Array | number | boolean | string
export type Attributes = Partial<Record<keyof typeof CKA, AttributeValue>>

/**
 * Bytes that hold addresses, and what they point to: it must not be collected before the call that
 * takes them has returned.
 */
export interface Structure {
  readonly bytes: Uint8Array
  readonly count: number
  readonly held: readonly Uint8Array[]
}

/** CK_ATTRIBUTE: type, address, length. */
const ATTRIBUTE_BYTES = 24

/** CK_ATTRIBUTE array of the attributes, in the order in which they are written. */
export function templateOf(attributes: Attributes): Structure {
  const entries = Object.entries(attributes).map(
    ([name, value]) => [CKA[name as keyof typeof CKA], bytesOf(value)] as const,
  )
  const bytes = new Uint8Array(entries.length * ATTRIBUTE_BYTES)
  entries.forEach(([type, value], at) => writeTriple(bytes, at * ATTRIBUTE_BYTES, type, value))
  return { bytes, count: entries.length, held: entries.map(([, value]) => value) }
}

/** CK_MECHANISM with a parameter of bytes, or none. */
export function mechanismOf(type: number, parameter?: Uint8Array): Structure {
  const bytes = new Uint8Array(ATTRIBUTE_BYTES)
  writeTriple(bytes, 0, type, parameter ?? new Uint8Array(0))
  return { bytes, count: 1, held: parameter ? [parameter] : [] }
}

/** A mechanism whose parameter is CK_KEY_DERIVATION_STRING_DATA: address and length of data. */
export function derivationOf(type: number, data: Uint8Array): Structure {
  const parameter = new Uint8Array(16)
  const words = new DataView(parameter.buffer)
  words.setBigUint64(0, koffi.address(data), true)
  words.setBigUint64(8, BigInt(data.length), true)
  const { bytes, held } = mechanismOf(type, parameter)
  return { bytes, count: 1, held: [...held, data] }
}

/** CK_ULONG, 8 bytes, for a handle or length that a call writes. */
export function ulong(value = 0): Uint8Array {
  const bytes = new Uint8Array(8)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(value), true)
  return bytes
}

/** CK_ULONG at an offset. */
export function readUlong(bytes: Uint8Array, at = 0): number {
  return Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(at, true))
}

/** A DES key that stays in the token for good and only derives. */
export const MASTER = {
  class: CKO.secretKey,
  keyType: CKK.des2,
  token: true,
  private: true,
  sensitive: true,
  extractable: false,
  // Who has the PIN cannot give it another power either.
  modifiable: false,
  derive: true,
  encrypt: false,
  decrypt: false,
  wrap: false,
  unwrap: false,
  sign: false,
  verify: false,
} as const satisfies Attributes

/** A P-256 pair that only signs. */
export const SIGNER = {
  private: {
    class: CKO.privateKey,
    keyType: CKK.ec,
    token: true,
    private: true,
    sensitive: true,
    extractable: false,
    modifiable: false,
    sign: true,
    decrypt: false,
    unwrap: false,
    derive: false,
  },
  public: {
    class: CKO.publicKey,
    keyType: CKK.ec,
    token: true,
    private: false,
    modifiable: false,
    verify: true,
    encrypt: false,
    wrap: false,
    ecParams: P256_OID,
  },
} as const satisfies Record<string, Attributes>

const TEMPORARY = {
  class: CKO.secretKey,
  keyType: CKK.des2,
  token: false,
  private: true,
  decrypt: false,
  wrap: false,
  unwrap: false,
  sign: false,
  verify: false,
} as const satisfies Attributes

/** What a key derived for the length of one request may do. */
export const DERIVED = {
  /** A level between master and card. */
  level: { ...TEMPORARY, sensitive: true, extractable: false, derive: true, encrypt: false },
  /** Enciphers and never leaves. */
  cipher: { ...TEMPORARY, sensitive: true, extractable: false, derive: false, encrypt: true },
  /** The one kind that leaves: the key of a card or of an issuer, for verification outside. */
  given: { ...TEMPORARY, sensitive: false, extractable: true, derive: false, encrypt: false },
} as const satisfies Record<string, Attributes>

function writeTriple(out: Uint8Array, at: number, type: number, value: Uint8Array): void {
  const words = new DataView(out.buffer, at)
  words.setBigUint64(0, BigInt(type), true)
  words.setBigUint64(8, value.length === 0 ? 0n : koffi.address(value), true)
  words.setBigUint64(16, BigInt(value.length), true)
}

function bytesOf(value: AttributeValue): Uint8Array {
  if (typeof value === 'boolean') return Uint8Array.of(value ? 1 : 0)
  if (typeof value === 'number') return ulong(value)
  if (typeof value === 'string') return new Uint8Array(Buffer.from(value, 'utf8'))
  return value
}
