import type { AcceptanceRow } from '@unifare/bundle'
import {
  ALGORITHM_3DES,
  ALGORITHM_SM4,
  type CardEvidence,
  deriveCardKey,
  encodeEvidence,
  identityOf,
  purchaseMac2,
  purchaseSessionKey,
  TRANSACTION,
  tac,
  tacInput,
} from '@unifare/card'
import { canonicalJson, type Day, fromHex, shanghaiDigits, toHex, utf8 } from '@unifare/core'
import { createSoftwareKeyStore, type KeyRef, openKeyWindow, pureEngine } from '@unifare/crypto'
import { createCodeCaches } from '@unifare/ridecode'
import { type Charge, deliveryId, encodeTap, MODES, type Tap } from '@unifare/tap'
import { createCardChecks } from './card-checks.ts'
import type { CheckedTap, ClearingInput } from './clearing.ts'
import { FIRST_ROOT } from './close.ts'
import type { Verifier } from './evidence.ts'
import { DEMONSTRATION_FEES } from './fees.ts'

/** A small network for the tests of the centre: real records and codes, made-up institutions. */

export const CENTRE = '10000000'
export const OPERATORS = ['30000001', '30000002', '30000003'] as const
export const ISSUERS = ['20000001', '20000002', '20000003'] as const
export const [OPERATOR] = OPERATORS
export const [ISSUER] = ISSUERS
export const TERMINAL = '400000000001'
export const CARD = '3120000001000000017'
export const DAY: Day = '2026-11-20'
/** 20 November 2026, 08:00 in China. */
export const AT = Date.UTC(2026, 10, 20)

const KEY_VERSION = 1
const master = (use: 'purchase' | 'tac', index: number): KeyRef => ({
  scheme: 'mot',
  issuer: CENTRE,
  use,
  index,
  version: KEY_VERSION,
  algorithm: '3des',
})
const PURCHASE = master('purchase', 1)
const TAC = master('tac', 0)

/** Which masters a card is under; T-Union's of triple DES unless told otherwise. */
export interface KeyLine {
  readonly scheme?: 'mot' | 'mohurd'
  readonly algorithm?: '3des' | 'sm4'
}

const PURCHASE_MATERIAL = fromHex('000102030405060708090A0B0C0D0E0F')
const TAC_MATERIAL = fromHex('F0F1F2F3F4F5F6F7F8F9FAFBFCFDFEFF')
const LINES: readonly KeyLine[] = [{}, { scheme: 'mohurd' }, { algorithm: 'sm4' }]

/** The masters of every line; they protect nothing. */
export const keyStore = createSoftwareKeyStore({
  keys: LINES.flatMap((line, at) => [
    { ref: { ...PURCHASE, ...line }, material: PURCHASE_MATERIAL.map((byte) => byte ^ (at * 2)) },
    { ref: { ...TAC, ...line }, material: TAC_MATERIAL.map((byte) => byte ^ (at * 2)) },
  ]),
  engine: pureEngine,
  random: (length) => new Uint8Array(length),
})

export function createVerifier(): Verifier {
  return {
    cardChecks: createCardChecks({
      window: openKeyWindow({ store: keyStore, refs: keyStore.list() }),
      keyOwner: CENTRE,
    }),
    issuerKeys: undefined,
    engine: pureEngine,
    caches: createCodeCaches({ maxCertificates: 10, maxAuthorisations: 10 }),
  }
}

/** A bus purchase by card without evidence; the card's counter follows the sequence. */
export function tapOf(changes: Partial<Tap> = {}): Tap {
  const sequence = changes.sequence ?? 1
  return {
    version: 1,
    kind: 'purchase',
    terminal: TERMINAL,
    sequence,
    at: AT + sequence * 1_000,
    timeQuality: 'synced-2s',
    mode: 'bus',
    operator: OPERATOR,
    city: '1000',
    line: 1,
    station: 0,
    vehicle: 'A1',
    medium: 'card',
    issuer: ISSUER,
    account: CARD,
    counter: sequence,
    amountFen: 200,
    balanceFen: 10_000 - 200 * sequence,
    key: { scheme: 0, use: 0, index: 1, version: KEY_VERSION, algorithm: 0 },
    flags: 0,
    reason: 0,
    refersTo: 0,
    tariffVersion: 1,
    entry: null,
    distanceM: 0,
    durationS: 0,
    serial: sequence,
    evidence: new Uint8Array(0),
    ...changes,
  }
}

/** The same with TAC and MAC2 as the card makes them. */
export async function cardTap(changes: Partial<Tap> = {}): Promise<Tap> {
  const tap = tapOf(changes)
  return { ...tap, evidence: encodeEvidence(await evidenceOf(tap)) }
}

