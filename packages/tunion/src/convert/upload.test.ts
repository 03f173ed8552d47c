import { decodeEvidence, verifyEvidence } from '@unifare/card'
import { toHex } from '@unifare/core'
import {
  chargeId,
  encodeCharge,
  encodeTap,
  MODES,
  parseCharge,
  TAP_KINDS,
  type Tap,
} from '@unifare/tap'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readFile, writeFile } from '../index.ts'
import { AT, DAY, HEADER } from '../tunion.fixture.ts'
import { debitTap, PURCHASE_KEY, TAC_KEY } from './convert.fixture.ts'
import { chargeOfUpload } from './upload-charge.ts'
import { type UploadLine, uploadLineOf } from './upload-line.ts'
import { tapOfUploadLine } from './upload-tap.ts'

const lineOf = (tap: Tap) => {
  const made = uploadLineOf(tap)
  if (!made.ok) throw new Error(`${made.code} ${made.field}`)
  return made.line
}
const back = (tap: Tap) => {
  const read = readFile('UP', writeFile('UP', HEADER, [lineOf(tap)]))
  const [line] = read.ok ? read.records : []
  return line === undefined ? undefined : tapOfUploadLine(line)
}

describe('a card tap as an upload line', () => {
  test('its fields', () => {
    const { tac } = decodeEvidence(debitTap().evidence)
    expect(lineOf(debitTap())).toMatchObject({
      acquirerSerial: '000000000007',
      balanceBeforeFen: 5_000,
      amountFen: 200,
      at: AT,
      terminalSerial: '0000000099',
      txType: '8451',
      mcc: '4131',
      channel: '02',
      tac: toHex(tac),
      keyVersion: '02',
      keyIndex: '01',
      algorithm: '00',
      cardOrganisation: '01',
      test: false,
      denyVersion: 0,
    })
    expect(lineOf(debitTap({}, { type: 9 })).txType).toBe('8460')
  })

  test('the file alone holds what TAC and MAC2 need', () => {
    const read = back(debitTap())
    if (read?.ok !== true) throw new Error('no tap')
    const evidence = decodeEvidence(read.tap.evidence)
    expect(verifyEvidence({ evidence, purchaseKey: PURCHASE_KEY, tacKey: TAC_KEY })).toEqual({
      tac: true,
      mac2: true,
    })
  })

  const u16 = fc.integer({ min: 0, max: 0xffff })
  const u32 = fc.integer({ min: 0, max: 0xffff_ffff })
  const instant = fc.integer({ min: AT, max: AT + 10 ** 10 })
  const city = fc.constantFrom('5810', '1000', '2900')
  const anyTap = fc
    .record({
      kind: fc.constantFrom('purchase', 'entry', 'exit', 'rent', 'return', 'repair'),
      sequence: u32,
      at: instant,
      timeQuality: fc.constantFrom('unknown', 'free-running', 'synced-10s', 'synced-2s'),
      mode: fc.constantFrom(...(Object.keys(MODES) as Tap['mode'][])),
      city,
      line: u16,
      station: u16,
      vehicle: fc.constantFrom('', 'A-1234', '12345678'),
      counter: fc.integer({ min: 1, max: 0x10000 }),
      amountFen: fc.integer({ min: 0, max: 100_000 }),
      balanceFen: fc.integer({ min: 0, max: 1_000_000 }),
      flags: fc.integer({ min: 0, max: 0xff }),
      reason: u16,
      refersTo: u32,
      tariffVersion: u32,
      entry: fc.option(fc.record({ city, line: u16, station: u16, at: instant })),
      distanceM: u32,
      durationS: u32,
      serial: u32,
      key: fc.constantFrom(
        { scheme: 1, use: 3, index: 1, version: 2, algorithm: 0 },
        { scheme: 0, use: 0, index: 1, version: 2, algorithm: 4 },
      ),
    } satisfies { [K in keyof Tap]?: unknown })
    .chain((changes) =>
      fc
        .record({
          type: fc.constantFrom(6, 9),
          scheme: fc.constantFrom('mot' as const, 'mohurd' as const),
        })
        .map(({ type, scheme }) =>
          debitTap(changes as Partial<Tap>, {
            type,
            ...(scheme === 'mohurd' && { scheme }),
            balanceAfterFen: changes.balanceFen,
          }),
        ),
    )

  test('any debit comes back byte for byte', () => {
    fc.assert(
      fc.property(anyTap, (tap) => {
        const read = back(tap)
        expect(read).toEqual({ ok: true, tap })
        if (read?.ok) expect(encodeTap(read.tap)).toEqual(encodeTap(tap))
      }),
      { numRuns: 150 },
    )
  })

  test('any change of a line is refused, or is a tap that writes this very line', () => {
    const good = writeFile('UP', HEADER, [
      lineOf(debitTap({ entry: { city: '5810', line: 1, station: 2, at: AT } })),
    ])
    const printable = fc.constantFrom(...'0123456789ABCDEF Zz-'.split(''))
    let taken = 0
    fc.assert(
      fc.property(fc.integer({ min: 55, max: good.length - 33 }), printable, (at, character) => {
        const bytes = good.slice()
        bytes[at] = character.charCodeAt(0)
        const read = readFile('UP', bytes)
        const [line] = read.ok ? read.records : []
        const made = line && tapOfUploadLine(line)
        if (line === undefined || made?.ok !== true) return
        taken += 1
        expect(uploadLineOf(made.tap, line.denyVersion)).toEqual({ ok: true, line })
      }),
      { numRuns: 2_000 },
    )
    expect(taken).toBeGreaterThan(100)
  })

  test('a debit that was recovered later keeps both times', () => {
    const tap = { ...debitTap(), at: AT + 90_500 }
    expect(lineOf(tap).at).toBe(AT)
    expect(back(tap)).toEqual({ ok: true, tap })
  })
})

