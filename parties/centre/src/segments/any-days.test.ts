import type { Charge, Tap } from '@unifare/tap'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { CARD, cardTap, chargeOf } from '../clearing.fixture.ts'
import {
  DAYS,
  liveDay,
  liveDays,
  memoryGround,
  openCentre,
  readOutcome,
  type Script,
} from './segments.fixture.ts'

/**
 * Debits of two cards under few counters and serials, some with bad codes, some of tests, some in
 * records of a later version, which cannot be read.
 */
const debit = fc.record({
  account: fc.constantFrom(CARD, `${CARD.slice(0, -2)}25`),
  counter: fc.integer({ min: 1, max: 4 }),
  serial: fc.integer({ min: 1, max: 4 }),
  isBad: fc.nat(5).map((n) => n === 0),
  flags: fc.constantFrom(0, 0, 0, 0, 1),
  version: fc.constantFrom(1, 1, 1, 1, 2),
  day: fc.nat(DAYS.length - 1),
})
/**
 * Charges of one or two of them, also before their records come, for later days, and corrections, also
 * of what another card was charged.
 */
const asked = fc.record({
  tap: fc.nat(9),
  other: fc.option(fc.nat(9), { nil: undefined }),
  day: fc.nat(DAYS.length - 1),
  ahead: fc.constantFrom(0, 0, 0, 1),
  back: fc.constantFrom(0, 0, 1, 2, 3),
})
type Debit = typeof debit extends fc.Arbitrary<infer One> ? One : never
type Asked = typeof asked extends fc.Arbitrary<infer One> ? One : never

async function tapsOf(debits: readonly Debit[]): Promise<Tap[]> {
  const made = debits.map(async ({ isBad, day: _day, ...debited }, i) => {
    const tap = await cardTap({ sequence: i + 1, ...debited })
    if (isBad) tap.evidence[tap.evidence.length - 3]! ^= 1
    return tap
  })
  return Promise.all(made)
}

async function scriptOf(unsorted: readonly Debit[], asks: readonly Asked[]): Promise<Script> {
  const debits = unsorted.toSorted((a, b) => a.day - b.day)
  const taps = await tapsOf(debits)
  const made: Charge[] = []
  const chargeFor = ({ tap, other, day, ahead, back }: Asked) => {
    const [first, second] = [tap, other ?? tap].map((place) => taps[place % taps.length]!)
    const before = back === 0 ? undefined : made.at(-back)
    const charge = chargeOf(
      first !== second && first!.account === second!.account ? [first!, second!] : [first!],
      {
        number: made.length + 1,
        corrects: before?.number ?? 0,
        tapDay: DAYS[Math.min(DAYS.length - 1, day + ahead)]!,
      },
    )
    made.push(charge)
    return charge
  }
  return DAYS.map((_, day) => {
    const own = taps.filter((_tap, i) => debits[i]!.day === day)
    const charges = asks.filter((one) => one.day === day).map(chargeFor)
    return async (network) => {
      if (own.length > 0) await network.taps(own)
      if (charges.length > 0) await network.charges(charges)
    }
  })
}

test('any days come to the same with objects and by segments, and run again to their roots', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(debit, { minLength: 3, maxLength: 10 }),
      fc.array(asked, { minLength: 2, maxLength: 12 }),
      async (debits, asks) => {
        const script = await scriptOf(debits, asks)
        const [objects, segments] = [await openCentre({}), await openCentre({ clearing: {} })]
        await liveDays(objects, script)
        const closed = await liveDays(segments, script)
        expect(await readOutcome(segments)).toEqual(await readOutcome(objects))
        for (const { day, root } of closed) {
          expect((await segments.centre.rerun(day)).root).toBe(root)
        }
      },
    ),
    { numRuns: 12, endOnFailure: true },
  )
})

test('any days come to the same when some are closed by segments and others with objects', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(debit, { minLength: 4, maxLength: 10 }),
      fc.array(asked, { minLength: 4, maxLength: 12 }),
      fc.array(fc.boolean(), { minLength: DAYS.length, maxLength: DAYS.length }),
      async (debits, asks, ways) => {
        const script = await scriptOf(debits, asks)
        const objects = await openCentre({})
        await liveDays(objects, script)
        const ground = memoryGround()
        let mixed = await openCentre({}, ground)
        for (const [index, bySegments] of ways.entries()) {
          await mixed.centre.close()
          const options = bySegments ? { clearing: {} } : {}
          mixed = await openCentre(options, { ...ground, again: true })
          await liveDay(mixed, script, index)
        }
        expect(await readOutcome(mixed)).toEqual(await readOutcome(objects))
      },
    ),
    { numRuns: 8, endOnFailure: true },
  )
})
