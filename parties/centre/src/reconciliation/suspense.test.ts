import { sumFen } from '@unifare/core'
import { EMPTY_LEDGER, post } from '@unifare/ledger'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { matchBank } from './bank-match.ts'
import { type Difference, differenceKey, doubtFen, isOverdue } from './difference.ts'
import { DIFFERENCE_KINDS, type DifferenceName } from './kinds.ts'
import { changeSuspense, type SuspenseItem } from './suspense.ts'

const all = () => true
const gap = (changes: Partial<Difference> = {}): Difference => ({
  kind: 'card.gap',
  subject: '20000001/3120000001000000017/5',
  leftFen: 800,
  rightFen: 1_000,
  since: '2026-11-20',
  member: '20000001',
  ...changes,
})
const KEY = differenceKey(gap())

/** Runs comparisons one after the other, as a centre does. */
function run(steps: readonly (readonly [day: string, found: readonly Difference[]])[]) {
  let items: ReadonlyMap<string, SuspenseItem> = new Map()
  let ledger = EMPTY_LEDGER
  for (const [day, found] of steps) {
    const change = changeSuspense(items, found, { day, looked: all })
    items = new Map([...items, ...change.items.map((item) => [differenceKey(item), item] as const)])
    ledger = post(ledger, change.entries)
  }
  return {
    items,
    ledger,
    suspenseFen: ledger.balances.get('suspense/reconciliation/card.gap') ?? 0,
  }
}

describe('an item of suspense', () => {
  it('opens on the day it is found, with its money, and closes when the other side comes', () => {
    const open = run([['2026-11-20', [gap()]]])
    expect(open.items.get(KEY)).toMatchObject({ openedOn: '2026-11-20', closedOn: '' })
    expect(open.suspenseFen).toBe(-200)
    const closed = run([
      ['2026-11-20', [gap()]],
      ['2026-11-21', []],
    ])
    expect(closed.items.get(KEY)).toMatchObject({ openedOn: '2026-11-20', closedOn: '2026-11-21' })
    expect(closed.suspenseFen).toBe(0)
  })

  it('follows an amount that changes, and opens anew when it comes back', () => {
    const changed = run([
      ['2026-11-20', [gap()]],
      ['2026-11-21', [gap({ leftFen: 900 })]],
    ])
    expect([changed.suspenseFen, changed.items.get(KEY)?.openedOn]).toEqual([-100, '2026-11-20'])
    const back = run([
      ['2026-11-20', [gap()]],
      ['2026-11-21', []],
      ['2026-11-22', [gap()]],
    ])
    expect([back.suspenseFen, back.items.get(KEY)?.openedOn]).toEqual([-200, '2026-11-22'])
  })

  it('is not changed by looking again, nor by a comparison that did not look there', () => {
    const once = run([['2026-11-20', [gap()]]])
    const again = changeSuspense(once.items, [gap(), gap()], { day: '2026-11-21', looked: all })
    expect(again).toEqual({ items: [], opened: [], closed: [], entries: [] })
    const elsewhere = changeSuspense(once.items, [], { day: '2026-11-21', looked: () => false })
    expect(elsewhere.closed).toEqual([])
    expect(changeSuspense(once.items, [], { day: '2026-11-19', looked: all }).closed).toEqual([])
  })

  it('is overdue when it stands longer than its kind should', () => {
    expect(isOverdue(gap(), '2026-12-20')).toBe(false)
    expect(isOverdue(gap(), '2026-12-21')).toBe(true)
  })

  it('holds exactly the money in doubt, whatever comes and goes', () => {
    const one = fc.record({
      kind: fc.constantFrom(...(Object.keys(DIFFERENCE_KINDS) as DifferenceName[])),
      subject: fc.constantFrom('a', 'b'),
      leftFen: fc.option(fc.integer({ min: -1000, max: 1000 })),
      rightFen: fc.option(fc.integer({ min: -1000, max: 1000 })),
      since: fc.constant('2026-11-20'),
      member: fc.constant(''),
    })
    fc.assert(
      fc.property(fc.array(fc.array(one, { maxLength: 6 }), { maxLength: 8 }), (days) => {
        const steps = days.map((found, index) => [`2026-12-0${index + 1}`, found] as const)
        const { items, ledger } = run(steps)
        expect(sumFen(ledger.balances.values())).toBe(0)
        for (const kind of Object.keys(DIFFERENCE_KINDS) as DifferenceName[]) {
          const open = [...items.values()].filter((item) => item.kind === kind && !item.closedOn)
          expect(ledger.balances.get(`suspense/reconciliation/${kind}`) ?? 0).toBe(
            sumFen(open.map(doubtFen)),
          )
        }
        const last = new Set((days.at(-1) ?? []).map(differenceKey))
        const open = [...items].filter(([, item]) => item.closedOn === '').map(([key]) => key)
        expect(new Set(open)).toEqual(last)
      }),
    )
  })
})

describe('a bank statement', () => {
  const CENTRE = '10000000'
  const payments = [
    { endToEnd: 'W-1', debtor: 'A', creditor: CENTRE, amountFen: 600, valueDate: '2026-11-23' },
    { endToEnd: 'W-2', debtor: CENTRE, creditor: 'B', amountFen: 500, valueDate: '2026-11-23' },
    { endToEnd: 'W-3', debtor: 'A', creditor: 'B', amountFen: 100, valueDate: '2026-11-23' },
  ]
  const line = (
    endToEnd: string,
    amountFen: number,
    counterparty: string,
    reference = endToEnd,
  ) => ({
    reference,
    endToEnd,
    bookedOn: '2026-11-23',
    valueOn: '2026-11-23',
    amountFen,
    counterparty,
  })
  const GOOD = [line('W-1', 600, 'A'), line('W-2', -500, 'B')]
  const found = (lines: typeof GOOD, day = '2026-11-23') =>
    matchBank({ holder: CENTRE, payments, lines, day }).map(({ kind, subject }) => [kind, subject])

  it('that tells what was instructed leaves nothing open', () => {
    expect(found(GOOD)).toEqual([])
  })

  it.each([
    ['leaves a payment out', GOOD.slice(1), [['bank.unpaid', 'W-1']]],
    ['tells a stranger', [...GOOD, line('', 5, 'C', 'X')], [['bank.unexpected', 'X']]],
    ['tells a fen less', [line('W-1', 599, 'A'), ...GOOD.slice(1)], [['bank.amount', 'W-1']]],
    ['turns the side', [line('W-1', -600, 'A'), ...GOOD.slice(1)], [['bank.amount', 'W-1']]],
    ['tells another payer', [line('W-1', 600, 'C'), ...GOOD.slice(1)], [['bank.party', 'W-1']]],
    ['tells it twice', [...GOOD, line('W-1', 600, 'A', 'Y')], [['bank.twice', 'W-1/Y']]],
  ])('that %s is named', (_, lines, expected) => {
    expect(found(lines)).toEqual(expected)
  })

  it('is not expected to tell a payment before its value date', () => {
    expect(found([], '2026-11-22')).toEqual([])
    expect(found([], '2026-11-23')).toHaveLength(2)
  })
})
