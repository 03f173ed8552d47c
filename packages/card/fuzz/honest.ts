import { concat } from '@unifare/core'
import { sm4Encrypt, tdesEncrypt } from '@unifare/crypto'
import { pinBlock } from '../src/chip/card-pin.ts'
import { type CardKey, type CardKeyUse, type CardMemory, findKey } from '../src/chip/card-state.ts'
import {
  ALGORITHM_3DES,
  loadMac2,
  loadSessionKey,
  mac4,
  purchaseMac1,
  purchaseSessionKey,
  secureMessagingMac,
  tacMacKey,
} from '../src/purse/purse-crypto.ts'
import { readU16, u16, u32 } from '../src/words.ts'

/** Terminal number and time of every honest command here. */
export const TERMINAL = Uint8Array.of(0x41, 0x31, 0x00, 0x00, 0x00, 0x42)
export const DATE_TIME = Uint8Array.of(0x20, 0x26, 0x11, 0x21, 0x08, 0x30, 0x00)
const SERIAL = 7

/** A command from its header, data and Le. */
export function command(header: number, data?: Uint8Array, le?: number): Uint8Array {
  return concat(
    u32(header),
    data ? concat(Uint8Array.of(data.length), data) : new Uint8Array(0),
    le === undefined ? new Uint8Array(0) : Uint8Array.of(le),
  )
}

/** INITIALIZE: 00 load, 01 plain purchase, 03 composite purchase. */
export function initialise(p1: number, amountFen: number, keyIndex: number): Uint8Array {
  const data = concat(Uint8Array.of(keyIndex), u32(amountFen), TERMINAL)
  return command(0x80500002 + p1 * 0x100, data)
}

/** The key of a purse for a use; any key where it has none, so that a session goes on wrongly. */
export function keyOf(purse: CardMemory, use: CardKeyUse): CardKey {
  const key = findKey(purse, use) ?? purse.keys[0]
  if (!key) throw new TypeError('a purse without keys')
  return key
}

/** DEBIT with the MAC1 of a PSAM, for the answer of an INIT. */
export function debit(
  purse: CardMemory,
  opened: Uint8Array,
  terms: { readonly amountFen: number; readonly type: number },
): Uint8Array {
  const { key, algorithm } = keyOf(purse, 'purchase')
  const session = {
    random: part(opened, 11, 4),
    offlineNumber: readU16(part(opened, 4, 2)),
    terminalSerial: SERIAL,
  }
  const mac1 = purchaseMac1(purchaseSessionKey(key, session, algorithm), {
    ...terms,
    terminal: TERMINAL,
    dateTime: DATE_TIME,
    uid: purse.uid,
  })
  return command(0x80540100, concat(u32(SERIAL), DATE_TIME, mac1), 8)
}

/** CREDIT with the MAC2 of an issuer's host, for the answer of an INIT. */
export function credit(purse: CardMemory, opened: Uint8Array, amountFen: number): Uint8Array {
  const { key, algorithm } = keyOf(purse, 'load')
  const session = { random: part(opened, 8, 4), onlineNumber: readU16(part(opened, 4, 2)) }
  const mac2 = loadMac2(loadSessionKey(key, session, algorithm), {
    amountFen,
    terminal: TERMINAL,
    dateTime: DATE_TIME,
  })
  return command(0x80520000, concat(DATE_TIME, mac2), 4)
}

/** A command under secure messaging, for the answer of GET CHALLENGE. */
export function secured(
  key: CardKey,
  challenge: Uint8Array,
  message: { readonly header: number; readonly data?: Uint8Array },
): Uint8Array {
  const { header, data = new Uint8Array(0) } = message
  const mac = secureMessagingMac({
    key: key.key,
    algorithm: key.algorithm,
    challenge: part(challenge, 0, 4),
    message: concat(u32(header), Uint8Array.of(data.length + 4), data),
  })
  return command(header, concat(data, mac))
}

/** EXTERNAL AUTHENTICATE for the answer of GET CHALLENGE. */
export function authenticate(key: CardKey, challenge: Uint8Array): Uint8Array {
  const des = key.algorithm === ALGORITHM_3DES
  const block = new Uint8Array(des ? 8 : 16)
  block.set(part(challenge, 0, 4))
  const answer = des ? tdesEncrypt(key.key, block) : sm4Encrypt(key.key, block)
  return command(0x00820000 + key.index, answer)
}

/** RELOAD PIN with the issuer's MAC. */
export function reloadPin({ key, algorithm }: CardKey, pin: Uint8Array): Uint8Array {
  const mac = mac4(algorithm === ALGORITHM_3DES ? tacMacKey(key) : key, pin)
  return command(0x805e0000, concat(pin, mac))
}

/** Data field of PIN UNBLOCK, encrypted. */
export function encryptedPin({ key, algorithm }: CardKey, pin: Uint8Array): Uint8Array {
  const des = algorithm === ALGORITHM_3DES
  const block = pinBlock(pin, des ? 8 : 16)
  return des ? tdesEncrypt(key, block) : sm4Encrypt(key, block)
}

/** GET TRANSACTION PROVE of the last transaction. */
export function prove(type: number, number: number): Uint8Array {
  return command(0x805a0000 + type, u16(number), 8)
}

/** Bytes of an answer, zeros where it is too short: an honest reader that met a refusal. */
function part(answer: Uint8Array, at: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length)
  if (answer.length >= at + length + 2) bytes.set(answer.subarray(at, at + length))
  return bytes
}
