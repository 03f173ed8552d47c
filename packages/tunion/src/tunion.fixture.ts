import fc from 'fast-check'
import type { FileKind, RecordOfKind } from './index.ts'
import { KINDS } from './kinds.ts'
import type { ValueType } from './values.ts'

/** 2026-11-21 08:00:00 in Shanghai. */
export const AT = 1_795_219_200_000
export const DAY = '2026-11-21'
export const CENTRE = '10000001'
export const OPERATOR = '21580001'
export const ISSUER = '30000001'
export const CARD = '3104860000000000017'
export const HEADER = { day: DAY, receiver: OPERATOR } as const

const transaction = {
  centreSerial: '000000000005',
  acquirerSerial: '000000000007',
  acceptanceDate: DAY,
  retrievalRef: '000000000099',
  txType: '8451',
  clearing: CENTRE,
  issuer: ISSUER,
  acquirer: OPERATOR,
  sender: OPERATOR,
  mcc: '4131',
  channel: '02',
  card: CARD,
  counter: 41,
  balanceBeforeFen: 5_000,
  amountFen: 200,
  at: AT,
  errorCode: '000000',
  errorText: '正常',
  test: false,
  feeMicro: 1_200_000n,
  issuerMicro: 600_000n,
  acquirerMicro: 180_001n,
} as const

const party = { clearing: CENTRE, issuer: ISSUER, acquirer: OPERATOR, sender: OPERATOR }

/** One record of every kind: the golden files hold exactly these. */
export const EXAMPLES: { readonly [K in FileKind]: RecordOfKind<K> } = {
  UP: {
    acquirerSerial: '000000000007',
    issuer: ISSUER,
    acquirer: OPERATOR,
    card: CARD,
    counter: 41,
    balanceBeforeFen: 5_000,
    amountFen: 200,
    at: AT,
    terminal: '440100000001',
    terminalSerial: '0000000099',
    txType: '8451',
    mcc: '4131',
    channel: '02',
    tac: '11223344',
    keyVersion: '02',
    keyIndex: '01',
    random: 'A1B2C3D4',
    algorithm: '00',
    cardOrganisation: '01',
    test: false,
    denyVersion: 3,
    objects: [{ tag: 0xdf01, value: Uint8Array.of(1) }],
  },
  LD: {
    centreSerial: '000000000001',
    fileName: 'UP261121000000221580001' + '0000000001U',
    errorCode: '000000',
    errorText: '正常',
  },
  FB: transaction,
  CL: {
    ...transaction,
    acquirerCode: OPERATOR,
    balanceType: '0',
    algorithm: '00',
    verification: [{ tag: 0xdf01, value: Uint8Array.of(6) }],
  },
  BP: { receivableFen: 198_98, payableFen: 0, netFen: 198_98, sign: '0' },
  CR: {
    ...party,
    businessType: '8451',
    adjust: false,
    errorCode: '000000',
    count: 3,
    amountFen: 600,
    acquirerFen: 1,
    disputeFen: 0,
    issuerFen: 2,
    centreFen: 1,
    test: false,
  },
  ED: {
    centreSerial: '000000000005',
    acquirerSerial: '000000000007',
    adjustType: '01',
    errorType: '02',
    card: CARD,
    counter: 41,
    balanceBeforeFen: 5_000,
    adjustedTxType: '8451',
    adjustedFen: 100,
    mcc: '4131',
    channel: '02',
    at: AT,
    cause: '0003',
    originator: ISSUER,
    issuer: ISSUER,
    acquirer: OPERATOR,
  },
  CM: {
    centreSerial: '000000000005',
    acquirerSerial: '000000000007',
    adjustType: '01',
    errorType: '02',
    response: '00',
    card: CARD,
    counter: 41,
    adjustedFen: 100,
    at: AT,
    cause: '0003',
    originator: ISSUER,
    confirmer: OPERATOR,
    issuer: ISSUER,
    acquirer: OPERATOR,
  },
  AD: {
    ...party,
    adjustSerial: '000000000001',
    centreSerial: '000000000005',
    acquirerSerial: '000000000007',
    acceptanceDate: DAY,
    retrievalRef: '000000000099',
    mcc: '4131',
    channel: '02',
    card: CARD,
    counter: 41,
    balanceBeforeFen: 5_000,
    amountFen: 200,
    at: AT,
    adjustedTxType: '8451',
    adjustedFen: 100,
    originator: ISSUER,
    confirmer: OPERATOR,
    cause: '0003',
    response: '00',
    errorCode: '000000',
    errorText: '正常',
    disputeFen: 1,
    feeMicro: -600_000n,
    issuerMicro: -300_000n,
    acquirerMicro: -90_000n,
    test: false,
  },
  BN: {
    bin: '31048600',
    cardLength: 19,
    issuer: ISSUER,
    division: '440100',
    channel: '02',
    status: '1',
    effective: AT,
    expiry: null,
  },
  ER: {
    errorCode: '110001',
    verdict: 'tap.missing',
    zh: '收费所依据的记录未上传',
    en: 'a tap of the charge was not delivered',
    effective: AT,
    expiry: null,
  },
  UC: { medium: '1', card: CARD, issuer: ISSUER, reason: '02', effective: AT + 123, expiry: null },
}