describe('what has no place is refused, not guessed', () => {
  test.each([
    ['a code', { ...debitTap(), medium: 'code' }, 'tunion.not-a-card'],
    ['no evidence', { ...debitTap(), evidence: new Uint8Array(0) }, 'tunion.no-evidence'],
    ['evidence of another amount', { ...debitTap(), amountFen: 300 }, 'tunion.disagrees'],
    ['evidence of another counter', { ...debitTap(), counter: 42 }, 'tunion.disagrees'],
    ['a load', debitTap({}, { type: 2 }), 'tunion.unknown-type'],
    ['a gate event', debitTap({ kind: 'passed' }), 'tunion.unknown-type'],
    ['a card without a time', debitTap({}, { date: '20261399' }), 'tunion.bad-time'],
  ] as const)('%s', (_name, tap, code) => {
    expect(uploadLineOf(tap as Tap)).toMatchObject({ ok: false, code })
  })

  const line = lineOf(debitTap())
  const object = (tag: number, ...value: number[]) => ({ tag, value: Uint8Array.from(value) })
  test.each([
    ['channel', { channel: '03' }, 'tunion.unknown-channel'],
    ['merchant category', { mcc: '4111' }, 'tunion.disagrees'],
    ['transaction type', { txType: '8401' }, 'tunion.unknown-type'],
    ['organisation', { cardOrganisation: '09' }, 'tunion.unknown-type'],
    ['serial', { acquirerSerial: '999999999999' }, 'tunion.does-not-fit'],
    ['terminal serial', { terminalSerial: '9999999999' }, 'tunion.does-not-fit'],
    ['balance', { balanceBeforeFen: 199 }, 'tunion.disagrees'],
    ['counter 0', { counter: 0 }, 'tunion.does-not-fit'],
    ['card', { card: '310486' }, 'tunion.bad-code'],
    ['issuer', { issuer: '30000002' }, 'tunion.disagrees'],
    ['operator', { acquirer: '2158' }, 'tunion.does-not-fit'],
    ['no objects', { objects: [] }, 'tunion.missing-object'],
    ['unknown object', { objects: [...line.objects, object(0xdf7f, 1)] }, 'tunion.unknown-object'],
    ['object of zeros', { objects: [...line.objects, object(0xdf0b, 0, 0)] }, 'tunion.bad-tlv'],
    ['object too long', { objects: [...line.objects, object(0xdf0b, 0, 0, 1)] }, 'tunion.bad-tlv'],
    [
      'unknown kind',
      { objects: [object(0xdf01, 0x7e), ...line.objects.slice(1)] },
      'tunion.unknown-type',
    ],
    [
      'kind without money',
      { objects: [object(0xdf01, TAP_KINDS.passed), ...line.objects.slice(1)] },
      'tunion.unknown-type',
    ],
  ] satisfies [string, Partial<UploadLine>, string][])('%s', (_name, change, code) => {
    expect(tapOfUploadLine({ ...line, ...change })).toMatchObject({ ok: false, code })
  })
})

test('the charge of a line: its one debit, whole', () => {
  const tap = debitTap({ entry: { city: '5810', line: 12, station: 1, at: AT - 600_000 } })
  const charge = chargeOfUpload(tap, 5)
  expect(chargeId(charge)).toBe('21580001-5')
  expect(charge).toMatchObject({
    tapDay: DAY,
    startAt: AT - 600_000,
    from: 1,
    to: 3,
    amountFen: 200,
  })
  expect(parseCharge(encodeCharge(charge))).toEqual(charge)
})
