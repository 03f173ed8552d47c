import { concat, utf8 } from '@unifare/core'
import { p256SharedSecret, sm3, sm4CbcMac, sm4Decrypt, sm4Encrypt } from '@unifare/crypto'
import { readU16, readU32, u16, u32 } from '../words.ts'
import { SCRIPT_KINDS, type ScriptKind } from './phone-state.ts'

/**
 * Bytes of the provisioning session (ours: the JT/T 1059 profile was not readable). The device key
 * and an ephemeral key of the issuer agree on a secret (P-256); SM3 makes an encryption key, a MAC
 * key and the first chaining value of it and of the opening; steps are SM4-CBC with an SM4 CBC-MAC
 * that chains each step to all before it.
 */
export const AID_BYTES = 16
export const POINT_BYTES = 33
export const SIGNATURE_BYTES = 64
export const MAC_BYTES = 16
export const HEADER = {
  install: 0x80e60000,
  open: 0x80e80000,
  store: 0x84e20000,
  activate: 0x80f00100,
  deactivate: 0x80f00000,
  deviceKey: 0x80ca0000,
  prove: 0x80cc0000,
  receipt: 0x80cb0000,
} as const

/** Bytes of content in one step: with padding and MAC below the 255 of a command. */
export const STEP_BYTES = 207
const BLOCK_BYTES = 16

/** The first command of a script: what it does, to which instance, in how many steps. */
export interface ScriptOpening {
  readonly kind: ScriptKind
  readonly aid: Uint8Array
  /** Rises with every script of the issuer. */
  readonly script: number
  readonly steps: number
  /** Issuer's key of this session, compressed; zeros when no steps follow. */
  readonly ephemeral: Uint8Array
}

const OPENING_BYTES = 1 + AID_BYTES + 4 + 2 + POINT_BYTES

/** The opening without its signature. */
export function encodeOpening(opening: ScriptOpening): Uint8Array {
  const { kind, aid, script, steps, ephemeral } = opening
  return concat(Uint8Array.of(SCRIPT_KINDS.indexOf(kind)), aid, u32(script), u16(steps), ephemeral)
}

/** Splits an opening from its signature; undefined when the length or the kind is unknown. */
export function decodeOpening(
  bytes: Uint8Array,
): { readonly opening: ScriptOpening; readonly signature: Uint8Array } | undefined {
  const kind = SCRIPT_KINDS[bytes[0] ?? -1]
  if (bytes.length !== OPENING_BYTES + SIGNATURE_BYTES || kind === undefined) return undefined
  const opening = {
    kind,
    aid: bytes.slice(1, 17),
    script: readU32(bytes, 17),
    steps: readU16(bytes, 21),
    ephemeral: bytes.slice(23, OPENING_BYTES),
  }
  return { opening, signature: bytes.slice(OPENING_BYTES) }
}

/** What the issuer signs: the opening, for this one device. */
export function openingSigned(opening: ScriptOpening, devicePublicKey: Uint8Array): Uint8Array {
  return concat(utf8('unifare phone script 1\n'), devicePublicKey, encodeOpening(opening))
}

/** Bytes of a statement that a device signs at its wallet's word. */
export const STATEMENT_BYTES_MAX = 64

/** What a device signs to prove that it holds its key: an issuer's id, and that issuer's challenge. */
export function proofSigned(statement: Uint8Array): Uint8Array {
  return concat(utf8('unifare phone device 1\n'), statement)
}

/** What the device signs about a script that was carried out. */
export function receiptSigned(receipt: Uint8Array): Uint8Array {
  return concat(utf8('unifare phone receipt 1\n'), receipt)
}

/** Keys of a session. */
export interface ScriptKeys {
  readonly encryption: Uint8Array
  readonly mac: Uint8Array
  readonly chain: Uint8Array
}

/** The keys that both ends agree on. Throws `key.bad-material` for a point beside the curve. */
export function scriptKeys(
  privateKey: Uint8Array,
  publicKey: Uint8Array,
  opening: Uint8Array,
): ScriptKeys {
  const secret = p256SharedSecret(privateKey, publicKey)
  const key = (number: number) => sm3(concat(secret, u32(number), opening)).slice(0, BLOCK_BYTES)
  return { encryption: key(1), mac: key(2), chain: key(3) }
}

/** Data of a step: its content encrypted, and the MAC that becomes the next chaining value. */
export function sealStep(
  keys: ScriptKeys,
  step: { readonly index: number; readonly chain: Uint8Array; readonly content: Uint8Array },
): { readonly data: Uint8Array; readonly chain: Uint8Array } {
  const { index, chain, content } = step
  const padded = new Uint8Array(content.length + BLOCK_BYTES - (content.length % BLOCK_BYTES))
  padded.set(content)
  padded[content.length] = 0x80
  let previous = sm4Encrypt(keys.encryption, chain)
  for (let at = 0; at < padded.length; at += BLOCK_BYTES) {
    const block = padded.subarray(at, at + BLOCK_BYTES)
    for (let i = 0; i < BLOCK_BYTES; i++) block[i]! ^= previous[i]!
    previous = sm4Encrypt(keys.encryption, block)
    block.set(previous)
  }
  const mac = stepMac(keys, { index, chain, sealed: padded })
  return { data: concat(padded, mac), chain: mac }
}

/** MAC over the chaining value, the place, the length, and the sealed bytes. */
export function stepMac(
  keys: ScriptKeys,
  step: { readonly index: number; readonly chain: Uint8Array; readonly sealed: Uint8Array },
): Uint8Array {
  const { index, chain, sealed } = step
  return sm4CbcMac(keys.mac, concat(chain, u16(index), u16(sealed.length), sealed))
}

/** Content of a step whose MAC was right; undefined when its padding is not. */
export function openStep(
  keys: ScriptKeys,
  chain: Uint8Array,
  sealed: Uint8Array,
): Uint8Array | undefined {
  if (sealed.length === 0 || sealed.length % BLOCK_BYTES !== 0) return undefined
  const plain = sm4Decrypt(keys.encryption, sealed)
  const previous = concat(sm4Encrypt(keys.encryption, chain), sealed)
  for (let i = 0; i < plain.length; i++) plain[i]! ^= previous[i]!
  const end = plain.findLastIndex((byte) => byte !== 0)
  return plain[end] === 0x80 ? plain.slice(0, end) : undefined
}
