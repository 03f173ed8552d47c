import { fromHex, toHex, UnifareError } from '@unifare/core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import golden from '../vectors/taps-1.json' with { type: 'json' }
import {
  encodeTap,
  isTest,
  MEDIA,
  MODES,
  MONEY_KINDS,
  parseTap,
  REASONS,
  reasonOf,
  TAP_KINDS,
  type Tap,
  type TapKind,
  tapErrors,
  tapLength,
  tapToJson,
} from './index.ts'
import {
  ACCOUNT,
  AT,
  cardTap,
  codeTap,
  futureKind,
  futureRecord,
  refusedTap,
} from './wire.fixture.ts'

const refused = (code: string) => expect.objectContaining({ code })

describe('golden bytes of version 1', () => {
  test.each(golden.taps)('$name', ({ hex, view }) => {
    const tap = parseTap(fromHex(hex))
    expect(tapToJson(tap)).toEqual(view)
    expect(toHex(encodeTap(tap))).toBe(hex)
  })

  test('the head stands where the table of the README says', () => {
    const hex = toHex(encodeTap(cardTap({ entry: { city: '4401', line: 1, station: 2, at: AT } })))
    const field = (offset: number, length: number) => hex.slice(2 * offset, 2 * (offset + length))
    expect(hex.length).toBe(2 * (128 + 2 + 60))
    expect([field(0, 1), field(1, 1), field(2, 2)]).toEqual(['01', '01', '00BE'])
    expect([field(4, 6), field(10, 4)]).toEqual(['440100000001', '00000007'])
    expect([field(14, 6), field(20, 1), field(21, 1)]).toEqual(['01A1FB671800', '03', '02'])
    expect([field(22, 4), field(26, 2), field(28, 2)]).toEqual(['21580001', '5810', '000C'])
    expect([field(30, 2), field(32, 8)]).toEqual(['0003', '412D313233340000'])
    expect([field(40, 1), field(41, 1), field(42, 4)]).toEqual(['01', '00', '30000001'])
    expect([field(46, 10), field(56, 4)]).toEqual([`${ACCOUNT}F`, '00000029'])
    expect([field(60, 4), field(64, 4)]).toEqual(['000000C8', '000012C0'])
    expect([field(68, 5), field(74, 2)]).toEqual(['0103010204', '0000'])
    expect([field(76, 4), field(80, 4)]).toEqual(['00000000', '00000005'])
    expect([field(84, 6), field(90, 6)]).toEqual(['440100010002', '01A1FB671800'])
    expect([field(96, 4), field(100, 4), field(104, 4)]).toEqual([
      '00000000',
      '00000000',
      '00000063',
    ])
    expect([field(73, 1), field(108, 20)]).toEqual(['00', '00'.repeat(20)])
    expect(field(128, 4)).toBe('003C0001')
  })
})

const u32 = fc.integer({ min: 0, max: 0xffff_ffff })
const u16 = fc.integer({ min: 0, max: 0xffff })
const u8 = fc.integer({ min: 0, max: 0xff })
const instant = fc.integer({ min: 1, max: 2 ** 48 - 1 })
const digits = (length: number) =>
  fc.stringMatching(new RegExp(`^[0-9]{${length}}$`), { size: 'max' })
const keysOf = <T extends object>(table: T) =>
  fc.constantFrom(...(Object.keys(table) as (keyof T)[]))
const anyTap: fc.Arbitrary<Tap> = fc
  .record({
    version: fc.constant(1),
    kind: keysOf(TAP_KINDS),
    terminal: digits(12),
    sequence: u32,
    at: instant,
    timeQuality: fc.constantFrom('unknown', 'free-running', 'synced-10s', 'synced-2s'),
    mode: keysOf(MODES),
    operator: digits(8),
    city: digits(4),
    line: u16,
    station: u16,
    vehicle: fc.stringMatching(/^[A-Z0-9-]{0,8}$/),
    medium: keysOf(MEDIA),
    issuer: digits(8),
    account: digits(19),
    counter: u32,
    amountFen: u32,
    balanceFen: u32,
    key: fc.record({ scheme: u8, use: u8, index: u8, version: u8, algorithm: u8 }),
    flags: u8,
    reason: u16,
    refersTo: u32,
    tariffVersion: u32,
    entry: fc.option(fc.record({ city: digits(4), line: u16, station: u16, at: instant })),
    distanceM: u32,
    durationS: u32,
    serial: u32,
    evidence: fc.uint8Array({ maxLength: 512 }),
  })
  .map((tap) => ({ ...tap, amountFen: tap.medium === 'card' ? tap.amountFen : 0 }) as Tap)

