import type { Tap } from '@unifare/tap'
import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { CARD, cardTap, chargeOf, OPERATOR } from '../clearing.fixture.ts'
import { clearDaysOnColumns, clearDaysOnObjects, outcomesOf } from './days.fixture.ts'

const DAYS = ['2026-11-20', '2026-11-21', '2026-11-22', '2026-11-23'] as const
const NEVER = DAYS.length

let pool: Tap[] = []
beforeAll(async () => {
  const cards = [CARD, CARD.slice(0, 18) + 5]
  const made = Array.from({ length: 8 }, (_, i) =>
    cardTap({ sequence: i + 1, serial: i + 1, counter: i + 1, account: cards[i % 2] as string }),
  )
  pool = await Promise.all(made)
})

/** A charge of one or two taps: the days on which it and they come; for which day it asks. */
const plans = fc.array(
  fc.record({
    taps: fc.uniqueArray(fc.nat(7), { minLength: 1, maxLength: 2 }),
    comes: fc.nat(3),
    asksFor: fc.nat(2),
    delivered: fc.array(fc.nat(NEVER), { minLength: 2, maxLength: 2 }),
  }),
  { minLength: 1, maxLength: 8 },
)

describe('charges whose record is missing', () => {
  test('wait and are judged as the specification says, whenever records come', async () => {
    await fc.assert(
      fc.asyncProperty(plans, fc.nat(3), async (planned, holdDays) => {
        const arrival = new Map<number, number>()
        planned.forEach(({ taps, delivered }) => {
          taps.forEach((tap, i) => {
            if (!arrival.has(tap)) arrival.set(tap, delivered[i] ?? NEVER)
          })
        })
        const days = DAYS.map((day, index) => ({
          day,
          taps: pool
            .filter((_, tap) => arrival.get(tap) === index)
            .map((tap) => ({ tap, held: 0 })),
          charges: planned.flatMap(({ taps, comes, asksFor }, i) =>
            comes === index
              ? [
                  chargeOf(
                    taps.map((tap) => pool[tap] as Tap),
                    { number: i + 1, tapDay: DAYS[asksFor] as string },
                  ),
                ]
              : [],
          ),
        }))
        const columns = await clearDaysOnColumns(days, { holdDays, shards: 2 })
        expect(outcomesOf(columns)).toEqual(await clearDaysOnObjects(days, { holdDays }))
      }),
      { numRuns: 40 },
    )
  })

  test('settle when it comes, and are refused at the first close behind their days', async () => {
    const [tap, other] = pool as [Tap, Tap]
    const charges = [chargeOf([tap], { number: 1 }), chargeOf([other], { number: 2 })]
    const days = [
      { charges },
      { day: DAYS[1], taps: [{ tap, held: 0 }] },
      { day: DAYS[2] },
      { day: DAYS[3], taps: [{ tap: other, held: 0 }] },
    ]
    const outcomes = await clearDaysOnColumns(days, { holdDays: 1 })
    expect(outcomes.map(({ verdicts }) => verdicts)).toEqual([
      {},
      { [`${OPERATOR}-1`]: 'normal' },
      { [`${OPERATOR}-2`]: 'tap.missing' },
      {},
    ])
  })
})
