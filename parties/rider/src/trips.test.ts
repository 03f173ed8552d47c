import { expect, test } from 'vitest'
import { type MissingEnd, mayClaimGate, mayStateStation, readRiderNews } from './index.ts'

test('a view of a rider is read as the issuer signed it', () => {
  const view = { at: 1, account: '3190000750000000000', trips: [], debts: [], more: 'later' }
  expect(readRiderNews(view)).toEqual(view)
})

test.each([null, 'text', {}, { at: 1, account: 'x', trips: {}, debts: [] }])(
  'what is no view of a rider is not read as one: %j',
  (json) => {
    expect(() => readRiderNews(json)).toThrow(
      expect.objectContaining({ code: 'wallet.foreign-answer' }),
    )
  },
)

test('a rider can say of a trip that the gate did not open: once, and not of a void one', () => {
  expect(mayClaimGate({ state: 'at-gate', gateClaimAt: null })).toBe(true)
  expect(mayClaimGate({ state: 'charged', gateClaimAt: null })).toBe(true)
  expect(mayClaimGate({ state: 'void', gateClaimAt: null })).toBe(false)
  expect(mayClaimGate({ state: 'at-gate', gateClaimAt: 1 })).toBe(false)
})

test('a rider can state a missing station in time, not too often, and once unless it was refused', () => {
  const missing: MissingEnd = { end: 'exit', until: 100, yearly: 3, used: 2, stated: null }
  const may = (change: Partial<MissingEnd>, now = 100) =>
    mayStateStation({ missing: { ...missing, ...change } }, now)
  expect(may({})).toBe(true)
  expect(may({}, 101)).toBe(false)
  expect(may({ used: 3 })).toBe(false)
  expect(may({ used: 99, yearly: null })).toBe(true)
  expect(may({ until: null })).toBe(false)
  const stated = { line: 1, station: 2, at: 9, refused: null }
  expect(may({ stated: { ...stated, state: 'waits' } })).toBe(false)
  expect(may({ stated: { ...stated, state: 'taken' } })).toBe(false)
  expect(may({ stated: { ...stated, state: 'refused' } })).toBe(true)
  expect(mayStateStation({ missing: null }, 0)).toBe(false)
})
