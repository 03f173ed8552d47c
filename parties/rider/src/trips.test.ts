import { expect, test } from 'vitest'
import { mayClaimGate, readRiderNews } from './index.ts'

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
