import { concat, equalBytes } from '@unifare/core'
import { type KeyRef, type KeyUse, sm4Encrypt, tdesEncrypt } from '@unifare/crypto'
import {
  ALGORITHM_3DES,
  ALGORITHM_SM4,
  mac4,
  secureMessagingMac,
  tacMacKey,
} from '../purse/purse-crypto.ts'
import { SW } from '../status-words.ts'

/** Which messages a delivery key serves for. */
interface Purpose {
  /** Use of the master behind it; none for keys that a terminal's PSAM never holds. */
  readonly use?: KeyUse
  readonly encrypts?: true
  /** Beginning of every message that it authenticates; without one it makes no such MACs. */
  readonly header?: Uint8Array
  /** Length of the only message, where it has one. */
  readonly messageBytes?: number
  /** MACs over the bare PIN, as RELOAD PIN has them. */
  readonly pinMacs?: true
}

/**
 * Purposes by the low five bits of P1 (reference card 5.7). Each key serves its own messages and
 * nothing else, so that no PSAM is an oracle: 0 masters, 1 the PSAM's own maintenance and 2
 * purchase are never at hand here; 4 is for the PIN alone, its other meaning, TAC, has no key in
 * any PSAM; of 6, 7 and 8, the keys of a terminal's own data, ours hold none.
 */
const PURPOSES: Readonly<Record<number, Purpose>> = {
  0: {},
  1: {},
  2: {},
  3: { use: 'pin-unblock', encrypts: true, header: Uint8Array.of(0x84, 0x24, 0x00, 0x01) },
  4: { use: 'pin-reload', pinMacs: true },
  5: { use: 'maintenance', header: Uint8Array.of(0x84, 0x1e, 0x00), messageBytes: 5 },
  6: {},
  7: {},
  8: {},
}

/** P1 carries the levels of diversification in its high bits: two, issuer and card. */
const TWO_LEVELS = 0x40
/** P2 is the key id, that of the known command; under SM4 ids are 40 higher (reference card 5.6). */
const KEY_IDS: Readonly<Record<number, number>> = {
  0x02: ALGORITHM_3DES,
  0x42: ALGORITHM_SM4,
}
const MESSAGE_MAX = 255
const BLOCK_BYTES = 8
const PIN_MAX = 6

/** A delivery key in force, and the message that is being given to it. */
export interface DeliverySession {
  readonly kind: 'delivery'
  readonly purpose: Purpose
  readonly key: Uint8Array
  readonly algorithm: number
  readonly chain: { readonly iv: Uint8Array | null; readonly bytes: Uint8Array } | null
}

/** What P1 and P2 of INIT_FOR_DESCRYPT ask for, or the status word of why it cannot be had. */
export function deliveryKey(
  { p1, p2 }: { readonly p1: number; readonly p2: number },
  keys: readonly KeyRef[],
): { readonly ref: KeyRef; readonly purpose: Purpose; readonly algorithm: number } | number {
  const purpose = PURPOSES[p1 & 0x1f]
  if (!purpose || (p1 & 0xe0) !== TWO_LEVELS) return SW.wrongParameters
  const algorithm = KEY_IDS[p2]
  const ref = keys.find((held) => held.use === purpose.use && isUnder(held, algorithm))
  return ref && algorithm !== undefined ? { ref, purpose, algorithm } : SW.noKeyIndex
}

function isUnder(ref: KeyRef, algorithm: number | undefined): boolean {
  return (ref.algorithm === 'sm4') === (algorithm === ALGORITHM_SM4)
}

/** What a block of CIPHER DATA leads to. */
interface CipherStep {
  readonly answer: Uint8Array | number
  /** The session while more blocks are to come. */
  readonly session: DeliverySession | null
}

/**
 * CIPHER DATA. The bits of P1 say: 1 MAC (encryption without it), 2 more blocks follow, 4 the data
 * begin with an initial value of 8 bytes. Data come in whole blocks, padded by the reader; any
 * refusal ends the session.
 */
export function cipherStep(open: DeliverySession, p1: number, data: Uint8Array): CipherStep {
  if (p1 === 0x00) return { answer: encrypt(open, data), session: null }
  if (p1 !== 0x01 && p1 !== 0x03 && p1 !== 0x05 && p1 !== 0x07) return refused(SW.wrongParameters)
  const first = open.chain === null
  const withIv = (p1 & 4) !== 0
  if (withIv && !first) return refused(SW.conditions)
  if (data.length % BLOCK_BYTES !== 0 || data.length <= (withIv ? BLOCK_BYTES : 0)) {
    return refused(SW.wrongLength)
  }
  const iv = withIv ? data.slice(0, BLOCK_BYTES) : (open.chain?.iv ?? null)
  const bytes = concat(
    open.chain?.bytes ?? new Uint8Array(0),
    withIv ? data.slice(BLOCK_BYTES) : data,
  )
  if (bytes.length > MESSAGE_MAX) return refused(SW.wrongLength)
  const chain = { iv, bytes }
  if ((p1 & 2) !== 0) return { answer: SW.ok, session: { ...open, chain } }
  return { answer: authenticate(open, chain), session: null }
}

function refused(sw: number): CipherStep {
  return { answer: sw, session: null }
}

function encrypt({ purpose, key, algorithm, chain }: DeliverySession, data: Uint8Array) {
  if (!purpose.encrypts || chain) return SW.conditions
  const des = algorithm === ALGORITHM_3DES
  if (data.length === 0 || data.length % (des ? BLOCK_BYTES : 2 * BLOCK_BYTES) !== 0) {
    return SW.wrongLength
  }
  // The length byte of an encrypted PIN: the key encrypts PINs and nothing else.
  if ((data[0] ?? 0) > PIN_MAX) return SW.badData
  return des ? tdesEncrypt(key, data) : sm4Encrypt(key, data)
}

function authenticate(
  { purpose, key, algorithm }: DeliverySession,
  { iv, bytes }: NonNullable<DeliverySession['chain']>,
): Uint8Array | number {
  const message = unpadded(bytes)
  if (!message) return SW.badData
  if (purpose.pinMacs) {
    if (iv || message.length > PIN_MAX) return SW.badData
    return mac4(algorithm === ALGORITHM_3DES ? tacMacKey(key) : key, message)
  }
  const { header, messageBytes = message.length } = purpose
  if (!header || !iv) return SW.conditions
  const served =
    equalBytes(message.slice(0, header.length), header) &&
    message.length === messageBytes &&
    // Lc counts the MAC, which is not there yet.
    message[4] === message.length - 5 + 4
  return served ? secureMessagingMac({ key, challenge: iv, message, algorithm }) : SW.badData
}

/** The message without its padding 80 00..; undefined when there is none. */
function unpadded(bytes: Uint8Array): Uint8Array | undefined {
  const end = bytes.findLastIndex((byte) => byte !== 0x00)
  const padded = bytes[end] === 0x80 && bytes.length - end <= BLOCK_BYTES
  return padded ? bytes.slice(0, end) : undefined
}
