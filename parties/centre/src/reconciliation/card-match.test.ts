import type { Tap } from '@unifare/tap'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { cardTap, ISSUER, OPERATOR } from '../clearing.fixture.ts'
import type { OrderMove } from '../order-moves.ts'
import { matchCards } from './card-match.ts'

let ride: Tap
beforeAll(async () => {
  ride = await cardTap()
})

/** A purse that rides so often, and is loaded before some of the rides. */
function purse(rides: number, loads: ReadonlyMap<number, number> = new Map()): Tap[] {
  let balanceFen = 100_000
  return Array.from({ length: rides }, (_, i): Tap => {
    const amountFen = 100 + ((i * 37) % 500)
    balanceFen += (loads.get(i + 1) ?? 0) - amountFen
    return { ...ride, sequence: i + 1, counter: i + 1, amountFen, balanceFen }
  })
}

const loadOf = (amountFen: number): OrderMove => ({
  issuer: ISSUER,
  order: `load-${amountFen}`,
  kind: 'load',
  agent: OPERATOR,
  amountFen,
})
const anyOrder = fc.infiniteStream(fc.nat())
const shuffled = (taps: readonly Tap[], keys: Iterator<number>) =>
  taps
    .map((tap) => ({ tap, key: Number(keys.next().value) }))
    .toSorted((a, b) => a.key - b.key)
    .map(({ tap }) => tap)

describe('balances along the counter of a card', () => {
  it('go on without a difference, in whatever order the taps came', () => {
    fc.assert(
      fc.property(anyOrder, (keys) => {
        expect(matchCards(shuffled(purse(40), keys), [])).toEqual([])
      }),
    )
  })

  it('name what is missing with the money of it, and heal when it comes', () => {
    fc.assert(
      fc.property(anyOrder, fc.integer({ min: 2, max: 39 }), (keys, missing) => {
        const taps = shuffled(purse(40), keys)
        const [gap, ...others] = matchCards(
          taps.filter(({ counter }) => counter !== missing),
          [],
        )
        expect(others).toEqual([])
        expect(gap).toMatchObject({ kind: 'card.gap', member: ISSUER })
        expect(gap?.subject).toBe(`${ISSUER}/${ride.account}/${missing + 1}`)
        const lostFen = taps.find(({ counter }) => counter === missing)?.amountFen
        expect(Math.abs((gap?.leftFen ?? 0) - (gap?.rightFen ?? 0))).toBe(lostFen)
      }),
    )
  })

  it('tell a rise once, at its ride, unless a load explains it', () => {
    fc.assert(
      fc.property(anyOrder, fc.integer({ min: 2, max: 40 }), (keys, at) => {
        const taps = shuffled(purse(40, new Map([[at, 5_000]])), keys)
        const [more, ...others] = matchCards(taps, [])
        expect(others).toEqual([])
        expect(more?.kind).toBe('card.more')
        expect(more?.subject).toBe(`${ISSUER}/${ride.account}/${at}`)
        expect((more?.leftFen ?? 0) - (more?.rightFen ?? 0)).toBe(5_000)
        expect(matchCards(taps, [loadOf(5_000)])).toEqual([])
        expect(matchCards(taps, [loadOf(2_000), loadOf(3_000)])).toEqual([])
        expect(matchCards(taps, [loadOf(4_000)])).toHaveLength(1)
      }),
    )
  })

  it('tell a purse that has less than its last ride left, and two rides at one place', () => {
    const taps = purse(3)
    const less = taps.map((tap) =>
      tap.counter === 3 ? { ...tap, balanceFen: tap.balanceFen - 70 } : tap,
    )
    expect(matchCards(less, [])).toMatchObject([{ kind: 'card.less' }])
    const twice = [...taps, { ...taps[1]!, sequence: 9, amountFen: 1 }]
    expect(matchCards(twice, []).map(({ kind }) => kind)).toEqual(['card.conflict'])
    expect(matchCards([...taps, { ...taps[1]!, sequence: 9 }], [])).toEqual([])
  })
})
