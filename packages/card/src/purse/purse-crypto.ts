import { concat } from '@unifare/core'
import { desCbcMac, macIso9797Alg3, sm4CbcMac, sm4Encrypt, tdesEncrypt } from '@unifare/crypto'
import { TRANSACTION } from '../files/card-files.ts'
import { u16, u32 } from '../words.ts'

/** Algorithm byte of INIT answers: two-key triple DES, the one of every known dump. */
export const ALGORITHM_3DES = 0x00

/**
 * Algorithm byte of SM4. The byte is that of one production reader; session key, MAC and TAC under
 * it are OURS, since no public source tells them (reference card 5.6): the session key is SM4 of
 * the same eight bytes filled up with 80 00.., MACs are CBC MACs under all 16 bytes, leftmost 4,
 * and the TAC takes the whole TAC key.
 */
export const ALGORITHM_SM4 = 0x04

/** Whether cards here can compute under an algorithm byte. */
export function isPurseAlgorithm(algorithm: number): boolean {
  return algorithm === ALGORITHM_3DES || algorithm === ALGORITHM_SM4
}

const NOTHING = new Uint8Array(0)

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
  /** What the city-union scheme appends to MAC1, 9 bytes; T-Union does not (reference card 5.4). */
  readonly uid?: Uint8Array
}

/** What the codes of a load cover. */
export interface LoadTerms {
  readonly amountFen: number
  readonly terminal: Uint8Array
}

/**
 * SESPK (reference card 5.3): the low 2 bytes of the terminal serial enter it. 8 bytes, 16 under
 * SM4.
 */
export function purchaseSessionKey(
  purchaseKey: Uint8Array,
  session: PurchaseSession,
  algorithm: number = ALGORITHM_3DES,
): Uint8Array {
  const { random, offlineNumber, terminalSerial } = session
  const seed = concat(random, u16(offlineNumber), u16(terminalSerial))
  return sessionKeyOf(purchaseKey, seed, algorithm)
}

/** SESLK, 8 bytes, 16 under SM4 (reference card 5.3). */
export function loadSessionKey(
  loadKey: Uint8Array,
  session: { readonly random: Uint8Array; readonly onlineNumber: number },
  algorithm: number = ALGORITHM_3DES,
): Uint8Array {
  const seed = concat(session.random, u16(session.onlineNumber), u16(0x8000))
  return sessionKeyOf(loadKey, seed, algorithm)
}

function sessionKeyOf(key: Uint8Array, seed: Uint8Array, algorithm: number): Uint8Array {
  if (algorithm === ALGORITHM_3DES) return tdesEncrypt(key, seed)
  const block = new Uint8Array(16)
  block.set(seed)
  block[seed.length] = 0x80
  return sm4Encrypt(key, block)
}

/** Purchase MAC1, of the PSAM, 4 bytes (reference card 5.4). */
export function purchaseMac1(sessionKey: Uint8Array, terms: PurchaseTerms): Uint8Array {
  const { amountFen, type, terminal, dateTime, uid = NOTHING } = terms
  return mac4(sessionKey, concat(u32(amountFen), Uint8Array.of(type), terminal, dateTime, uid))
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
export function tac(
  tacKey: Uint8Array,
  input: Uint8Array,
  algorithm: number = ALGORITHM_3DES,
): Uint8Array {
  return mac4(algorithm === ALGORITHM_3DES ? tacMacKey(tacKey) : tacKey, input)
}

/** CBC MAC, leftmost 4 bytes: single DES under a key of 8 bytes, SM4 under one of 16. */
export function mac4(key: Uint8Array, data: Uint8Array): Uint8Array {
  return (key.length === 8 ? desCbcMac(key, data) : sm4CbcMac(key, data)).slice(0, 4)
}

/**
 * Secure messaging MAC over a command without its MAC but with the Lc that counts it
 * (reference card 5.5); a challenge of 4 bytes is filled up with zeros. Under SM4 (ours) the IV
 * has 16 bytes and the MAC is the CBC MAC under the whole key.
 */
export function secureMessagingMac(options: {
  readonly key: Uint8Array
  readonly challenge: Uint8Array
  readonly message: Uint8Array
  readonly algorithm?: number
}): Uint8Array {
  const { key, challenge, message, algorithm = ALGORITHM_3DES } = options
  const iv = new Uint8Array(algorithm === ALGORITHM_3DES ? 8 : 16)
  iv.set(challenge)
  const mac = algorithm === ALGORITHM_3DES ? macIso9797Alg3 : sm4CbcMac
  return mac(key, message, iv).slice(0, 4)
}

function loadHead({ amountFen, terminal }: LoadTerms): Uint8Array {
  return concat(u32(amountFen), Uint8Array.of(TRANSACTION.load), terminal)
}
