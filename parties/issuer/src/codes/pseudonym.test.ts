import { utf8 } from '@unifare/core'
import { sha256 } from '@unifare/crypto'
import { checkCardNumber } from '@unifare/registry'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { FIRST_CODE_SERIAL } from '../accounts.ts'
import { FIRST_PSEUDONYM_SERIAL, pseudonymOf, pseudonymSerial } from './pseudonym.ts'

const SECRET = sha256(utf8('an issuer'))
const IIN = '31900007'

describe('the numbers of pseudonyms', () => {
  test('are card accounts with a check digit, in a range of their own', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 3_999_999_999 }), (count) => {
        const serial = pseudonymSerial(SECRET, count)
        expect(serial).toBeGreaterThanOrEqual(FIRST_PSEUDONYM_SERIAL)
        expect(serial).toBeLessThan(10_000_000_000)
        const { number, paymentAccount } = pseudonymOf(SECRET, { iin: IIN, count })
        expect(checkCardNumber(number)).toMatchObject({ ok: true, iin: IIN, luhn: 'valid' })
        expect(paymentAccount).toMatch(/^[0-9]{16}$/)
      }),
      { numRuns: 50 },
    )
    expect(FIRST_CODE_SERIAL).toBeLessThan(FIRST_PSEUDONYM_SERIAL)
  })

  test('are never the same, for every two counts', () => {
    const serials = Array.from({ length: 3_000 }, (_, count) => pseudonymSerial(SECRET, count))
    expect(new Set(serials).size).toBe(serials.length)
  })

  test('say nothing of their order, and are others under another secret', () => {
    const serials = Array.from({ length: 400 }, (_, count) => pseudonymSerial(SECRET, count))
    const rises = serials.filter((serial, at) => at > 0 && serial > (serials[at - 1] ?? 0)).length
    expect(rises).toBeGreaterThan(150)
    expect(rises).toBeLessThan(250)
    expect(pseudonymSerial(sha256(SECRET), 0)).not.toBe(serials[0])
  })

  test('end: a count out of the range is a mistake of the caller', () => {
    for (const count of [-1, 0.5, 4_000_000_000]) {
      expect(() => pseudonymSerial(SECRET, count)).toThrow(TypeError)
    }
  })
})
