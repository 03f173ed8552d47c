import { decodeEvidence, verifyEvidence } from '@unifare/card'
import { describe, expect, test } from 'vitest'
import { readFile, writeFile } from '../index.ts'
import { AT, CENTRE, HEADER, ISSUER, OPERATOR } from '../tunion.fixture.ts'
import { codeListAt, erOf, resultCodeOf } from './codes.ts'
import { clearedLine, debitTap, PURCHASE_KEY, RESULT_CODES, TAC_KEY } from './convert.fixture.ts'
import { ldOf } from './processed-files.ts'
import { clOf, fbOf } from './results.ts'
import { bpOf, crOf } from './totals.ts'
import { evidenceOfCl } from './verification.ts'

const rules = { clearing: CENTRE, codes: codeListAt(RESULT_CODES, AT) }

describe('FB, to the acquirer', () => {
  test('a record a debit, fees exact', () => {
    const { records, left } = fbOf([clearedLine()], rules)
    expect(left).toEqual([])
    expect(records).toEqual([
      expect.objectContaining({
        centreSerial: '000000000005',
        acquirerSerial: '000000000007',
        acceptanceDate: '2026-11-21',
        clearing: CENTRE,
        issuer: ISSUER,
        acquirer: OPERATOR,
        amountFen: 200,
        errorCode: '000000',
        errorText: '正常',
        feeMicro: 1_200_000n,
        issuerMicro: 600_000n,
        acquirerMicro: 180_000n,
      }),
    ])
    const read = readFile('FB', writeFile('FB', HEADER, records))
    expect(read).toMatchObject({ ok: true, records })
  })

  test('the debits of one charge: its fees stand on the last', () => {
    const taps = [debitTap(), debitTap({ sequence: 8, counter: 42, serial: 100, amountFen: 100 })]
    const { records } = fbOf([clearedLine({ taps })], rules)
    expect(records.map(({ amountFen, feeMicro }) => [amountFen, feeMicro])).toEqual([
      [200, 0n],
      [100, 1_800_000n],
    ])
  })

  test('a rejected line has its code, and its text as far as it fits', () => {
    const none = { feeMicro: 0n, issuerMicro: 0n, acquirerMicro: 0n, centreMicro: 0n }
    const { records } = fbOf([clearedLine({ verdict: 'card.bad-tac', ...none })], rules)
    expect(records[0]).toMatchObject({
      errorCode: '130009',
      errorText: '交易认证码校验失败交易认证码校验失败交易',
    })
  })

  test.each([
    ['a code', { medium: 'code' }, 'tunion.not-a-card'],
    ['a tap that never came', { taps: [], amountFen: 200 }, 'tunion.no-tap'],
    ['one of two that never came', { amountFen: 500 }, 'tunion.no-tap'],
    [
      'a tap without evidence',
      { taps: [{ ...debitTap(), evidence: new Uint8Array(3) }] },
      'tunion.no-evidence',
    ],
    ['what a correction took back', { reversal: true }, 'tunion.does-not-fit'],
  ] as const)('%s is told as left out, with its charge', (_name, change, code) => {
    expect(fbOf([clearedLine(change)], rules)).toEqual({
      records: [],
      left: [{ item: '21580001-5', code }],
    })
  })

  test('no code is made up', () => {
    expect(() => fbOf([clearedLine({ verdict: 'new.verdict' })], rules)).toThrow(
      expect.objectContaining({ code: 'tunion.no-code' }),
    )
  })
})

describe('CL, to the issuer', () => {
  test.each([
    ['T-Union', debitTap()],
    ['city union', debitTap({}, { scheme: 'mohurd', type: 9 })],
    ['SM4', debitTap({ key: { scheme: 1, use: 3, index: 1, version: 2, algorithm: 4 } })],
  ])('the issuer computes TAC and MAC2 again from the file alone: %s', (_name, tap) => {
    const { records } = clOf([clearedLine({ taps: [tap] })], rules)
    const read = readFile('CL', writeFile('CL', { ...HEADER, receiver: ISSUER }, records))
    const [record] = read.ok ? read.records : []
    const found = record && evidenceOfCl(record)
    if (found?.ok !== true) throw new Error('no evidence')
    expect(found.evidence).toEqual(decodeEvidence(tap.evidence))
    const { evidence } = found
    expect(verifyEvidence({ evidence, purchaseKey: PURCHASE_KEY, tacKey: TAC_KEY })).toEqual({
      tac: true,
      mac2: true,
    })
  })

  test('data that are missing or not known refuse', () => {
    const [record] = clOf([clearedLine()], rules).records
    if (record === undefined) throw new Error('no record')
    expect(evidenceOfCl({ ...record, verification: record.verification.slice(1) })).toEqual({
      ok: false,
      code: 'tunion.missing-object',
      field: 'verification',
    })
    expect(evidenceOfCl({ ...record, txType: '8401' })).toMatchObject({ field: 'txType' })
  })
})

