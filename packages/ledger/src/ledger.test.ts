import { createMemoryRepository, sumFen } from '@unifare/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { account, type Entry } from './entry.ts'
import { EMPTY_LEDGER, post, trialBalance } from './ledger.ts'
import { balances, entriesOfDay, postEntries } from './store.ts'

const entry = (id: string, amounts: Record<string, number>, more: Partial<Entry> = {}): Entry => ({
  id,
  day: '2026-11-21',
  kind: 'settlement',
  postings: Object.entries(amounts).map(([path, amountFen]) => ({ account: path, amountFen })),
  refs: { root: 'AB' },
  textKey: 'ledger.settlement',
  ...more,
})

const ride = entry('day 1', {
  'member/02002900/position': -500,
  'member/01001000/position': 497,
  'centre/fees': 3,
})

/** Balanced entries with distinct ids over a few accounts. */
const entries = fc
  .array(
    fc.record({
      amounts: fc.array(fc.integer({ min: -(10 ** 12), max: 10 ** 12 }), {
        minLength: 1,
        maxLength: 6,
      }),
      first: fc.nat(4),
    }),
  )
  .map((list) =>
    list.map(({ amounts, first }, index) => {
      const postings = amounts.map((amountFen, i) => ({
        account: `a/${(first + i) % 5}`,
        amountFen,
      }))
      const rest = { account: 'suspense/rest', amountFen: 0 - sumFen(amounts) }
      return entry(`entry ${index}`, {}, { postings: [...postings, rest] })
    }),
  )

describe('post', () => {
  it('books an entry: who rode gives, who carried and the centre receive', () => {
    expect(trialBalance(post(EMPTY_LEDGER, [ride]).balances)).toEqual({
      rows: [
        { account: 'centre/fees', balanceFen: 3 },
        { account: 'member/01001000/position', balanceFen: 497 },
        { account: 'member/02002900/position', balanceFen: -500 },
      ],
      sumFen: 0,
    })
  })

  it.each([
    ['ledger.unbalanced', entry('x', { a: 5, b: -4 })],
    ['ledger.bad-entry', entry('x', { a: 0 })],
    ['ledger.bad-entry', entry('', { a: 5, b: -5 })],
    ['ledger.bad-entry', entry('x', { 'a//b': 5, b: -5 })],
    ['ledger.bad-entry', entry('x', { '/a': 5, b: -5 })],
    ['money.not-integer', entry('x', { a: 0.5, b: -0.5 })],
    ['time.bad-day', entry('x', { a: 5, b: -5 }, { day: '2026-02-30' })],
  ])('refuses with %s and books nothing', (code, bad) => {
    expect(() => post(EMPTY_LEDGER, [ride, bad])).toThrow(expect.objectContaining({ code }))
  })

  it('refuses an id with other content, and takes the same content as known', () => {
    const ledger = post(EMPTY_LEDGER, [ride])
    expect(post(ledger, [structuredClone(ride)])).toBe(ledger)
    for (const other of [
      { ...ride, day: '2026-11-22' },
      { ...ride, refs: { root: 'AC' } },
      entry('day 1', { 'centre/fees': -1, 'member/01001000/position': 1 }),
    ]) {
      const conflict = expect.objectContaining({
        code: 'ledger.conflict',
        details: { id: 'day 1' },
      })
      expect(() => post(ledger, [other])).toThrow(conflict)
      expect(() => post(EMPTY_LEDGER, [ride, other])).toThrow(conflict)
    }
  })

  it('keeps the sum at zero, whatever the order, the cut and the number of deliveries', () => {
    fc.assert(
      fc.property(entries, fc.infiniteStream(fc.nat(9)), (list, draw) => {
        const once = post(EMPTY_LEDGER, list)
        expect(trialBalance(once.balances).sumFen).toBe(0)
        const repeated = [...list, ...list, ...list]
          .map((item) => ({ item, rank: draw.next().value ?? 0 }))
          .sort((a, b) => a.rank - b.rank)
          .map(({ item }) => item)
        const cut = repeated.length >> 1
        const again = post(post(EMPTY_LEDGER, repeated.slice(0, cut)), repeated.slice(cut))
        expect(trialBalance(again.balances)).toEqual(trialBalance(once.balances))
        expect(again.entries.size).toBe(list.length)
      }),
    )
  })
})

describe('account', () => {
  it('joins plain parts only', () => {
    expect(account('member', '02002900', 'position')).toBe('member/02002900/position')
    for (const parts of [[], [''], ['a', ''], ['a/b'], ['a', '银行'], ['a b']]) {
      expect(() => account(...parts)).toThrow(expect.objectContaining({ code: 'ledger.bad-entry' }))
    }
  })
})

describe('the stored ledger', () => {
  it('leaves the same balances as the pure one, whatever the deliveries', async () => {
    await fc.assert(
      fc.asyncProperty(entries, fc.nat(20), async (list, cut) => {
        const repository = createMemoryRepository()
        for (const part of [list.slice(0, cut), list, list.slice(cut)]) {
          await repository.transaction((tx) => postEntries(tx, part))
        }
        const stored = await repository.transaction((tx) => balances(tx))
        const pure = post(EMPTY_LEDGER, list)
        expect(trialBalance(stored)).toEqual(trialBalance(pure.balances))
        const booked = await repository.transaction((tx) => entriesOfDay(tx, '2026-11-21'))
        expect(trialBalance(post(EMPTY_LEDGER, booked).balances)).toEqual(trialBalance(stored))
      }),
      { numRuns: 40 },
    )
  })

  it('tells which entries were new, and books nothing on a conflict', async () => {
    const repository = createMemoryRepository()
    const book = (...list: Entry[]) => repository.transaction((tx) => postEntries(tx, list))
    const second = entry('day 2', { 'centre/fees': -3, 'bank/out': 3 })
    expect(await book(ride)).toEqual([ride])
    expect(await book(ride, second, second)).toEqual([second])
    const third = entry('day 3', { 'centre/fees': 1, 'bank/out': -1 })
    await expect(book(third, { ...ride, kind: 'other' })).rejects.toMatchObject({
      code: 'ledger.conflict',
    })
    const all = await repository.transaction((tx) => balances(tx))
    expect(all.get('bank/out')).toBe(3)
    expect(trialBalance(all).sumFen).toBe(0)
  })

  it('finds the accounts below a path, over many pages, and no neighbour', async () => {
    const repository = createMemoryRepository()
    const many = Array.from({ length: 2500 }, (_, i) => ({ account: `card/${i}`, amountFen: 1 }))
    const paths = { card: -2000, 'card-x': -300, 'card0/a': -100, 'car/d': -100 }
    const rest = Object.entries(paths).map(([path, amountFen]) => ({ account: path, amountFen }))
    const big = entry('big', {}, { postings: [...many, ...rest] })
    await repository.transaction((tx) => postEntries(tx, [big]))
    const cards = await repository.transaction((tx) => balances(tx, 'card'))
    expect(cards.size).toBe(2501)
    expect(sumFen(cards.values())).toBe(500)
    expect((await repository.transaction((tx) => balances(tx, 'card/7'))).size).toBe(1)
    expect((await repository.transaction((tx) => balances(tx, 'none'))).size).toBe(0)
  })
})
