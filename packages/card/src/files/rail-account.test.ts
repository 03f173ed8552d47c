import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { shanghaiRailTail } from './city-tails.ts'
import {
  type RailAccount,
  railAccountBytes,
  readRailAccount,
  takesRailAccount,
} from './rail-account.ts'

const account = fc.record({
  operator: fc.integer({ min: 0, max: 99_999_999 }).map((id) => String(id).padStart(8, '0')),
  month: fc.integer({ min: 202_601, max: 209_912 }).map(String),
  trips: fc.nat(0xffff),
  paidFen: fc.nat(0xffffffff),
  baseFen: fc.nat(0xffffffff),
})
const KEPT: RailAccount = {
  operator: '11011002',
  month: '202611',
  trips: 31,
  paidFen: 15_300,
  baseFen: 16_100,
}

describe('the month of a rider in the reserved bytes of record 2701', () => {
  test('is read as it was written', () => {
    fc.assert(
      fc.property(account, (kept) => {
        const reserved = railAccountBytes(kept)
        expect(reserved).toHaveLength(29)
        expect(readRailAccount({ reserved })).toEqual(kept)
        expect(takesRailAccount({ reserved })).toBe(true)
      }),
    )
  })

  test('no changed bit is taken for an account', () => {
    const reserved = railAccountBytes(KEPT)
    for (let bit = 0; bit < reserved.length * 8; bit++) {
      const changed = reserved.slice()
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      expect(readRailAccount({ reserved: changed }), `bit ${bit}`).toBeNull()
      expect(takesRailAccount({ reserved: changed })).toBe(false)
    }
  })

  test('empty bytes take one; the bytes of Shanghai stay alone', () => {
    const empty = new Uint8Array(29)
    expect([readRailAccount({ reserved: empty }), takesRailAccount({ reserved: empty })]).toEqual([
      null,
      true,
    ])
    const shanghai = shanghaiRailTail
      .encode({ lastTime: '20261120080000', sum: 7_100, count: 14, inside: '66' })
      .subarray(99)
    expect(takesRailAccount({ reserved: shanghai })).toBe(false)
  })

  test('what does not fit is refused', () => {
    expect(() => railAccountBytes({ ...KEPT, trips: 0x1_0000 })).toThrow(
      expect.objectContaining({ code: 'card.bad-field' }),
    )
  })
})
