import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CENTRE, chargeOf, DAY } from '../clearing.fixture.ts'
import type { ClearedCharge } from '../clearing.ts'
import { DEMONSTRATION_FEES, feeOf } from '../fees.ts'
import { netPositions } from '../netting.ts'
import { type OrderMove, withOrders } from '../order-moves.ts'
import { instructionsOf, sumPositions } from './instructions.ts'
import { checkModelRows, type ModelRow, modelOf, type SettlementModel } from './models.ts'
import { dayObligations, netsOf, type Obligation, pairSumsOf } from './obligations.ts'

const [A, B, C] = ['20000001', '20000002', '30000001']
const VALUE_DATE = '2026-11-23'

const row = (model: SettlementModel, one = 'any', other = 'any'): ModelRow => ({
  id: `${model}/${one}/${other}`,
  one,
  other,
  model,
  validFrom: '2026-01-01',
  validTo: null,
  source: 'ours',
})
const owe = (debtor: string, creditor: string, amountFen: number): Obligation => ({
  debtor,
  creditor,
  amountFen,
})
const positionsOf = (owed: readonly Obligation[]) =>
  [...netsOf(owed)].map(([id, netFen]) => ({ id, netFen }))

const TWO_DAYS = [
  { day: '2026-11-19', obligations: [owe(A, C, 700), owe(C, A, 200), owe(A, CENTRE, 3)] },
  { day: DAY, obligations: [owe(A, C, 100), owe(B, C, 50), owe(B, CENTRE, 2)] },
]
const WINDOW = {
  window: 'W202611-1',
  centre: CENTRE,
  days: TWO_DAYS,
  positions: positionsOf(TWO_DAYS.flatMap(({ obligations }) => obligations)),
}
const pay = (models: readonly ModelRow[]) =>
  instructionsOf(WINDOW, { models, valueDate: VALUE_DATE }).map(
    ({ debtor, creditor, amountFen, day }) => [debtor, creditor, amountFen, day],
  )

describe('the same two days', () => {
  it('are one payment a member when all is netted', () => {
    expect(pay([row('deferred-net')])).toEqual([
      [CENTRE, C, 650, ''],
      [A, CENTRE, 603, ''],
      [B, CENTRE, 52, ''],
    ])
  })

  it('are one payment a pair when pairs are netted', () => {
    expect(pay([row('bilateral-net')])).toEqual([
      [A, CENTRE, 3, ''],
      [A, C, 600, ''],
      [B, CENTRE, 2, ''],
      [B, C, 50, ''],
    ])
  })

  it('are paid each day and direction when nothing is netted', () => {
    expect(pay([row('gross')])).toEqual([
      [A, CENTRE, 3, '2026-11-19'],
      [A, C, 700, '2026-11-19'],
      [C, A, 200, '2026-11-19'],
      [A, C, 100, DAY],
      [B, CENTRE, 2, DAY],
      [B, C, 50, DAY],
    ])
  })

  it('are settled pair by pair where models differ', () => {
    expect(pay([row('deferred-net'), row('gross', C, A)])).toEqual([
      [CENTRE, C, 50, ''],
      [A, CENTRE, 3, ''],
      [B, CENTRE, 52, ''],
      [A, C, 700, '2026-11-19'],
      [C, A, 200, '2026-11-19'],
      [A, C, 100, DAY],
    ])
  })

  it('have payments with names that a bank can carry, and a value date', () => {
    const [first] = instructionsOf(WINDOW, { models: [row('gross')], valueDate: VALUE_DATE })
    expect(first).toMatchObject({ endToEnd: 'W202611-1-00001', valueDate: VALUE_DATE })
  })

  it('do not settle what is not their position', () => {
    const positions = WINDOW.positions.map((one) => ({ ...one, netFen: one.netFen + 1 }))
    const wrong = { ...WINDOW, positions }
    const make = () => instructionsOf(wrong, { models: [row('gross')], valueDate: VALUE_DATE })
    expect(make).toThrow(TypeError)
  })
})

