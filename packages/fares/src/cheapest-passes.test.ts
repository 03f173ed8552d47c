import { instantFromDigits } from '@unifare/core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type AccountRide, NEW_ACCOUNT, priceNext } from './account.ts'
import { type CheapestPasses, cheapestPasses, type PassPurchase } from './cheapest-passes.ts'
import { type CompiledTariff, compileTariff } from './compile.ts'
import { HOUR_MS, tariffNamed, twoStations } from './fares.fixture.ts'

const MONDAY = instantFromDigits('20260406090000')
const MINUTE_MS = 60_000

/** The Beijing metro over so many metres: 5, 10 and 20 km cost 3, 4 and 5 yuan. */
const beijing = (metres: number) => {
  const tariff = tariffNamed('beijing-metro')
  return compileTariff(tariff, twoStations(tariff.network ?? '', metres))
}

/** A ride of half an hour that begins so many hours after Monday, nine o'clock. */
function rideAfter(hours: number, part: Partial<AccountRide> = {}): AccountRide {
  const at = MONDAY + Math.round(hours * HOUR_MS)
  return {
    mode: 'metro',
    at: at + 30 * MINUTE_MS,
    entry: { station: 1, at },
    exit: { station: 2, at: at + 30 * MINUTE_MS },
    medium: 'code',
    riderClass: 'adult',
    issuer: { institution: '', division: '110000' },
    ...part,
  }
}

function found(answer: CheapestPasses) {
  if (!answer.ok) throw new TypeError(answer.code)
  return answer
}

describe('the cheapest way to pay', () => {
  test('a day of five rides of 5 yuan: a 24-hour pass of 20, single rides are the runner-up', () => {
    const rides = [0, 2, 4, 6, 8].map((hours) => rideAfter(hours))
    const { best, runnerUp, withoutPasses, proved } = found(cheapestPasses(beijing(20_000), rides))
    expect(best).toEqual({
      totalFen: 2_000,
      purchases: [{ pass: 'pass-24h', ride: 0, priceFen: 2_000 }],
      ridesFen: [0, 0, 0, 0, 0],
    })
    expect(runnerUp?.totalFen).toBe(2_500)
    expect(withoutPasses.totalFen).toBe(2_500)
    expect(proved).toBe(true)
  })

  test('four rides are cheaper or as cheap by themselves: fewer passes win at the same price', () => {
    const rides = [0, 2, 4, 6].map((hours) => rideAfter(hours))
    const { best, runnerUp } = found(cheapestPasses(beijing(20_000), rides))
    expect(best).toMatchObject({ totalFen: 2_000, purchases: [] })
    expect(runnerUp).toMatchObject({ totalFen: 2_000, purchases: [{ pass: 'pass-24h' }] })
  })

  test('the pass begins where the crowd of rides does, and ends after its hours', () => {
    const rides = [0, 30, 31, 32, 33, 34, 54].map((hours) => rideAfter(hours))
    const { best } = found(cheapestPasses(beijing(20_000), rides))
    expect(best.purchases).toEqual([{ pass: 'pass-24h', ride: 1, priceFen: 2_000 }])
    // The last ride begins exactly when the pass has ended.
    expect(best.ridesFen).toEqual([500, 0, 0, 0, 0, 0, 500])
  })

  test('a pass that would keep a card from its monthly step is weighed with that loss', () => {
    // 100 yuan paid: each further ride by card pays 80%, and 50% from 150 yuan on.
    const month = { trips: 20, paidFen: 15_000, baseFen: 15_000 }
    const account = { ...NEW_ACCOUNT, month: '2026-04', year: '2026', monthToDate: month }
    const rides = [0, 2, 4, 6, 8, 10].map((hours) => rideAfter(hours, { medium: 'card' }))
    const { best } = found(cheapestPasses(beijing(20_000), rides, account))
    expect(best).toMatchObject({ totalFen: 1_500, purchases: [] })
    expect(found(cheapestPasses(beijing(20_000), rides)).best.totalFen).toBe(2_000)
  })

  test('without passes there is one way; a ride without a price is told', () => {
    const tariff = tariffNamed('wuhan-metro')
    const wuhan = compileTariff(tariff, twoStations(tariff.network ?? '', 5_000))
    expect(found(cheapestPasses(wuhan, [rideAfter(0)])).runnerUp).toBeNull()
    expect(cheapestPasses(wuhan, [rideAfter(0), rideAfter(1, { mode: 'bus' })])).toEqual({
      ok: false,
      code: 'fares.no-tariff',
      ride: 1,
    })
    expect(found(cheapestPasses(wuhan, [])).best.totalFen).toBe(0)
  })

  test('a commuter month of 44 rides is proved, and no pass pays', () => {
    const rides = Array.from({ length: 44 }, (_, at) =>
      rideAfter(24 * Math.floor(at / 2) + (at % 2) * 9, { medium: 'card' }),
    )
    const answer = found(cheapestPasses(beijing(20_000), rides))
    expect(answer.proved).toBe(true)
    expect(answer.best).toEqual(answer.withoutPasses)
    expect(answer.runnerUp?.totalFen).toBeGreaterThan(answer.best.totalFen)
  })
})

describe('against every way there is', () => {
  test('best and runner-up are the two cheapest of all', () => {
    const compiled = beijing(20_000)
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 80 }), { minLength: 1, maxLength: 6 }),
        fc.constantFrom('card' as const, 'code' as const),
        fc.integer({ min: 0, max: 16_000 }),
        (hours, medium, paidFen) => {
          const rides = hours.toSorted((a, b) => a - b).map((at) => rideAfter(at, { medium }))
          const month = { trips: 1, paidFen, baseFen: paidFen }
          const account = { ...NEW_ACCOUNT, month: '2026-04', year: '2026', monthToDate: month }
          const all = everyWay(compiled, rides, account).toSorted((a, b) => a - b)
          const { best, runnerUp } = found(cheapestPasses(compiled, rides, account))
          expect([best.totalFen, runnerUp?.totalFen]).toEqual([all[0], all[1]])
          const passes = best.purchases.reduce((sum, { priceFen }) => sum + priceFen, 0)
          const paid = best.ridesFen.reduce((sum, fen) => sum + fen, 0)
          expect(best.totalFen).toBe(passes + paid)
        },
      ),
      { numRuns: 40 },
    )
  })
})

/** Totals of all ways, by trying each: the plain second way to the answer. */
function everyWay(
  compiled: CompiledTariff,
  rides: readonly AccountRide[],
  account = NEW_ACCOUNT,
  held: readonly (PassPurchase & { readonly until: number })[] = [],
): number[] {
  const [ride, ...others] = rides
  if (ride === undefined) return [0]
  const from = ride.entry?.at ?? ride.at
  const valid = held.filter(({ until }) => until > from)
  const choices = valid.length > 0 ? [undefined] : [undefined, ...(compiled.tariff.passes ?? [])]
  return choices.flatMap((pass) => {
    const now =
      pass === undefined
        ? valid
        : [{ pass: pass.id, ride: 0, priceFen: pass.priceFen, until: from + pass.hours * HOUR_MS }]
    const passes = now.map((one) => one.pass)
    const next = priceNext(compiled, account, { ...ride, passes })
    if (!next.priced.ok) return []
    const costFen = next.priced.amountFen + (pass?.priceFen ?? 0)
    return everyWay(compiled, others, next.account, now).map((total) => total + costFen)
  })
}