/** What a card answers to the purchase that a tap tells of. */
export async function evidenceOf(tap: Tap, line: KeyLine = {}): Promise<CardEvidence> {
  const identity = identityOf({ issuer: tap.issuer, number: tap.account })
  const digits = shanghaiDigits(tap.at)
  const inputs = {
    type: TRANSACTION.compositePurchase,
    amountFen: tap.amountFen,
    terminal: tap.terminal,
    terminalSerial: tap.serial,
    date: digits.slice(0, 8),
    time: digits.slice(8),
    random: Uint8Array.of(1, 2, 3, tap.serial & 255),
    offlineNumber: tap.counter - 1,
    keyIndex: PURCHASE.index,
    keyVersion: KEY_VERSION,
    algorithm: line.algorithm === 'sm4' ? ALGORITHM_SM4 : ALGORITHM_3DES,
    ...(line.scheme && { scheme: line.scheme }),
    ...identity,
    balanceAfterFen: tap.balanceFen,
  }
  const keyOf = (ref: KeyRef) =>
    deriveCardKey({ store: keyStore, ref: { ...ref, ...line }, identity })
  const { algorithm } = inputs
  const sessionKey = purchaseSessionKey(await keyOf(PURCHASE), inputs, algorithm)
  return {
    ...inputs,
    tac: tac(await keyOf(TAC), tacInput(inputs), algorithm),
    mac2: purchaseMac2(sessionKey, tap.amountFen),
  }
}

/** A charge for taps: a card's sum, or the amount given for codes. */
export function chargeOf(taps: readonly Tap[], changes: Partial<Charge> = {}): Charge {
  const [first = tapOf(), last = first] = [taps[0], taps.at(-1)]
  const sum = taps.reduce((total, tap) => total + tap.amountFen, 0)
  const amountFen = changes.amountFen ?? sum
  return {
    version: 1,
    operator: first.operator,
    number: 1,
    corrects: 0,
    medium: first.medium === 'code' ? 'code' : 'card',
    mode: last.mode,
    issuer: first.issuer,
    account: first.account,
    city: first.city,
    tapDay: DAY,
    startAt: first.at,
    endAt: last.at,
    line: first.line,
    from: first.station,
    to: last.station,
    distanceM: 0,
    amountFen,
    currency: 156,
    tariff: 'test',
    tariffVersion: 1,
    test: false,
    taps: taps.map((tap) => ({
      terminal: tap.terminal,
      sequence: tap.sequence,
      amountFen: tap.amountFen,
    })),
    parts: [{ rule: 'flat', amountFen }],
    ...changes,
  }
}

/** A tap as clearing sees it; its hash stands for its bytes. */
export function checked(tap: Tap, changes: Partial<CheckedTap> = {}): CheckedTap {
  return {
    tap,
    hash: `${deliveryId(tap)} ${encodeTap(tap).join()}`,
    evidence: 'normal',
    denied: false,
    capFen: null,
    ...changes,
  }
}

/** A day in which everybody accepts everybody. */
export function dayOf(
  charges: readonly Charge[],
  taps: readonly CheckedTap[],
  changes: Partial<ClearingInput> = {},
): ClearingInput {
  return {
    day: DAY,
    centre: CENTRE,
    previousRoot: FIRST_ROOT,
    charges,
    taps: new Map(taps.map((one) => [deliveryId(one.tap), one])),
    settled: new Map(),
    serials: new Map(),
    fees: DEMONSTRATION_FEES,
    issuers: new Set(ISSUERS),
    acceptance: {
      rows: OPERATORS.flatMap((operator) =>
        ISSUERS.flatMap((issuer) =>
          (['card', 'code'] as const).flatMap((medium) =>
            Object.keys(MODES).map((mode) => accepts({ operator, issuer, medium, mode })),
          ),
        ),
      ),
    },
    oldestDay: '2026-10-21',
    ...changes,
  }
}

/** A row of the acceptance list: buses, in service for ever, unless told otherwise. */
export function accepts(row: Partial<AcceptanceRow>): AcceptanceRow {
  return {
    operator: OPERATOR,
    issuer: ISSUER,
    medium: 'card',
    mode: 'bus',
    division: '',
    status: 'in-service',
    from: 0,
    ...row,
  }
}

/** The issuer pays out what is left on a card, by the purchase that emptied it. */
export function sendRefund(
  network: { send(sender: string, kind: 'order', body: Uint8Array): Promise<unknown> },
  tap: Tap,
): Promise<unknown> {
  const order = {
    do: 'order-settled',
    kind: 'refund',
    order: 'refund-0001',
    agent: OPERATOR,
    amountFen: tap.amountFen,
    evidence: toHex(tap.evidence),
  }
  return network.send(ISSUER, 'order', utf8(canonicalJson(order)))
}
