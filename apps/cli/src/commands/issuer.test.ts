import { expect, test } from 'vitest'
import { orderLine } from './issuer.ts'

const ORDER = {
  issuer: '05215210',
  order: 'order-0001',
  kind: 'load' as const,
  card: '3190000500000000012',
  amountFen: 2_500,
  state: 'AUTHORISED',
  at: Date.UTC(2026, 10, 20, 0, 30),
  doubtful: true,
  next: { en: 'being written', zh: '写卡中' },
}

test('an order on a line: doubt, time, card, amount, state, what happens next', () => {
  expect(orderLine(ORDER, 'zh')).toBe(
    '! 2026-11-20 08:30:00 05215210 3190000500000000012 load       25.00 CNY AUTHORISED 写卡中 (order-0001)',
  )
  expect(orderLine({ ...ORDER, doubtful: false }, 'en')).toMatch(/^ {2}2026.* being written \(/)
})
