import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  ascii,
  bcd,
  compareBytes,
  concat,
  equalBytes,
  fromBcd,
  fromHex,
  fromUtf8,
  toHex,
  utf8,
  view,
} from './bytes.ts'
import { defineLayout } from './layout.ts'
import { feeMicroFen, fen, formatYuan, roundMicroFen, splitFen, sumFen } from './money.ts'
import { compareText } from './rows.ts'
import {
  businessDay,
  businessDayStart,
  instantFromDigits,
  nextDay,
  parseDay,
  shanghaiDay,
  shanghaiDigits,
} from './time.ts'

const refusal = (code: string) => expect.objectContaining({ code }) as Error
const bytes = fc.uint8Array()

describe('bytes', () => {
  it('read and print as upper-case hexadecimal', () => {
    expect(toHex(fromHex('a0 00\n0006 32'))).toBe('A000000632')
    fc.assert(fc.property(bytes, (value) => equalBytes(fromHex(toHex(value)), value)))
    for (const bad of ['0', '0G', '0x00']) {
      expect(() => fromHex(bad)).toThrow(refusal('bytes.bad-hex'))
    }
  })

  it('pack digits with F behind', () => {
    expect(toHex(bcd('310487002290000000', 10))).toBe('310487002290000000FF')
    expect(toHex(bcd('3104870022900000001', 10))).toBe('3104870022900000001F')
    expect(fromBcd(fromHex('3104870022900000001F'))).toBe('3104870022900000001')
    expect(() => bcd('12345', 2)).toThrow(refusal('bytes.bad-bcd'))
    expect(() => bcd('12A')).toThrow(refusal('bytes.bad-bcd'))
    expect(() => fromBcd(fromHex('1F2F'))).toThrow(refusal('bytes.bad-bcd'))
  })

  it('hold text', () => {
    expect(fromUtf8(utf8('乘车码'))).toBe('乘车码')
    expect(() => fromUtf8(fromHex('C3'))).toThrow(refusal('bytes.bad-utf8'))
    expect(toHex(ascii('TU'))).toBe('5455')
    expect(() => ascii('é')).toThrow(refusal('bytes.not-ascii'))
  })

  it('compare as Buffer.compare does', () => {
    fc.assert(
      fc.property(bytes, bytes, (a, b) => {
        expect(Math.sign(compareBytes(a, b))).toBe(Buffer.compare(a, b))
        expect(equalBytes(a, b)).toBe(Buffer.compare(a, b) === 0)
      }),
    )
  })

  it('join, and show through a view of their own part', () => {
    const joined = concat(Uint8Array.of(1), new Uint8Array(), Uint8Array.of(2, 3))
    expect(joined).toEqual(Uint8Array.of(1, 2, 3))
    expect(view(joined.subarray(1)).getUint16(0)).toBe(0x0203)
  })
})

describe('text', () => {
  it('compares by UTF-8 bytes', () => {
    const text = fc.string({ unit: 'binary' })
    fc.assert(
      fc.property(text, text, (a, b) => {
        expect(Math.sign(compareText(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)))
      }),
    )
    expect(compareText('\uffee', '\u{1f68c}')).toBeLessThan(0)
  })
})

describe('layout', () => {
  const layout = defineLayout(20, {
    kind: [0, 'u8'],
    serial: [2, 'u32'],
    time: [6, 'u48'],
    number: [12, 'digits', 3],
    tag: [15, 'ascii', 3],
    rest: [18, 'bytes', 2],
  })
  const values = {
    kind: 6,
    serial: 0xffff_ffff,
    time: 2 ** 48 - 1,
    number: '12345',
    tag: 'AB',
    rest: Uint8Array.of(1, 2),
  }

  it('puts fields at their offsets, big-endian, zeros between', () => {
    const encoded = layout.encode(values)
    expect(toHex(encoded)).toBe('0600FFFFFFFFFFFFFFFFFFFF12345F4142000102')
    expect(layout.decode(concat(encoded, Uint8Array.of(9)))).toEqual(values)
  })

  it('refuses what does not fit', () => {
    expect(() => layout.decode(new Uint8Array(19))).toThrow(refusal('layout.too-short'))
    const wrong = [{ kind: 256 }, { kind: -1 }, { kind: 0.5 }, { tag: 'ABCD' }]
    for (const change of wrong) {
      expect(() => layout.encode({ ...values, ...change })).toThrow(refusal('layout.out-of-range'))
    }
  })
})

describe('money', () => {
  it('is whole fen', () => {
    expect(sumFen([1, 2, -5])).toBe(-2)
    expect(() => fen(0.1)).toThrow(refusal('money.not-integer'))
    expect(() => sumFen([Number.MAX_SAFE_INTEGER, 1])).toThrow(refusal('money.not-integer'))
    expect([0, 5, -5, 1234, -100].map(formatYuan)).toEqual([
      '0.00',
      '0.05',
      '-0.05',
      '12.34',
      '-1.00',
    ])
  })

  it('rounds fees once, halves away from zero', () => {
    expect(feeMicroFen(200, 6000)).toBe(1_200_000n)
    const rounded = [499_999n, 500_000n, 1_499_999n, -499_999n, -500_000n].map(roundMicroFen)
    expect(rounded).toEqual([0, 1, 1, 0, -1])
  })

  it('splits without losing a fen, each part within one fen of its share', () => {
    expect(splitFen(100, [1, 1, 1])).toEqual([34, 33, 33])
    expect(splitFen(10, [1, 3, 0])).toEqual([3, 7, 0])
    const weights = fc
      .array(fc.nat(1000), { minLength: 1 })
      .filter((list) => list.some((w) => w > 0))
    fc.assert(
      fc.property(fc.nat(10 ** 9), weights, (amountFen, list) => {
        const parts = splitFen(amountFen, list)
        const total = list.reduce((sum, weight) => sum + weight, 0)
        expect(sumFen(parts)).toBe(amountFen)
        parts.forEach((part, index) => {
          expect(Math.abs(part - (amountFen * (list[index] ?? 0)) / total)).toBeLessThan(1)
        })
      }),
    )
  })
})

describe('time', () => {
  it('cuts the business day at 03:00 Asia/Shanghai', () => {
    const cut = instantFromDigits('20261121030000')
    expect(new Date(cut).toISOString()).toBe('2026-11-20T19:00:00.000Z')
    expect([businessDay(cut), businessDay(cut - 1)]).toEqual(['2026-11-21', '2026-11-20'])
    expect(businessDayStart('2026-11-21')).toBe(cut)
    expect(shanghaiDay(cut - 1)).toBe('2026-11-21')
    expect(businessDay(cut - 1, 0)).toBe('2026-11-21')
  })

  it('reads back the digits it prints', () => {
    const seconds = fc.integer({ min: 0, max: 4_102_444_800 })
    fc.assert(
      fc.property(seconds, (second) => {
        expect(instantFromDigits(shanghaiDigits(second * 1000))).toBe(second * 1000)
      }),
    )
    for (const bad of ['20260230000000', '20261121240000', '2026112103000', '2026112103000x']) {
      expect(() => instantFromDigits(bad)).toThrow(refusal('time.bad-digits'))
    }
  })

  it('counts days over months and leap years', () => {
    expect([nextDay('2026-12-31'), nextDay('2028-02-28')]).toEqual(['2027-01-01', '2028-02-29'])
    for (const bad of ['2026-02-29', '2026-13-01', '2026-1-1', '20260101']) {
      expect(() => parseDay(bad)).toThrow(refusal('time.bad-day'))
    }
  })
})
