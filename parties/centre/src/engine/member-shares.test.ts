import { pureEngine } from '@unifare/crypto'
import { parseIssuerKeys } from '@unifare/ridecode'
import type { Charge, ChargePart, Tap } from '@unifare/tap'
import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { cardTap, chargeOf, createVerifier, OPERATOR, OPERATORS } from '../clearing.fixture.ts'
import { codeTaps } from '../code.fixture.ts'
import type { Verifier } from '../evidence.ts'
import {
  clearDaysOnColumns,
  clearDaysOnObjects,
  type DayIntake,
  type DaysOptions,
  outcomesOf,
} from './days.fixture.ts'

const DAYS = ['2026-11-20', '2026-11-21', '2026-11-22'] as const
const [, OTHER, THIRD] = OPERATORS
const STRANGER = '99999999'

let taps: Tap[] = []
let verifier: Verifier

beforeAll(async () => {
  const made = await codeTaps(4)
  taps = [...made.taps]
  verifier = { ...createVerifier(), issuerKeys: parseIssuerKeys(made.content, pureEngine) }
})

const someParts = fc.array(
  fc.record({
    rule: fc.constantFrom(
      'distance',
      `distance@${OTHER}`,
      `flat@${THIRD}`,
      `discount@${OTHER}`,
      `flat@${STRANGER}`,
      'note@1234',
      `trip@${OTHER}x`,
    ),
    amountFen: fc.integer({ min: -300, max: 700 }),
  }),
  { minLength: 1, maxLength: 4 },
)

const plans = fc.array(
  fc.record({
    tap: fc.nat(3),
    back: fc.nat(3),
    parts: someParts,
    day: fc.nat(2),
    /** The day for which it asks, so many days behind the one on which it came. */
    later: fc.constantFrom(0, 0, 0, 1),
  }),
  { minLength: 1, maxLength: 9 },
)

type Plan = {
  readonly tap: number
  readonly back: number
  readonly parts: readonly ChargePart[]
  readonly day: number
  readonly later: number
}

function daysOf(planned: readonly Plan[]): DayIntake[] {
  const charges = planned.map(({ tap, back, parts, day, later }, index) => {
    const number = index + 1
    const sum = parts.reduce((total, { amountFen }) => total + amountFen, 0)
    // A price is never below zero.
    const whole = sum < 0 ? [...parts, { rule: 'floor', amountFen: -sum }] : parts
    const charge = chargeOf([taps[tap] as Tap], {
      number,
      corrects: back > 0 && back < number ? number - back : 0,
      amountFen: Math.max(sum, 0),
      parts: whole,
      tapDay: DAYS[Math.min(2, day + later)] as string,
    })
    return { charge, day }
  })
  const held = taps.map((tap) => ({ tap, held: 0 }))
  return DAYS.map((day, index) => ({
    day,
    taps: index === 0 ? held : [],
    charges: charges.filter((one) => one.day === index).map(({ charge }) => charge),
  }))
}

async function both(days: readonly DayIntake[], options: DaysOptions & { shards?: number }) {
  const columns = await clearDaysOnColumns(days, options)
  expect(outcomesOf(columns)).toEqual(await clearDaysOnObjects(days, options))
  return columns
}

describe('prices that members share', () => {
  test('come to the positions of the specification, also when corrections take them back', async () => {
    await fc.assert(
      fc.asyncProperty(plans, async (planned) => {
        await both(daysOf(planned), { verifier, shards: 2 })
      }),
      { numRuns: 60 },
    )
  })

  test('pay the members by their parts, exactly', async () => {
    const parts = [
      { rule: 'distance', amountFen: 201 },
      { rule: `distance@${OTHER}`, amountFen: 100 },
    ]
    const [day] = await both([{ taps: held(), charges: [shared(1, parts)] }], { verifier })
    const receivable = (id: string) =>
      day?.positions.find((position) => position.id === id)?.receivableFen
    expect([receivable(OPERATOR), receivable(OTHER), receivable(THIRD)]).toEqual([
      200,
      99,
      undefined,
    ])
  })

  test('pay a member that has more of the largest price than one part can say', async () => {
    const tap = await cardTap({ amountFen: 0xffff_ffff, balanceFen: 0 })
    const most = 0x7fff_ffff
    const rule = `distance@${OTHER}`
    const parts = [most, most, 1].map((amountFen) => ({ rule, amountFen }))
    const discount = [{ rule: 'flat', amountFen: most }, ...parts, { rule, amountFen: -most }]
    for (const price of [parts, discount]) {
      const charges = [chargeOf([tap], { parts: price })]
      const [day] = await both([{ taps: [{ tap, held: 0 }], charges }], {})
      expect(day?.verdicts).toEqual({ [`${OPERATOR}-1`]: 'normal' })
      expect(day?.positions.some(({ id }) => id === OTHER)).toBe(true)
    }
  })

  test('stand under the root, in whatever number of shards', async () => {
    const one = [
      { rule: `flat@${OTHER}`, amountFen: 0 },
      { rule: 'flat', amountFen: 300 },
    ]
    const other = [
      { rule: `flat@${THIRD}`, amountFen: 0 },
      { rule: 'flat', amountFen: 300 },
    ]
    const rootOf = async (parts: readonly ChargePart[], shards: number) => {
      const days = [{ taps: held(), charges: [shared(1, parts)] }]
      const [day] = await clearDaysOnColumns(days, { verifier, shards })
      return day?.cleared.root
    }
    expect(await rootOf(one, 1)).toBe(await rootOf(one, 7))
    expect(await rootOf(one, 1)).not.toBe(await rootOf(other, 1))
  })
})

const held = () => taps.map((tap) => ({ tap, held: 0 }))

function shared(number: number, parts: readonly ChargePart[]): Charge {
  const amountFen = parts.reduce((sum, part) => sum + part.amountFen, 0)
  return chargeOf(taps.slice(0, 1), { number, amountFen, parts })
}