describe('round trips', () => {
  test('every tap comes back, and its bytes too', () => {
    fc.assert(
      fc.property(anyTap, (tap) => {
        const bytes = encodeTap(tap)
        expect(parseTap(bytes)).toEqual(tap)
        expect(encodeTap(parseTap(bytes))).toEqual(bytes)
        expect(tapLength(bytes)).toBe(bytes.length)
      }),
    )
  })

  test('bytes that are no tap are refused with a code of the table, never otherwise', () => {
    const mutated = fc
      .tuple(anyTap, fc.nat(), u8, fc.nat({ max: 40 }))
      .map(([tap, at, value, cut]) => {
        const bytes = encodeTap(tap)
        bytes[at % bytes.length] = value
        return bytes.subarray(0, bytes.length - (cut > 20 ? cut : 0))
      })
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 700 }), mutated), (bytes) => {
        try {
          expect(parseTap(bytes)).toBeDefined()
        } catch (error) {
          expect(error).toBeInstanceOf(UnifareError)
          expect(Object.keys(tapErrors)).toContain((error as UnifareError).code)
        }
      }),
      { numRuns: 500 },
    )
  })
})

describe('sizes', () => {
  test('evidence of 512 bytes is taken, 513 are refused, written and read', () => {
    const most = encodeTap(cardTap({ evidence: new Uint8Array(512) }))
    expect(most.length).toBe(128 + 2 + 512)
    expect(parseTap(most).evidence.length).toBe(512)
    const tooMuch = { ...cardTap(), evidence: new Uint8Array(513) }
    expect(() => encodeTap(tooMuch)).toThrow(refused('tap.bad-field'))
    const forged = new Uint8Array(128 + 2 + 513)
    forged.set(most)
    forged.set([(643 >> 8) & 255, 643 & 255], 2)
    forged.set([513 >> 8, 513 & 255], 128)
    expect(() => parseTap(forged)).toThrow(refused('tap.bad-length'))
  })

  test('a head without room for the evidence length is too short', () => {
    const bytes = encodeTap(refusedTap())
    expect(bytes.length).toBe(130)
    const short = bytes.slice(0, 129)
    short[3] = 129
    expect(() => parseTap(short)).toThrow(refused('tap.too-short'))
    expect(() => parseTap(bytes.subarray(0, 3))).toThrow(refused('tap.too-short'))
  })

  test('a length field that does not fit is refused', () => {
    const bytes = encodeTap(cardTap())
    expect(() => parseTap(bytes.subarray(0, -1))).toThrow(refused('tap.bad-length'))
    expect(() => parseTap(Uint8Array.of(...bytes, 0))).toThrow(refused('tap.bad-length'))
    bytes[129] = 59
    expect(() => parseTap(bytes)).toThrow(refused('tap.bad-length'))
  })
})

describe('records of the future', () => {
  test('an unknown version and an unknown kind have codes of their own', () => {
    expect(() => parseTap(futureRecord())).toThrow(refused('tap.unknown-version'))
    expect(() => parseTap(futureKind())).toThrow(refused('tap.unknown-kind'))
    expect(tapLength(futureRecord())).toBe(24)
  })

  test('reserved bytes are ignored: whoever forwards a record forwards its bytes', () => {
    const bytes = encodeTap(cardTap())
    const later = bytes.slice()
    for (const at of [108, 115, 116, 127]) later[at] = 0x5a
    expect(parseTap(later)).toEqual(parseTap(bytes))
    expect(encodeTap(parseTap(later))).toEqual(bytes)
    expect(bytes).not.toEqual(later)
  })

  test('the kind of a holder stands in byte 73; nothing is told of an ordinary one', () => {
    const student = cardTap({ holderKind: 2 })
    const bytes = encodeTap(student)
    expect(bytes[73]).toBe(2)
    expect(parseTap(bytes)).toEqual(student)
    expect('holderKind' in parseTap(encodeTap(cardTap()))).toBe(false)
    expect(() => encodeTap(cardTap({ holderKind: 256 }))).toThrow(refused('tap.bad-field'))
  })

  test('unknown flags and reasons are kept as numbers', () => {
    const tap = parseTap(encodeTap(cardTap({ flags: 0xf0, reason: 9_999 })))
    expect([tap.flags, tap.reason]).toEqual([0xf0, 9_999])
    expect(tapToJson(tap)['reason']).toBe(9_999)
  })
})

