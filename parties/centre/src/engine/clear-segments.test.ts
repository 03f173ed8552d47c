import { encodeCharge, encodeTap, type Tap } from '@unifare/tap'
import { describe, expect, test } from 'vitest'
import {
  accepts,
  CARD,
  CENTRE,
  cardTap,
  chargeOf,
  ISSUER,
  ISSUERS,
  OPERATOR,
  OPERATORS,
} from '../clearing.fixture.ts'
import type { OrderMove } from '../order-moves.ts'
import {
  clearDaysOnColumns,
  clearDaysOnObjects,
  type DayIntake,
  type DaysOptions,
  outcomesOf,
} from './days.fixture.ts'

const NEXT_DAY = '2026-11-21'

/** Clears days both ways, and expects the same of both. */
async function both(days: readonly DayIntake[], options: DaysOptions = {}) {
  const columns = await clearDaysOnColumns(days, options)
  expect(outcomesOf(columns)).toEqual(await clearDaysOnObjects(days, options))
  return columns
}

describe('orders on columns', () => {
  const [, , agent] = OPERATORS
  const orders: OrderMove[] = [
    { issuer: ISSUER, order: 'load-0001', kind: 'load', agent, amountFen: 5_000 },
    { issuer: ISSUERS[1], order: 'refund-01', kind: 'refund', agent: OPERATOR, amountFen: 1_234 },
  ]

  test('stand in the positions with the charges, also of members that have no charge', async () => {
    const tap = await cardTap()
    const day = { taps: [{ tap, held: 0 }], charges: [chargeOf([tap])], orders }
    const [outcome] = await both([day])
    expect(outcome?.positions.find(({ id }) => id === agent)).toEqual({
      id: agent,
      receivableFen: 0,
      payableFen: 5_000,
      netFen: -5_000,
    })
    expect(outcome?.cleared.money.positions.map(({ id }) => id)).toEqual([CENTRE, ISSUER, OPERATOR])
  })

  test('stand under the root', async () => {
    const roots = []
    for (const some of [[], orders, orders.toReversed()]) {
      const [outcome] = await clearDaysOnColumns([{ orders: some }])
      roots.push(outcome?.cleared.root)
    }
    expect(new Set(roots).size).toBe(3)
  })
})

describe('what earlier days delivered', () => {
  test('is known on later ones: a charge of another rider is foreign, of nobody missing', async () => {
    const tap = await cardTap()
    const other = { ...tap, account: '3120000001000000025' }
    const delivered = { taps: [{ tap, held: 0 }] }
    const asked = {
      day: NEXT_DAY,
      charges: [
        chargeOf([other], { number: 1 }),
        chargeOf([{ ...tap, sequence: 2 }], { number: 2 }),
      ],
    }
    const outcomes = await both([delivered, asked])
    expect(outcomes[1]?.verdicts).toEqual({
      [`${OPERATOR}-1`]: 'tap.foreign',
      [`${OPERATOR}-2`]: 'tap.missing',
    })
  })

  test('counts under the deny list that its terminal held when it came first', async () => {
    const tap = await cardTap()
    const denied = [
      { issuer: ISSUER, account: CARD, medium: 'card' as const, version: 1, until: 0 },
    ]
    const once = { tap, held: 0 }
    const again = { tap, held: 1 }
    const charges = [chargeOf([tap])]
    for (const days of [
      [{ taps: [once, again], charges }],
      [{ taps: [again, once], charges }],
      [{ taps: [once] }, { day: NEXT_DAY, taps: [again], charges }],
      [{ taps: [again] }, { day: NEXT_DAY, taps: [once], charges }],
    ]) {
      const outcomes = await both(days, { denied })
      const isFirst = days[0]?.taps[0] === once
      expect(Object.values(outcomes.at(-1)?.verdicts ?? {})).toEqual([
        isFirst ? 'normal' : 'deny.listed',
      ])
    }
  })

  test('and did not settle waits for another charge, as what no charge named', async () => {
    const taps = [await cardTap(), await cardTap({ sequence: 2, serial: 2, counter: 2 })]
    const [first, second] = taps as [Tap, Tap]
    const refused = [
      chargeOf([first], { number: 1, endAt: 0 }),
      // The second tap of a charge whose first one was charged before.
      chargeOf([first, second], { number: 2, amountFen: 400 }),
    ]
    const acceptance = { rows: [accepts({ from: first.at })] }
    const held = taps.map((tap) => ({ tap, held: 0 }))
    const again = [chargeOf([first], { number: 3 }), chargeOf([second], { number: 4 })]
    const days = [
      { taps: held, charges: refused, acceptance },
      { day: NEXT_DAY, charges: again, acceptance },
    ]
    const [one, two] = await both(days)
    expect(Object.values(one?.verdicts ?? {})).toEqual(['acceptance.none', 'normal'])
    expect(Object.values(two?.verdicts ?? {})).toEqual(['tap.charged', 'tap.charged'])
    const [, other] = await both([
      { taps: held, charges: refused.slice(0, 1), acceptance },
      { day: NEXT_DAY, charges: again, acceptance },
    ])
    expect(Object.values(other?.verdicts ?? {})).toEqual(['normal', 'normal'])
  })
})

describe('records that came by file', () => {
  test('are cleared like all others, under the deny list that their terminal held', async () => {
    const taps = [await cardTap(), await cardTap({ sequence: 2, serial: 2, counter: 2 })]
    const files = {
      taps: taps.map((tap, i) => ({ ...tap, denyVersion: i, raw: encodeTap(tap) })),
      charges: taps.map((tap, i) => encodeCharge(chargeOf([tap], { number: i + 1 }))),
    }
    const denied = [
      { issuer: ISSUER, account: CARD, medium: 'card' as const, version: 1, until: 0 },
    ]
    const [outcome] = await both([{ files }], { denied })
    expect(outcome?.verdicts).toEqual({
      [`${OPERATOR}-1`]: 'normal',
      [`${OPERATOR}-2`]: 'deny.listed',
    })
  })
})

describe('a purchase that was paid out', () => {
  test('settles under no charge any more; the purchases beside it do', async () => {
    const taps = [await cardTap(), await cardTap({ sequence: 2, serial: 2, counter: 2 })]
    const charges = taps.map((tap, i) => chargeOf([tap], { number: i + 1 }))
    const held = taps.map((tap) => ({ tap, held: 0 }))
    const refunded = [{ issuer: ISSUER, account: CARD, counter: 1 }]
    const [, outcome] = await both([{ refunded }, { day: NEXT_DAY, taps: held, charges, refunded }])
    expect(outcome?.verdicts).toEqual({
      [`${OPERATOR}-1`]: 'tap.conflict',
      [`${OPERATOR}-2`]: 'normal',
    })
  })
})
