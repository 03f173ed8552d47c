import {
  encodeEvidence,
  identityOf,
  type PurchaseInputs,
  purchaseMac2,
  purchaseSessionKey,
  tac,
  tacInput,
} from '@unifare/card'
import { fromHex, shanghaiDigits } from '@unifare/core'
import type { Tap } from '@unifare/tap'
import { AT, CARD, ISSUER, OPERATOR } from '../tunion.fixture.ts'
import type { ClearedLine } from './cleared-line.ts'
import type { ResultCode } from './codes.ts'

export const PURCHASE_KEY = fromHex('000102030405060708090A0B0C0D0E0F')
export const TAC_KEY = fromHex('F0F1F2F3F4F5F6F7F8F9FAFBFCFDFEFF')

/** A debit of a card with codes that verify under the two keys; tap and evidence can be changed. */
export function debitTap(changes: Partial<Tap> = {}, inputs: Partial<PurchaseInputs> = {}): Tap {
  const tap: Tap = {
    version: 1,
    kind: 'purchase',
    terminal: '440100000001',
    sequence: 7,
    at: AT,
    timeQuality: 'synced-2s',
    mode: 'bus',
    operator: OPERATOR,
    city: '5810',
    line: 12,
    station: 3,
    vehicle: 'A-1234',
    medium: 'card',
    issuer: ISSUER,
    account: CARD,
    counter: 41,
    amountFen: 200,
    balanceFen: 4_800,
    key: { scheme: 1, use: 3, index: 1, version: 2, algorithm: 0 },
    flags: 0,
    reason: 0,
    refersTo: 0,
    tariffVersion: 5,
    entry: null,
    distanceM: 0,
    durationS: 0,
    serial: 99,
    evidence: new Uint8Array(0),
    ...changes,
  }
  const digits = shanghaiDigits(tap.at)
  const purchase: PurchaseInputs = {
    type: 6,
    amountFen: tap.amountFen,
    terminal: tap.terminal,
    terminalSerial: tap.serial,
    date: digits.slice(0, 8),
    time: digits.slice(8),
    random: Uint8Array.of(1, 2, 3, 4),
    offlineNumber: tap.counter - 1,
    keyIndex: tap.key.index,
    keyVersion: tap.key.version,
    algorithm: tap.key.algorithm,
    ...identityOf({ issuer: tap.issuer, number: tap.account }),
    balanceAfterFen: tap.balanceFen,
    ...inputs,
  }
  const { algorithm, amountFen } = purchase
  const session = purchaseSessionKey(PURCHASE_KEY, purchase, algorithm)
  const evidence = encodeEvidence({
    ...purchase,
    tac: tac(TAC_KEY, tacInput(purchase), algorithm),
    mac2: purchaseMac2(session, amountFen),
  })
  return { ...tap, evidence, ...(changes.evidence && { evidence: changes.evidence }) }
}

/** A settled charge over taps: fee 0.6 %, half of it the issuer's, 15 % the acquirer's. */
export function clearedLine(changes: Partial<ClearedLine> = {}): ClearedLine {
  const taps = changes.taps ?? [debitTap()]
  const amountFen = changes.amountFen ?? taps.reduce((sum, tap) => sum + tap.amountFen, 0)
  const feeMicro = BigInt(amountFen) * 6_000n
  return {
    number: 5,
    day: '2026-11-21',
    operator: OPERATOR,
    issuer: ISSUER,
    medium: 'card',
    mode: 'bus',
    verdict: 'normal',
    test: false,
    reversal: false,
    amountFen,
    feeMicro,
    issuerMicro: feeMicro / 2n,
    acquirerMicro: (feeMicro * 15n) / 100n,
    centreMicro: feeMicro - feeMicro / 2n - (feeMicro * 15n) / 100n,
    taps,
    ...changes,
  }
}

export const RESULT_CODES: readonly ResultCode[] = [
  { code: '000000', verdict: 'normal', en: 'settled', zh: '正常', effective: 0, expiry: null },
  {
    code: '130001',
    verdict: 'card.bad-tac',
    en: 'the card did not make this debit: TAC wrong',
    zh: 'TAC 校验失败',
    effective: 0,
    expiry: AT,
  },
  {
    code: '130009',
    verdict: 'card.bad-tac',
    en: 'the card did not make this debit: TAC wrong',
    zh: '交易认证码校验失败交易认证码校验失败交易认证码校验失败',
    effective: AT,
    expiry: null,
  },
]
