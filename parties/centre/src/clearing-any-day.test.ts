import { fromUtf8 } from '@unifare/core'
import { type Charge, deliveryId, MODES, type Mode } from '@unifare/tap'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { CENTRE, chargeOf, checked, dayOf, ISSUERS, OPERATORS, tapOf } from './clearing.fixture.ts'
import { type CheckedTap, clearDay } from './clearing.ts'

/** Rides of several members: some twice charged, some with bad evidence, some by code. */
const rides = fc
  .array(
    fc.record({
      operator: fc.constantFrom(...OPERATORS),
      issuer: fc.constantFrom(...ISSUERS),
      mode: fc.constantFrom(...(Object.keys(MODES) as Mode[])),
      medium: fc.constantFrom('card', 'code'),
      amountFen: fc.integer({ min: 0, max: 2_000_000 }),
      fault: fc.constantFrom('none', 'none', 'none', 'bad-tac', 'twice', 'missing', 'over-cap'),
    }),
    { maxLength: 40 },
  )
  .map((items) => {
    const taps: CheckedTap[] = []
    const charges: Charge[] = []
    items.forEach(({ amountFen, fault, medium, ...place }, i) => {
      const serial = medium === 'card' ? i + 1 : 0
      const paid = medium === 'card' ? amountFen : 0
      const named = medium === 'card' ? 'card' : 'code'
      const tap = tapOf({ ...place, medium: named, sequence: i + 1, amountFen: paid, serial })
      const evidence = fault === 'bad-tac' ? 'card.bad-tac' : 'normal'
      const capFen = fault === 'over-cap' ? Math.max(0, amountFen - 1) : null
      if (fault !== 'missing') taps.push(checked(tap, { evidence, capFen }))
      for (let times = fault === 'twice' ? 2 : 1; times > 0; times--) {
        charges.push(chargeOf([tap], { amountFen, number: charges.length + 1 }))
      }
    })
    return { charges, taps }
  })

describe('whatever the day was', () => {
  test('nets sum to zero with the centre as a member, and A − F + a, A − i, c tie', () => {
    fc.assert(
      fc.property(rides, ({ charges, taps }) => {
        const cleared = clearDay(dayOf(charges, taps))
        expect(cleared.positions.reduce((sum, { netFen }) => sum + netFen, 0)).toBe(0)
        const centreMicro = cleared.charges.reduce(
          (sum, { fee }) => sum + (fee?.centreMicro ?? 0n),
          0n,
        )
        const centre = cleared.positions.find(({ id }) => id === CENTRE)
        // Every member is rounded once per side: half a fen at most for each.
        const sides = (cleared.positions.length - 1) * 2
        const exact = Number(centreMicro) / 1e6
        expect(Math.abs((centre?.netFen ?? Number.NaN) - exact)).toBeLessThanOrEqual(sides / 2)
        for (const { charge, fee } of cleared.charges) {
          if (fee === null) continue
          const amount = BigInt(charge.amountFen) * 1_000_000n
          const receives = amount - fee.feeMicro + fee.acquirerMicro
          expect(amount - fee.issuerMicro - receives).toBe(fee.centreMicro)
        }
        for (const { postings } of cleared.entries) {
          expect(postings.reduce((sum, { amountFen }) => sum + amountFen, 0)).toBe(0)
        }
      }),
    )
  })

  test('what settles is what was charged without a fault, once', () => {
    fc.assert(
      fc.property(rides, ({ charges, taps }) => {
        const known = new Map(taps.map((seen) => [deliveryId(seen.tap), seen]))
        const good = new Map<string, number>()
        for (const { taps: named, amountFen } of charges) {
          const seen = known.get(named.map(deliveryId).join())
          if (seen === undefined || seen.evidence !== 'normal') continue
          if (seen.capFen !== null && seen.capFen < amountFen) continue
          good.set(deliveryId(seen.tap), amountFen)
        }
        const sum = [...good.values()].reduce((total, amountFen) => total + amountFen, 0)
        expect(clearDay(dayOf(charges, taps)).settledFen).toBe(sum)
      }),
    )
  })

  test('the order in which charges and taps came in changes no byte', () => {
    const shuffled = rides.chain(({ charges, taps }) =>
      fc.record({
        plain: fc.constant(dayOf(charges, taps)),
        mixed: fc
          .tuple(
            fc.shuffledSubarray(charges, { minLength: charges.length }),
            fc.shuffledSubarray(taps, { minLength: taps.length }),
          )
          .map(([a, b]) => dayOf(a, b)),
      }),
    )
    fc.assert(
      fc.property(shuffled, ({ plain, mixed }) => {
        const [a, b] = [clearDay(plain), clearDay(mixed)]
        expect(b.leaves.map(fromUtf8)).toEqual(a.leaves.map(fromUtf8))
        expect(b.root).toBe(a.root)
        expect(b.entries).toEqual(a.entries)
        expect(b.positions).toEqual(a.positions)
      }),
    )
  })
})