describe('models', () => {
  it('are dated, and the row that names most wins', () => {
    const models = [
      { ...row('gross'), validTo: '2026-11-20' },
      { ...row('deferred-net'), validFrom: '2026-11-20' },
      row('bilateral-net', A),
      row('gross', A, C),
    ]
    checkModelRows(models)
    expect(modelOf(models, { debtor: B, creditor: C, day: '2026-11-19' })).toBe('gross')
    expect(modelOf(models, { debtor: B, creditor: C, day: DAY })).toBe('deferred-net')
    expect(modelOf(models, { debtor: B, creditor: A, day: DAY })).toBe('bilateral-net')
    expect(modelOf(models, { debtor: C, creditor: A, day: DAY })).toBe('gross')
  })

  it('contradict each other loudly', () => {
    const bad = expect.objectContaining({ code: 'window.bad-model' })
    expect(() => checkModelRows([row('gross', A, B), row('gross', B, A)])).toThrow(bad)
    // For the pair of both, neither would win.
    expect(() => checkModelRows([row('gross', A), row('bilateral-net', 'any', B)])).toThrow(bad)
    expect(() => modelOf([], { debtor: A, creditor: B, day: DAY })).toThrow(
      expect.objectContaining({ code: 'window.no-model' }),
    )
  })
})

const MEMBERS = ['20000001', '20000002', '30000001', '30000002'] as const
/** Any member may be on either side: an institution can be issuer and operator at once. */
const member = fc.constantFrom(...MEMBERS)
const clearedCharge = fc
  .record({
    issuer: member,
    operator: member,
    amountFen: fc.nat(5_000),
    wasFen: fc.option(fc.nat(5_000)),
  })
  .map(
    ({
      issuer,
      operator,
      amountFen,
      wasFen,
    }): Pick<ClearedCharge, 'charge' | 'fee' | 'reverses'> => {
      const charge = { ...chargeOf([]), issuer, operator, amountFen }
      const question = { mode: 'bus', acquirer: operator, issuer, day: DAY } as const
      const feeFor = (fen: number) => {
        const fee = feeOf(DEMONSTRATION_FEES, { ...question, amountFen: fen })
        if (fee === undefined) throw new TypeError('no fee row')
        return fee
      }
      const reverses =
        wasFen === null ? {} : { reverses: { charge: 'x', amountFen: wasFen, fee: feeFor(wasFen) } }
      return { charge, fee: feeFor(amountFen), ...reverses }
    },
  )
const move = fc
  .record({
    issuer: member,
    agent: member,
    amountFen: fc.integer({ min: 1, max: 9_000 }),
    kind: fc.constantFrom('load', 'refund'),
  })
  .map((one): OrderMove => ({ ...one, order: 'o' }))
const model = fc.constantFrom<SettlementModel>('gross', 'bilateral-net', 'deferred-net')

it('settles any days under any models to the positions, to the fen', () => {
  const anyDay = fc.record({
    charges: fc.array(clearedCharge),
    orders: fc.array(move, { maxLength: 4 }),
  })
  fc.assert(
    fc.property(fc.array(anyDay, { maxLength: 3 }), model, model, (days, all, some) => {
      const cleared = days.map(({ charges, orders }, index) => {
        const positions = withOrders(netPositions(charges, CENTRE).positions, orders)
        const pairs = pairSumsOf(charges)
        const obligations = dayObligations({ pairs, orders, positions, centre: CENTRE })
        return { day: `2026-11-0${index + 1}`, positions, obligations }
      })
      const positions = sumPositions(cleared.map((one) => one.positions))
      const models = [row(all), { ...row(some, A, C), id: 'pair' }]
      const money = { window: 'W1-1', centre: CENTRE, days: cleared, positions }
      const instructions = instructionsOf(money, { models, valueDate: VALUE_DATE })
      const nets = netsOf(instructions)
      for (const { id, netFen } of positions) expect([id, nets.get(id) ?? 0]).toEqual([id, netFen])
      for (const { amountFen, debtor, creditor } of instructions) {
        expect(amountFen).toBeGreaterThan(0)
        expect(debtor).not.toBe(creditor)
      }
      expect(new Set(instructions.map(({ endToEnd }) => endToEnd)).size).toBe(instructions.length)
    }),
  )
})
