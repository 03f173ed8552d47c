import { concat, fromHex, toHex, view } from '@unifare/core'
import type { PurseScheme } from '../chip/card-state.ts'
import { cardError } from '../errors.ts'
import { purchaseTacInput } from '../purse/purse-crypto.ts'
import { readU16, readU32, u16, u32 } from '../words.ts'

/** Version byte of the evidence layout. */
export const EVIDENCE_VERSION = 1
/** Bytes of the evidence of one card purchase, version 1. */
export const EVIDENCE_BYTES = 62

/** Where the fields stand in the bytes of version 1: for who checks or makes them by the million. */
export const EVIDENCE_AT = {
  type: 1,
  amountFen: 2,
  terminal: 6,
  serial: 12,
  date: 16,
  time: 20,
  tac: 23,
  mac2: 27,
  random: 31,
  offlineNumber: 35,
  keyIndex: 37,
  keyVersion: 38,
  algorithm: 39,
  issuer: 40,
  number: 48,
  balanceFen: 58,
} as const

/**
 * The key system stands in the upper half of the algorithm byte: 0 T-Union, 1 city union. So all
 * evidence of T-Union cards is as it ever was, and who does not know the half reads an unknown
 * algorithm and verifies nothing.
 */
const CITY_UNION = 0x10

/** Everything about a purchase that is known before DEBIT. */
export interface PurchaseInputs {
  /** Key system of the purse; T-Union's (mot) when not given. */
  readonly scheme?: PurseScheme
  /** 06 plain, 09 composite purchase. */
  readonly type: number
  readonly amountFen: number
  /** PSAM terminal number, 12 digits. */
  readonly terminal: string
  /** PSAM serial of the transaction. */
  readonly terminalSerial: number
  /** YYYYMMDD and HHMMSS, Asia/Shanghai. */
  readonly date: string
  readonly time: string
  /** 4 bytes of the card. */
  readonly random: Uint8Array
  /** Purchase counter as INIT returned it; the card stores one more. */
  readonly offlineNumber: number
  readonly keyIndex: number
  readonly keyVersion: number
  /** Algorithm byte of INIT: 00 triple DES, 04 SM4. */
  readonly algorithm: number
  /** EF 15 [0..8) as hexadecimal. */
  readonly issuerId: string
  /** EF 15 [10..20) as hexadecimal: nibble 0 and the 19 digits. */
  readonly applicationSerial: string
  /** Balance after the purchase. */
  readonly balanceAfterFen: number
}

/** Evidence of one purchase: what issuer and centre need to verify TAC and MAC2. */
export interface CardEvidence extends PurchaseInputs {
  /** 4 bytes; covers amount, type, terminal, serial, date and time. */
  readonly tac: Uint8Array
  /** 4 bytes; its session key covers random, counter and serial. */
  readonly mac2: Uint8Array
}

/** Purchase counter of the tap's identity: the number that the card stores, INIT + 1. */
export function purchaseCounter(evidence: PurchaseInputs): number {
  return evidence.offlineNumber + 1
}

/** Institution code of the issuer, 8 digits. */
export function issuerOf(evidence: Pick<PurchaseInputs, 'issuerId'>): string {
  return evidence.issuerId.slice(0, 8)
}

/** Card number, 19 digits. */
export function numberOf(evidence: Pick<PurchaseInputs, 'applicationSerial'>): string {
  return evidence.applicationSerial.slice(1)
}

/**
 * The 62 bytes of version 1: the fields in the order of this function. Throws `card.bad-evidence`
 * for values that do not fit.
 */
export function encodeEvidence(evidence: CardEvidence): Uint8Array {
  const bytes = concat(
    Uint8Array.of(EVIDENCE_VERSION, evidence.type),
    u32(evidence.amountFen),
    fromHex(evidence.terminal),
    u32(evidence.terminalSerial),
    fromHex(evidence.date),
    fromHex(evidence.time),
    evidence.tac,
    evidence.mac2,
    evidence.random,
    u16(evidence.offlineNumber),
    Uint8Array.of(evidence.keyIndex, evidence.keyVersion, algorithmByte(evidence)),
    fromHex(evidence.issuerId),
    fromHex(evidence.applicationSerial),
    u32(evidence.balanceAfterFen),
  )
  if (bytes.length !== EVIDENCE_BYTES)
    throw cardError('card.bad-evidence', { length: bytes.length })
  return bytes
}

function algorithmByte({ scheme = 'mot', algorithm }: PurchaseInputs): number {
  const fits = scheme === 'mohurd' ? algorithm < CITY_UNION : !isCityUnion(algorithm)
  if (!fits) throw cardError('card.bad-evidence', { scheme, algorithm })
  return scheme === 'mohurd' ? CITY_UNION + algorithm : algorithm
}

function isCityUnion(algorithmByte: number): boolean {
  return (algorithmByte & 0xf0) === CITY_UNION
}

/** Inverse of `encodeEvidence`. Throws `card.bad-evidence` for another version or length. */
export function decodeEvidence(bytes: Uint8Array): CardEvidence {
  if (bytes[0] !== EVIDENCE_VERSION || bytes.length !== EVIDENCE_BYTES) {
    throw cardError('card.bad-evidence', { version: bytes[0], length: bytes.length })
  }
  const algorithm = bytes[39]!
  const part = (from: number, length: number) => new Uint8Array(bytes.subarray(from, from + length))
  return {
    type: bytes[1]!,
    amountFen: readU32(bytes, 2),
    terminal: toHex(part(6, 6)),
    terminalSerial: readU32(bytes, 12),
    date: toHex(part(16, 4)),
    time: toHex(part(20, 3)),
    tac: part(23, 4),
    mac2: part(27, 4),
    random: part(31, 4),
    offlineNumber: readU16(bytes, 35),
    keyIndex: bytes[37]!,
    keyVersion: bytes[38]!,
    ...(isCityUnion(algorithm)
      ? { scheme: 'mohurd' as const, algorithm: algorithm - CITY_UNION }
      : { algorithm }),
    issuerId: toHex(part(40, 8)),
    applicationSerial: toHex(part(48, 10)),
    balanceAfterFen: view(bytes).getInt32(58),
  }
}

/** The 22 bytes under the TAC of a purchase. */
export function tacInput(evidence: PurchaseInputs): Uint8Array {
  const { type, amountFen, terminalSerial } = evidence
  return purchaseTacInput({
    type,
    amountFen,
    terminalSerial,
    terminal: fromHex(evidence.terminal),
    dateTime: fromHex(evidence.date + evidence.time),
  })
}