describe('fields', () => {
  test.each<[string, Partial<Tap>]>([
    ['a terminal of 11 digits', { terminal: '44010000000' }],
    ['an operator of 7 digits', { operator: '2158000' }],
    ['a city of 3 digits', { city: '581' }],
    ['an issuer of 7 digits', { issuer: '3000000' }],
    ['letters in an account', { account: '310486000000000001X' }],
    ['an account of 20 digits', { account: '31048600000000000170' }],
    ['a purchase without an account', { account: '' }],
    ['a purchase without an issuer', { issuer: '' }],
    ['a vehicle with a zero byte', { vehicle: 'A\0B' }],
    ['a vehicle with a blank at its end', { vehicle: 'A ' }],
    ['a vehicle of 9 letters', { vehicle: 'ABCDEFGHI' }],
    ['a vehicle in Chinese', { vehicle: '粤A1' }],
    ['an entry without a time', { entry: { city: '5810', line: 1, station: 1, at: 0 } }],
    ['a negative amount', { amountFen: -1 }],
    ['half a fen', { amountFen: 0.5 }],
    ['an amount beyond four bytes', { amountFen: 2 ** 32 }],
    ['a code that is debited', { medium: 'code' }],
    ['an unknown mode', { mode: 'rocket' as never }],
    ['an unknown time quality', { timeQuality: 'perfect' as never }],
  ])('%s is not written', (_, change) => {
    expect(() => encodeTap(cardTap(change))).toThrow(refused('tap.bad-field'))
  })

  test.each([
    ['time quality', 20, 4],
    ['mode', 21, 0x7f],
    ['medium', 40, 3],
    ['half a digit', 4, 0xa1],
    ['a zero byte in the vehicle', 33, 0],
    ['a byte beyond ASCII in the vehicle', 33, 0xc3],
  ])('%s is not read', (_, at, value) => {
    const bytes = encodeTap(cardTap())
    bytes[at] = value
    expect(() => parseTap(bytes)).toThrow(refused('tap.bad-field'))
  })

  test('a refusal may be without issuer and account, or with a foreign card', () => {
    expect(parseTap(encodeTap(refusedTap())).account).toBe('')
    const foreign = refusedTap({ medium: 'card', account: '6225880123456789' })
    expect(parseTap(encodeTap(foreign)).account).toBe('6225880123456789')
  })

  test('the evidence that was read is a copy', () => {
    const bytes = encodeTap(codeTap())
    const { evidence } = parseTap(bytes)
    bytes.fill(0)
    expect(evidence).toEqual(codeTap().evidence)
  })

  test('kinds, modes and media have one number each, and the numbers are for ever', () => {
    expect(TAP_KINDS).toMatchObject({ purchase: 1, entry: 2, exit: 3, load: 4, refused: 0x14 })
    for (const codes of [TAP_KINDS, MODES, MEDIA]) {
      expect(new Set(Object.values(codes)).size).toBe(Object.keys(codes).length)
    }
    const numbers = Object.values(REASONS).map(({ number }) => number)
    expect(numbers).toEqual(numbers.map((_, index) => index + 1))
    expect(reasonOf(3)).toBe('acceptance.not-listed')
    expect(reasonOf(0)).toBeUndefined()
  })

  test('test taps are told apart, gate events move no money', () => {
    expect([isTest(cardTap({ flags: 1 })), isTest(cardTap({ flags: 6 }))]).toEqual([true, false])
    const gate: TapKind[] = ['accepted', 'released', 'passed', 'timed-out', 'refused', 'pending']
    expect(gate.some((kind) => MONEY_KINDS.has(kind))).toBe(false)
  })
})
