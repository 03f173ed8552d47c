import { type Charge } from '@unifare/tap'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { AT, CENTRE, chargeOf, checked, ISSUERS, OPERATORS, tapOf } from './clearing.fixture.ts'
import { type CheckedTap, type ClearingInput, clearDay } from './clearing.ts'
import { CODE, days } from './corrected-days.fixture.ts'
import { statementsOf } from './statement.ts'

/** Rides by code, each asked for several times, on days of a week. */
const chains = fc.array(
  fc.record({
    operator: fc.constantFrom(...OPERATORS),
    issuer: fc.constantFrom(...ISSUERS),
    mode: fc.constantFrom('metro', 'bus', 'bicycle'),
    asked: fc.array(
      fc.record({ amountFen: fc.nat(3_000), day: fc.nat(4), missing: fc.boolean() }),
      {
        minLength: 1,
        maxLength: 4,
      },
    ),
  }),
  { maxLength: 12 },
)

test('whatever is corrected when: sums are those of what stands in the end, and every day ties', () => {
  fc.assert(
    fc.property(chains, (drawn) => {
      const taps: CheckedTap[] = []
      const byDay: Charge[][] = Array.from({ length: 5 }, () => [])
      let number = 0
      const ends: { charge: Charge; operator: string }[] = []
      for (const [index, { asked, mode, ...place }] of drawn.entries()) {
        const tap = tapOf({ ...CODE, ...place, mode, sequence: index + 1, counter: index + 1 })
        taps.push(checked(tap))
        const missing = tapOf({
          ...CODE,
          ...place,
          mode,
          sequence: 900 + index,
          counter: 900 + index,
        })
        let corrects = 0
        const days = asked.map(({ day }) => day).toSorted((a, b) => a - b)
        for (const [turn, { amountFen, missing: gap }] of asked.entries()) {
          number += 1
          const named = gap ? [tap, missing] : [tap]
          const charge = chargeOf(named, { amountFen, number, corrects, startAt: AT })
          byDay[days[turn] ?? 0]?.push(charge)
          corrects = number
          if (!gap) {
            const known = ends.findIndex((end) => end.charge.taps[0]?.sequence === tap.sequence)
            if (known >= 0) ends.splice(known, 1)
            ends.push({ charge, operator: place.operator })
          }
        }
      }
      const scheme = days()
      const operatorFen = new Map<string, number>()
      let settledFen = 0
      for (const [index, charges] of byDay.entries()) {
        const cleared = scheme.clear(charges, taps, `2026-11-2${index}`)
        settledFen += cleared.settledFen
        expect(cleared.positions.reduce((sum, { netFen }) => sum + netFen, 0)).toBe(0)
        for (const { postings } of cleared.entries) {
          expect(postings.reduce((sum, { amountFen }) => sum + amountFen, 0)).toBe(0)
        }
        for (const statement of statementsOf(cleared, CENTRE)) {
          const sum = statement.lines
            .filter(({ side }) => side === 'receive')
            .reduce(
              (total, { amountFen, verdict }) => total + (verdict === 'normal' ? amountFen : 0),
              0,
            )
          operatorFen.set(statement.member, (operatorFen.get(statement.member) ?? 0) + sum)
        }
        expect(clearDay(scheme.inputs[index] as ClearingInput).root).toBe(cleared.root)
      }
      expect(settledFen).toBe(ends.reduce((sum, { charge }) => sum + charge.amountFen, 0))
      for (const operator of OPERATORS) {
        const stands = ends.filter((end) => end.operator === operator)
        expect(operatorFen.get(operator) ?? 0).toBe(
          stands.reduce((sum, { charge }) => sum + charge.amountFen, 0),
        )
      }
    }),
    { seed: 20_261_121 },
  )
})