const SECONDS_MAX = 4_000_000_000
const text = (width: number) =>
  fc
    .string({ unit: fc.constantFrom('正', '常', '卡', 'A', '7', ' ', '-'), maxLength: width / 2 })
    .map((value) => value.trimEnd())
const letters = (of: string, length: { minLength?: number; maxLength: number }) =>
  fc.string({ unit: fc.constantFrom(...of.split('')), ...length })
const digits = (width: number) => letters('0123456789', { minLength: width, maxLength: width })
const whole = (width: number) =>
  fc.integer({ min: 0, max: Math.min(10 ** Math.min(width, 15) - 1, Number.MAX_SAFE_INTEGER) })

const ARBITRARY: Readonly<Record<ValueType, (width: number) => fc.Arbitrary<unknown>>> = {
  count: whole,
  fen: whole,
  digits,
  code: (width) => letters('AZ09.-_', { maxLength: width }),
  hex: (width) => letters('0123456789ABCDEF', { minLength: width, maxLength: width }),
  fee: () => fc.bigInt({ min: -(10n ** 17n), max: 10n ** 17n }),
  date: () =>
    fc
      .integer({ min: 0, max: 40_000 })
      .map((day) => new Date(day * 86_400_000).toISOString().slice(0, 10)),
  time: () => fc.integer({ min: 0, max: SECONDS_MAX }).map((second) => second * 1000),
  moment: () => fc.option(fc.integer({ min: 0, max: SECONDS_MAX * 1000 })),
  flag: () => fc.boolean(),
  text,
  objects: (width) =>
    fc.uniqueArray(
      fc.record({
        tag: fc.integer({ min: 0, max: 0xffff }),
        value: fc.uint8Array({ maxLength: 12 }),
      }),
      { maxLength: Math.floor(width / 33), selector: ({ tag }) => tag },
    ),
  spare: (width) => text(width).map((value) => (value === '' ? undefined : value)),
}

/** Any record of a kind, made from its table alone. */
export function anyRecord<K extends FileKind>(kind: K): fc.Arbitrary<RecordOfKind<K>> {
  const fields = KINDS[kind].table.rows.map(([name, width, type]) => [name, ARBITRARY[type](width)])
  const record = fc.record(Object.fromEntries(fields) as Record<string, fc.Arbitrary<unknown>>)
  return record.map(
    (values) =>
      Object.fromEntries(
        Object.entries(values).filter(([, value]) => value !== undefined),
      ) as RecordOfKind<K>,
  )
}
