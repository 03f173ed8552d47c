import { pureEngine } from '@unifare/crypto'
import { parseIssuerKeys } from '@unifare/ridecode'
import { type Charge, chargeId, type Tap } from '@unifare/tap'
import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { chargeOf, createVerifier, OPERATOR, OPERATORS } from '../clearing.fixture.ts'
import type { Cleared } from '../clearing.ts'
import { codeTaps } from '../code.fixture.ts'
import type { Verifier } from '../evidence.ts'
import { DEMONSTRATION_FEES } from '../fees.ts'
import { UNREADABLE } from './delivered.ts'
import { clearOnColumns, clearOnObjects, type TestDay, verdictsOfRows } from './engine.fixture.ts'
import { OPERATOR_SUMS } from './member-sums.ts'

const NEXT_DAY = '2026-11-21'
/** The limit of the codes is 3,000 fen. */
const AMOUNTS = [0, 200, 250, 2_900, 3_100] as const
const OTHER = '3120000001000000025'

let taps: Tap[] = []
let verifier: Verifier

beforeAll(async () => {
  const made = await codeTaps(6)
  // One whose code was tampered with: it never settles.
  taps = made.taps.map((tap, i) =>
    i === 5
      ? { ...tap, evidence: tap.evidence.map((byte, at) => (at === 300 ? byte ^ 1 : byte)) }
      : tap,
  )
  verifier = { ...createVerifier(), issuerKeys: parseIssuerKeys(made.content, pureEngine) }
})

/** A charge of some taps; `corrects` counts back from its own number, 0 for a first charge. */
const plans = fc.array(
  fc.record({
    taps: fc.uniqueArray(fc.nat(5), { minLength: 1, maxLength: 2 }),
    back: fc.nat(4),
    amount: fc.constantFrom(...AMOUNTS),
    operator: fc.constantFrom(OPERATOR, OPERATOR, OPERATOR, OPERATORS[1]),
    test: fc.constantFrom(false, false, false, false, true),
    /** What it says of whose it is and of the ride, where that is another one's. */
    changes: fc.constantFrom<Partial<Charge>>(
      {},
      {},
      {},
      {},
      { account: OTHER },
      { mode: 'metro' },
    ),
    day: fc.nat(1),
  }),
  { minLength: 2, maxLength: 12 },
)

type Plan = {
  readonly taps: readonly number[]
  readonly back: number
  readonly amount: number
  readonly operator: string
  readonly test: boolean
  readonly changes: Partial<Charge>
  readonly day: number
}

function chargesOf(planned: readonly Plan[]): { charge: Charge; day: number }[] {
  return planned.map(
    ({ taps: named, back, amount, operator, test: isTest, changes, day }, index) => {
      const number = index + 1
      const chosen = named.map((i) => ({ ...(taps[i] as Tap), operator }))
      const charge = chargeOf(chosen, {
        number,
        operator,
        corrects: back > 0 && back < number ? number - back : 0,
        amountFen: amount,
        parts: [{ rule: 'flat', amountFen: amount }],
        test: isTest,
        ...changes,
      })
      return { charge, day }
    },
  )
}

function netOf({ charges }: Cleared): number {
  return charges.reduce(
    (sum, { charge, verdict, reverses }) =>
      verdict === 'normal' ? sum + charge.amountFen - (reverses?.amountFen ?? 0) : sum,
    0,
  )
}

describe('corrections on columns', () => {
  test('come out as the specification says, on the day of their charge and on the next', async () => {
    await fc.assert(
      fc.asyncProperty(plans, fc.boolean(), async (planned, comesAgain) => {
        const all = chargesOf(planned)
        const [first, next] = [0, 1].map((wanted) =>
          all.filter(({ day }) => day === wanted).map(({ charge }) => charge),
        ) as [Charge[], Charge[]]
        const delivered = taps.map((tap) => ({ tap, held: 0 }))
        const one: TestDay = { charges: first, taps: delivered, verifier }
        const before = await clearOnObjects(one)
        const ours = await clearOnColumns(one)
        expect(verdictsOfRows(ours.rows)).toEqual(verdictsOf(before))
        expect(Number(ours.settledFen)).toBe(before.settledFen)
        // What settled came yesterday; on the next day it may be sent once more, or not.
        const settled = new Set([...before.closing.settled.keys()].map((key) => key))
        const left = delivered.filter(
          ({ tap }) =>
            comesAgain || !settled.has(`code-${tap.issuer}-${tap.account}-${tap.counter}`),
        )
        const two: TestDay = { charges: next, taps: delivered, verifier, day: NEXT_DAY }
        const expected = await clearOnObjects(two, {
          settled: before.closing.settled,
          corrections: before.closing.corrections,
          past: new Map(before.charges.map(({ id, ...judged }) => [id, judged] as const)),
        })
        const history = async () => [{ rows: ours.rows, fees: DEMONSTRATION_FEES }]
        // All of them came, yesterday or today; all can be read.
        const wasDelivered = (high: number) => high < UNREADABLE
        const cleared = await clearOnColumns({ ...two, taps: left }, { history, wasDelivered })
        expect(verdictsOfRows(cleared.rows)).toEqual(verdictsOf(expected))
        expect(Number(cleared.settledFen)).toBe(netOf(expected))
        const fees = cleared.sums.operatorValues.filter((_, i) => i % OPERATOR_SUMS === 1)
        const wanted = expected.charges.reduce(
          (sum, { fee, reverses }) => sum + (fee?.feeMicro ?? 0n) - (reverses?.fee.feeMicro ?? 0n),
          0n,
        )
        expect(BigInt(fees.reduce((sum, fee) => sum + fee, 0))).toBe(wanted)
      }),
      { numRuns: 200 },
    )
  })

  test('take back what settled before, also after a refused correction', async () => {
    const [tap] = taps as [Tap]
    const charge = (number: number, corrects: number, amountFen: number) =>
      chargeOf([tap], { number, corrects, amountFen, parts: [{ rule: 'flat', amountFen }] })
    const day = (charges: Charge[]): TestDay => ({
      charges,
      taps: [{ tap, held: 0 }],
      verifier,
    })
    const one = await clearOnColumns(day([charge(1, 0, 300), charge(2, 1, 3_100)]))
    expect(verdictsOfRows(one.rows)).toEqual({
      '30000001-1': 'normal',
      '30000001-2': 'code.over-cap',
    })
    const history = async () => [{ rows: one.rows, fees: DEMONSTRATION_FEES }]
    const two = await clearOnColumns(
      { charges: [charge(3, 2, 250), charge(4, 1, 200)], taps: [], verifier, day: NEXT_DAY },
      { history },
    )
    expect(verdictsOfRows(two.rows)).toEqual({
      '30000001-3': 'normal',
      '30000001-4': 'charge.corrected',
    })
    expect(two.settledFen).toBe(-50n)
  })
})

function verdictsOf({ charges }: Cleared): Record<string, string> {
  return Object.fromEntries(charges.map(({ charge, verdict }) => [chargeId(charge), verdict]))
}