describe('BP and CR', () => {
  test('a position: the sign beside the amount, zeros on an empty day', () => {
    const position = { receivableFen: 100, payableFen: 300, netFen: -200 }
    expect(bpOf(position)).toEqual({ receivableFen: 100, payableFen: 300, netFen: 200, sign: '1' })
    expect(bpOf({ receivableFen: 0, payableFen: 0, netFen: 0 })).toMatchObject({ sign: '0' })
  })

  test('a position of corrections alone: less than nothing stands on the other side', () => {
    const operator = bpOf({ receivableFen: -2_875, payableFen: 0, netFen: -2_875 })
    expect(operator).toEqual({ receivableFen: 0, payableFen: 2_875, netFen: 2_875, sign: '1' })
    const both = bpOf({ receivableFen: -10, payableFen: -30, netFen: 20 })
    expect(both).toEqual({ receivableFen: 30, payableFen: 10, netFen: 20, sign: '0' })
  })

  test('charges are counted by parties, type and code; shares are rounded once a row', () => {
    const none = { feeMicro: 0n, issuerMicro: 0n, acquirerMicro: 0n, centreMicro: 0n }
    const rows = crOf(
      [
        clearedLine(),
        clearedLine({ number: 6 }),
        clearedLine({ number: 7, verdict: 'card.bad-tac', ...none }),
        clearedLine({ number: 8, taps: [debitTap({}, { type: 9 })] }),
        clearedLine({ number: 9, medium: 'code', taps: [], amountFen: 300 }),
      ],
      rules,
    )
    expect(
      rows.map(
        ({ businessType, errorCode, count, amountFen, issuerFen, acquirerFen, centreFen }) => [
          businessType,
          errorCode,
          count,
          amountFen,
          issuerFen,
          acquirerFen,
          centreFen,
        ],
      ),
    ).toEqual([
      ['8401', '000000', 1, 300, 1, 0, 1],
      ['8451', '000000', 2, 400, 1, 0, 1],
      ['8451', '130009', 1, 200, 0, 0, 0],
      ['8460', '000000', 1, 200, 1, 0, 0],
    ])
  })

  test('what a correction took back stands apart, under the adjust flag', () => {
    const back = {
      feeMicro: -1_800_000n,
      issuerMicro: -900_000n,
      acquirerMicro: 0n,
      centreMicro: -900_000n,
    }
    const code = { medium: 'code', taps: [], amountFen: 300 } as const
    const rows = crOf(
      [clearedLine(code), clearedLine({ ...code, ...back, amountFen: -300, reversal: true })],
      rules,
    )
    expect(rows.map(({ adjust, amountFen, issuerFen }) => [adjust, amountFen, issuerFen])).toEqual([
      [false, 300, 1],
      [true, 300, 1],
    ])
  })

  test('the order of the charges does not matter', () => {
    const lines = [
      clearedLine(),
      clearedLine({ number: 6, issuer: '30000002' }),
      clearedLine({ number: 7 }),
    ]
    expect(crOf(lines.toReversed(), rules)).toEqual(crOf(lines, rules))
  })
})

describe('LD and ER', () => {
  test('a processed file with its verdict', () => {
    expect(ldOf([{ number: 3, name: 'UP1', verdict: 'normal' }], rules.codes)).toEqual([
      { centreSerial: '000000000003', fileName: 'UP1', errorCode: '000000', errorText: '正常' },
    ])
  })

  test('codes are dated: one is in force until another begins', () => {
    const before = codeListAt(RESULT_CODES, AT - 1)
    expect(before.of('card.bad-tac')).toEqual({ errorCode: '130001', errorText: 'TAC 校验失败' })
    expect(before.verdictOf('130009')).toBeUndefined()
    expect(codeListAt(RESULT_CODES, AT).verdictOf('130009')).toBe('card.bad-tac')
  })

  test('the code list goes through its file', () => {
    const file = writeFile('ER', HEADER, RESULT_CODES.map(erOf))
    const read = readFile('ER', file)
    expect(read.ok && read.records.map(resultCodeOf)).toEqual(RESULT_CODES)
  })
})
