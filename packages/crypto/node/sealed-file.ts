import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  randomBytes,
  scryptSync,
  timingSafeEqual,
} from 'node:crypto'
import {
  canonicalJson,
  fromHex,
  fromUtf8,
  parseJson,
  toHex,
  UnifareError,
  utf8,
} from '@unifare/core'

/**
 * Text sealed with a passphrase: scrypt (RFC 7914, r = 8, p = 1) to 64 bytes, of which 32 are the
 * AES-256-GCM key and 32 check the passphrase, so that a wrong passphrase and an altered file are
 * told apart. The whole header is authenticated.
 */
interface SealedHeader {
  readonly format: 'unifare-keys'
  readonly version: 1
  /** Cost of scrypt: N = 2^cost. */
  readonly cost: number
  readonly salt: string
  readonly nonce: string
}

interface SealedFile extends SealedHeader {
  readonly check: string
  readonly tag: string
  readonly data: string
}

/** N = 2^16, 64 MiB: some tenths of a second a guess. */
export const DEFAULT_COST = 16

/** A file cannot ask for less care than this, nor for more memory than 1 GiB. */
const COST_RANGE = { min: 14, max: 20 } as const

const HEX_BYTES = { salt: 16, nonce: 12, check: 32, tag: 16 } as const

/** Seals a text. Salt and nonce are always fresh from the operating system. */
export function seal(text: string, passphrase: string, cost: number = DEFAULT_COST): string {
  if (!isCost(cost)) throw new TypeError(`scrypt cost: ${COST_RANGE.min} to ${COST_RANGE.max}`)
  const header: SealedHeader = {
    format: 'unifare-keys',
    version: 1,
    cost,
    salt: toHex(randomBytes(HEX_BYTES.salt)),
    nonce: toHex(randomBytes(HEX_BYTES.nonce)),
  }
  const { key, check } = keysOf(header, passphrase)
  const cipher = createCipheriv('aes-256-gcm', key, fromHex(header.nonce))
  cipher.setAAD(utf8(canonicalJson(header)))
  const data = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
  const file: SealedFile = {
    ...header,
    check: toHex(check),
    tag: toHex(cipher.getAuthTag()),
    data: toHex(data),
  }
  return `${JSON.stringify(file, null, 2)}\n`
}

/** Inverse of `seal`; throws `key.bad-passphrase` or `key.bad-file`. */
export function unseal(sealed: string, passphrase: string): string {
  const { check: expected, tag, data, ...header } = parseSealed(sealed)
  const { key, check } = keysOf(header, passphrase)
  if (!timingSafeEqual(check, fromHex(expected))) {
    throw new UnifareError('key.bad-passphrase', 'wrong passphrase for this key file')
  }
  const decipher = createDecipheriv('aes-256-gcm', key, fromHex(header.nonce))
  decipher.setAAD(utf8(canonicalJson(header)))
  decipher.setAuthTag(fromHex(tag))
  try {
    return fromUtf8(Buffer.concat([decipher.update(fromHex(data)), decipher.final()]))
  } catch {
    throw badFile('it was altered')
  }
}

/** The refusal of a file that is not ours or was altered. */
export function badFile(why: string): UnifareError {
  return new UnifareError('key.bad-file', `not a usable key file: ${why}`)
}

function keysOf(header: SealedHeader, passphrase: string): { key: Buffer; check: Buffer } {
  const N = 2 ** header.cost
  const options = { N, r: 8, p: 1, maxmem: 256 * 8 * N }
  // One passphrase typed on two keyboards may be composed differently.
  const derived = scryptSync(passphrase.normalize('NFC'), fromHex(header.salt), 64, options)
  const check = createHmac('sha256', derived.subarray(32)).update('unifare-keys check').digest()
  return { key: derived.subarray(0, 32), check }
}

function parseSealed(sealed: string): SealedFile {
  const file = readObject(sealed)
  const { format, version, cost, salt, nonce, check, tag, data } = file
  if (format !== 'unifare-keys') throw badFile('its format is another one')
  if (version !== 1) throw badFile(`its version is ${String(version)}; 1 is known`)
  if (!isCost(cost)) throw badFile('its cost is out of range')
  return {
    format,
    version,
    cost,
    salt: hexField(salt, HEX_BYTES.salt),
    nonce: hexField(nonce, HEX_BYTES.nonce),
    check: hexField(check, HEX_BYTES.check),
    tag: hexField(tag, HEX_BYTES.tag),
    data: hexField(data),
  }
}

function readObject(text: string): Record<string, unknown> {
  try {
    return { ...(parseJson(text) as object) }
  } catch {
    throw badFile('it is not JSON')
  }
}

function hexField(value: unknown, bytes?: number): string {
  const good =
    typeof value === 'string' &&
    /^([0-9A-F]{2})*$/.test(value) &&
    (bytes === undefined || value.length === bytes * 2)
  if (!good) throw badFile('a field is missing or damaged')
  return value
}

function isCost(cost: unknown): cost is number {
  return Number.isInteger(cost) && Number(cost) >= COST_RANGE.min && Number(cost) <= COST_RANGE.max
}
