import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  chargeOf,
  checked,
  dayOf,
  ISSUER,
  ISSUERS,
  OPERATOR,
  OPERATORS,
  tapOf,
} from './clearing.fixture.ts'
import { clearDay } from './clearing.ts'
import type { OrderMove } from './order-moves.ts'
import { statementCsv, statementsOf } from './statement.ts'

const LOAD: OrderMove = {
  issuer: ISSUER,
  order: 'order-0001',
  kind: 'load',
  agent: OPERATOR,
  amountFen: 5_000,
}
const REFUND: OrderMove = { ...LOAD, order: 'order-0002', kind: 'refund', amountFen: 1_200 }

const tap = tapOf()
const dayWith = (orders: readonly OrderMove[]) => ({
  ...dayOf([chargeOf([tap])], [checked(tap)]),
  orders,
})

describe('orders in the day’s settlement', () => {
  test('an agent pays what it took for loads and receives what it paid out', () => {
    const [plain, cleared] = [clearDay(dayWith([])), clearDay(dayWith([LOAD, REFUND]))]
    const of = (day: typeof plain, member: string) => day.positions.find(({ id }) => id === member)
    const [agent, issuer] = [of(plain, OPERATOR), of(plain, ISSUER)]
    expect(of(cleared, OPERATOR)).toMatchObject({
      receivableFen: (agent?.receivableFen ?? 0) + 1_200,
      payableFen: (agent?.payableFen ?? 0) + 5_000,
    })
    expect(of(cleared, ISSUER)?.netFen).toBe((issuer?.netFen ?? 0) + 3_800)
    expect(cleared.root).not.toBe(plain.root)
    // They are booked when they come; the day's own entries hold its charges alone.
    expect(cleared.entries).toEqual(plain.entries)
  })

  test('stand on both statements, which equal their totals', () => {
    const cleared = clearDay(dayWith([LOAD, REFUND]))
    const statement = statementsOf(cleared, '10000000').find(({ member }) => member === OPERATOR)
    expect(statement?.orders).toEqual([
      { order: 'order-0001', kind: 'load', side: 'pay', counterparty: ISSUER, amountFen: 5_000 },
      {
        order: 'order-0002',
        kind: 'refund',
        side: 'receive',
        counterparty: ISSUER,
        amountFen: 1_200,
      },
    ])
    const rows = statement === undefined ? [] : statementCsv(statement).split('\r\n')
    expect(rows).toContainEqual(`load/order-0001,,normal,pay,${ISSUER},card,,,,,5000,,,,,,,`)
    expect(new Set(rows.slice(0, -1).map((row) => row.split(',').length)).size).toBe(1)
  })

  test('bring members in that had no charge, and nets sum to zero whatever moves', () => {
    const move = fc.record({
      issuer: fc.constantFrom(...ISSUERS),
      agent: fc.constantFrom(...OPERATORS),
      kind: fc.constantFrom('load' as const, 'refund' as const),
      order: fc.uuid(),
      amountFen: fc.nat(1_000_000),
    })
    fc.assert(
      fc.property(fc.array(move, { maxLength: 20 }), (orders) => {
        const cleared = clearDay(dayWith(orders))
        expect(cleared.positions.reduce((sum, { netFen }) => sum + netFen, 0)).toBe(0)
        const named = new Set(orders.flatMap(({ issuer, agent }) => [issuer, agent]))
        const ids = new Set(cleared.positions.map(({ id }) => id))
        expect([...named].filter((id) => !ids.has(id))).toEqual([])
        for (const { orders: own, position } of statementsOf(cleared, '10000000')) {
          const received = own.filter(({ side }) => side === 'receive')
          const sum = received.reduce((total, { amountFen }) => total + amountFen, 0)
          expect(position.receivableFen).toBeGreaterThanOrEqual(sum)
        }
      }),
      { numRuns: 50 },
    )
  })
})
