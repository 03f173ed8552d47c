import { concat } from '@unifare/core'
import { desCbcMac, macIso9797Alg3, tdesEncrypt } from '@unifare/crypto'
import { TRANSACTION } from '../files/card-files.ts'
import { u16, u32 } from '../words.ts'

/** Algorithm byte of INIT answers: two-key triple DES, the one of every known dump. */
export const ALGORITHM_3DES = 0x00

/** What a session key of a purchase binds. */
export interface PurchaseSession {
  /** 4 bytes of the card. */
  readonly random: Uint8Array
  /** Counter as INIT returned it, before the purchase. */
  readonly offlineNumber: number
  readonly terminalSerial: number
}

/** What MAC1 and TAC of a purchase cover. */
export interface PurchaseTerms {
  readonly amountFen: number
  /** 06 or 09. */
  readonly type: number
  /** 6 bytes, packed decimal. */
  readonly terminal: Uint8Array
  /** Date and time, 7 bytes, packed decimal. */
  readonly dateTime: Uint8Array
}

/** What the codes of a load cover. */
export interface LoadTerms {
  readonly amountFen: number
  readonly terminal: Uint8Array
}

/** SESPK, 8 bytes (reference card 5.3): the low 2 bytes of the terminal serial enter it. */
export function purchaseSessionKey(purchaseKey: Uint8Array, session: PurchaseSession): Uint8Array {
  const { random, offlineNumber, terminalSerial } = session
  return tdesEncrypt(purchaseKey, concat(random, u16(offlineNumber), u16(terminalSerial)))
}

/** SESLK, 8 bytes (reference card 5.3). */
export function loadSessionKey(
  loadKey: Uint8Array,
  session: { readonly random: Uint8Array; readonly onlineNumber: number },
): Uint8Array {
  return tdesEncrypt(loadKey, concat(session.random, u16(session.onlineNumber), u16(0x8000)))
}

/** Purchase MAC1, of the PSAM, 4 bytes (reference card 5.4). */
export function purchaseMac1(sessionKey: Uint8Array, terms: PurchaseTerms): Uint8Array {
  const { amountFen, type, terminal, dateTime } = terms
  return mac4(sessionKey, concat(u32(amountFen), Uint8Array.of(type), terminal, dateTime))
}

/** Purchase MAC2, of the card, 4 bytes. */
export function purchaseMac2(sessionKey: Uint8Array, amountFen: number): Uint8Array {
  return mac4(sessionKey, u32(amountFen))
}

/** The 22 bytes under a purchase TAC. They do not hold the purchase counter. */
export function purchaseTacInput(
  terms: PurchaseTerms & { readonly terminalSerial: number },
): Uint8Array {
  const { amountFen, type, terminal, terminalSerial, dateTime } = terms
  return concat(u32(amountFen), Uint8Array.of(type), terminal, u32(terminalSerial), dateTime)
}

/** Load MAC1, of the card. */
export function loadMac1(
  sessionKey: Uint8Array,
  terms: LoadTerms & { readonly oldBalanceFen: number },
): Uint8Array {
  return mac4(sessionKey, concat(u32(terms.oldBalanceFen), loadHead(terms)))
}

/** Load MAC2, of the issuer's host. */
export function loadMac2(
  sessionKey: Uint8Array,
  terms: LoadTerms & { readonly dateTime: Uint8Array },
): Uint8Array {
  return mac4(sessionKey, concat(loadHead(terms), terms.dateTime))
}

/** The bytes under a load TAC: new balance, online number before the load, terms. */
export function loadTacInput(
  terms: LoadTerms & {
    readonly dateTime: Uint8Array
    readonly newBalanceFen: number
    readonly onlineNumber: number
  },
): Uint8Array {
  const { newBalanceFen, onlineNumber, dateTime } = terms
  return concat(u32(newBalanceFen), u16(onlineNumber), loadHead(terms), dateTime)
}

/** K_T, 8 bytes: both halves of the TAC key added (reference card 5.4). */
export function tacMacKey(tacKey: Uint8Array): Uint8Array {
  return tacKey.slice(0, 8).map((byte, i) => byte ^ tacKey[i + 8]!)
}

/** TAC under the 16-byte TAC key of a card. */
export function tac(tacKey: Uint8Array, input: Uint8Array): Uint8Array {
  return mac4(tacMacKey(tacKey), input)
}

/** Single-DES CBC MAC, leftmost 4 bytes. */
export function mac4(key8: Uint8Array, data: Uint8Array): Uint8Array {
  return desCbcMac(key8, data).slice(0, 4)
}

/**
 * Secure messaging MAC over a command without its MAC but with the Lc that counts it
 * (reference card 5.5); a challenge of 4 bytes is filled up with zeros.
 */
export function secureMessagingMac(options: {
  readonly key: Uint8Array
  readonly challenge: Uint8Array
  readonly message: Uint8Array
}): Uint8Array {
  const iv = new Uint8Array(8)
  iv.set(options.challenge)
  return macIso9797Alg3(options.key, options.message, iv).slice(0, 4)
}

function loadHead({ amountFen, terminal }: LoadTerms): Uint8Array {
  return concat(u32(amountFen), Uint8Array.of(TRANSACTION.load), terminal)
}
