import { canonicalJson, UnifareError } from '@unifare/core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseTripNotice, type TripNotice } from './index.ts'

const END = { at: Date.UTC(2026, 10, 21, 1), terminal: '413100000001', line: 1, station: 3 }
const NOTICE: TripNotice = {
  journey: '413100000001-17',
  version: 2,
  operator: '15215211',
  division: '420100',
  mode: 'metro',
  medium: 'code',
  issuer: '01011000',
  account: '3104310150000000005',
  state: 'charged',
  reason: null,
  entry: END,
  exit: { ...END, at: END.at + 600_000, station: 9 },
  amountFen: 360,
  parts: [
    { rule: 'ladder', amountFen: 400, zh: '里程计价', en: 'by distance' },
    { rule: 'member', amountFen: -40, zh: '九折', en: '10 % off' },
  ],
  charge: '15215211-8',
  at: END.at + 660_000,
}
/** The same journey without an exit, whose rider may state one. */
const LONE = {
  ...NOTICE,
  exit: null,
  missing: {
    end: 'exit',
    until: END.at + 86_400_000,
    yearly: 12,
    stated: { at: END.at + 3_600_000, line: 1, station: 9, refused: 'fares.statement-too-fast' },
  },
} as const
const malformed = expect.objectContaining({ code: 'trip.malformed' })

describe('a trip notice', () => {
  test('comes out of an order as it went in, without what is not its own', () => {
    const order = JSON.parse(canonicalJson({ do: 'trip', nonce: 'x', ...NOTICE }))
    expect(parseTripNotice(order)).toEqual(NOTICE)
  })

  test('names what it corrects, and what that asked for', () => {
    const corrected = { ...NOTICE, corrects: { charge: '15215211-7', amountFen: 600 } }
    expect(parseTripNotice(corrected)).toEqual(corrected)
    for (const corrects of [null, 7, { charge: 'x', amountFen: 1 }, { charge: '1-1' }]) {
      expect(() => parseTripNotice({ ...NOTICE, corrects })).toThrow(malformed)
    }
  })

  test("says what is missing, and what became of the rider's word for it", () => {
    expect(parseTripNotice(LONE)).toEqual(LONE)
    const silent = {
      ...LONE,
      missing: { ...LONE.missing, until: null, yearly: null, stated: null },
    }
    expect(parseTripNotice(silent)).toEqual(silent)
  })

  test.each([...Object.keys(LONE.missing), ...Object.keys(LONE.missing.stated)])(
    'whose missing end has nonsense for %s is refused',
    (name) => {
      const { missing } = LONE
      const { stated } = missing
      const spoilt =
        name in stated
          ? { ...missing, stated: { ...stated, [name]: { x: 1 } } }
          : { ...missing, [name]: 'x' }
      expect(() => parseTripNotice({ ...LONE, missing: spoilt })).toThrow(malformed)
      expect(() => parseTripNotice({ ...LONE, missing: null })).toThrow(malformed)
    },
  )

  test('of an open journey knows neither amount nor exit', () => {
    const open = { ...NOTICE, state: 'at-gate', exit: null, amountFen: null, parts: [] }
    expect(parseTripNotice({ ...open, charge: null })).toMatchObject({ exit: null, charge: null })
  })

  test('whose parts do not sum to its amount is refused', () => {
    expect(() => parseTripNotice({ ...NOTICE, amountFen: 361 })).toThrow(malformed)
  })

  test.each(Object.keys(NOTICE))('without its %s, or with nonsense there, is refused', (name) => {
    expect(() => parseTripNotice({ ...NOTICE, [name]: undefined })).toThrow(malformed)
    expect(() => parseTripNotice({ ...NOTICE, [name]: { x: 1 } })).toThrow(malformed)
  })

  test('nothing else that JSON can say is taken or thrown at the reader', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (json) => {
        expect(() => parseTripNotice(json)).toThrow(UnifareError)
      }),
    )
  })
})
