import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { deliveryId, mediumId, parseTapId, tapId } from './index.ts'
import { cardTap, codeTap, refusedTap } from './wire.fixture.ts'

describe('names of a tap', () => {
  test('where money can move it is the medium, else the delivery', () => {
    expect(tapId(cardTap())).toBe('card-30000001-3104860000000000017-41')
    expect(tapId(codeTap())).toBe('code-30000001-3104860000000000017-1795221000')
    expect(tapId(refusedTap())).toBe('440100000001-9')
    expect(tapId(cardTap({ kind: 'passed' }))).toBe('440100000001-7')
  })

  test('another delivery of the same presentation has the same name', () => {
    const again = cardTap({ terminal: '440100000002', sequence: 900 })
    expect(mediumId(again)).toBe(mediumId(cardTap()))
    expect(deliveryId(again)).not.toBe(deliveryId(cardTap()))
  })

  test('both forms are read back', () => {
    for (const tap of [cardTap(), codeTap()]) {
      expect(parseTapId(tapId(tap))).toEqual({ id: tapId(tap), form: 'medium' })
    }
    expect(parseTapId('440100000001-9')).toEqual({ id: '440100000001-9', form: 'delivery' })
  })

  test.each([
    '',
    'card',
    'card-3000001-3104860000000000017-41',
    'card-30000001-310486000000000001-41',
    'cash-30000001-3104860000000000017-41',
    'card-30000001-3104860000000000017-',
    'card-30000001-3104860000000000017-12345678901',
    '44010000000-9',
    '440100000001-x',
    ' 440100000001-9',
    '440100000001-9\n',
  ])('%j is no name; the message says what is', (text) => {
    expect(() => parseTapId(text)).toThrow(
      expect.objectContaining({
        code: 'tap.bad-field',
        message: expect.stringContaining('card-<issuer>-<number>-<counter>'),
      }),
    )
  })

  test('no other text is understood', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        fc.pre(!/^\d{12}-\d+$/.test(text))
        expect(() => parseTapId(text)).toThrow(expect.objectContaining({ code: 'tap.bad-field' }))
      }),
    )
  })
})
