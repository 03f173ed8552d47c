import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DAY } from '../clearing.fixture.ts'
import type { Position } from '../netting.ts'
import { checkNets, type Obligation } from '../settling/obligations.ts'
import { type FromAbove, settledObligations, settledPositions, tierEntries } from './money.ts'

const [CENTRE, PARENT, CHILD, OTHER_CHILD] = ['10420000', '10000000', '10420100', '10420500']
const MEMBERS = ['20420100', '20420500', '30420100', '30420500', '30420600']
const UNITS = {
  '20420100': CHILD,
  '30420100': CHILD,
  '20420500': OTHER_CHILD,
  '30420500': OTHER_CHILD,
}

const fen = fc.integer({ min: 0, max: 1_000_000 })
const position = (id: string) =>
  fc
    .record({ receivableFen: fen, payableFen: fen })
    .map((sides): Position => ({ id, ...sides, netFen: sides.receivableFen - sides.payableFen }))

/** What members owe each other and the centre, and the positions that follow from it. */
const owed = fc
  .array(
    fc.record({
      debtor: fc.constantFrom(...MEMBERS, CENTRE),
      creditor: fc.constantFrom(...MEMBERS, CENTRE),
      amountFen: fc.integer({ min: 1, max: 1_000_000 }),
    }),
  )
  .map((all) => {
    const obligations = all.filter(({ debtor, creditor }) => debtor !== creditor)
    const sum = (side: keyof Omit<Obligation, 'amountFen'>, id: string) =>
      obligations.reduce((total, one) => (one[side] === id ? total + one.amountFen : total), 0)
    const own = [...MEMBERS, CENTRE].map((id): Position => {
      const [receivableFen, payableFen] = [sum('creditor', id), sum('debtor', id)]
      return { id, receivableFen, payableFen, netFen: receivableFen - payableFen }
    })
    return { obligations, own }
  })
const above = fc.tuple(...MEMBERS.map(position)).map((members): FromAbove => {
  const netFen = members.reduce((sum, one) => sum + one.netFen, 0)
  return { centre: PARENT, day: DAY, root: 'AB', netFen, members }
})

describe('the money of a centre between its parent and its children', () => {
  it('sums to zero, is owed as it stands, and names nobody whom another centre settles for', () => {
    fc.assert(
      fc.property(owed, fc.array(above, { maxLength: 2 }), ({ obligations, own }, parts) => {
        const rules = { lists: {}, units: UNITS, above: parts }
        const positions = settledPositions(own, rules)
        expect(positions.reduce((sum, { netFen }) => sum + netFen, 0)).toBe(0)
        expect(positions.every(({ id }) => !Object.hasOwn(UNITS, id))).toBe(true)
        checkNets(settledObligations(obligations, rules), positions)
      }),
    )
  })

  it('is booked in entries that sum to zero and leave members below a child with nothing', () => {
    fc.assert(
      fc.property(owed, fc.array(above, { maxLength: 1 }), ({ own }, parts) => {
        const rules = { lists: {}, units: UNITS, above: parts }
        const entries = tierEntries(DAY, { own, centre: CENTRE, rules })
        const books = new Map<string, number>()
        const book = (account: string, amountFen: number) =>
          books.set(account, (books.get(account) ?? 0) + amountFen)
        for (const { id, receivableFen, payableFen } of own) {
          book(`member/${id}/receivable`, receivableFen)
          book(`member/${id}/payable`, -payableFen)
        }
        for (const { postings } of entries) {
          expect(postings.reduce((sum, { amountFen }) => sum + amountFen, 0)).toBe(0)
          for (const { account, amountFen } of postings) book(account, amountFen)
        }
        for (const { id, netFen } of settledPositions(own, rules)) {
          const net =
            (books.get(`member/${id}/receivable`) ?? 0) + (books.get(`member/${id}/payable`) ?? 0)
          expect(net).toBe(netFen)
        }
        for (const id of Object.keys(UNITS)) {
          expect(books.get(`member/${id}/receivable`) ?? 0).toBe(0)
          expect(books.get(`member/${id}/payable`) ?? 0).toBe(0)
        }
      }),
    )
  })

  it('is that of a centre alone where there are no tiers', () => {
    const own = [{ id: CENTRE, receivableFen: 1, payableFen: 1, netFen: 0 }]
    expect(settledPositions(own, undefined)).toBe(own)
    expect(settledObligations([], undefined)).toEqual([])
  })
})
