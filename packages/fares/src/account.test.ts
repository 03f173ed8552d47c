import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type AccountRide, NEW_ACCOUNT, priceNext, rate } from './account.ts'
import { compileTariff } from './compile.ts'
import { rideOn, tariffNamed, twoStations } from './fares.fixture.ts'

const metro = (id: string, metres: number) => {
  const tariff = tariffNamed(id)
  return { tariff, compiled: compileTariff(tariff, twoStations(tariff.network ?? '', metres)) }
}
/** 08:00 in China on a day of November 2026. */
const day = (number: number, hour = 8) => Date.UTC(2026, 10, number, hour - 8)

function rideAt(tariff: ReturnType<typeof tariffNamed>, at: number): AccountRide {
  return rideOn(tariff, {
    at,
    entry: { station: 1, at: at - 1_800_000 },
    exit: { station: 2, at },
    medium: 'card',
    issuer: { institution: '01011000', division: tariff.city },
  })
}
const amounts = (rated: ReturnType<typeof rate>) =>
  rated.priced.map((one) => (one.ok ? one.amountFen : one.code))

describe('Beijing: trips after 100 yuan pay 80 %, after 150 yuan 50 %, after 400 in full', () => {
  // 40 km cost 7 yuan.
  const { tariff, compiled } = metro('beijing-metro', 40_000)
  const month = Array.from({ length: 80 }, (_, i) =>
    rideAt(tariff, day(1 + Math.floor(i / 4), 6 + (i % 4) * 3)),
  )

  test('every trip by the sum before it, and the next month starts anew', () => {
    const rated = rate(compiled, [...month, rideAt(tariff, Date.UTC(2026, 11, 1))])
    const paid = amounts(rated) as number[]
    let sum = 0
    for (const [at, amount] of paid.slice(0, -1).entries()) {
      const expected = sum >= 40_000 ? 700 : sum >= 15_000 ? 350 : sum >= 10_000 ? 560 : 700
      expect(amount, `trip ${at + 1}`).toBe(expected)
      sum += amount
    }
    expect(paid.at(-1)).toBe(700)
  })

  test('a late ride of the 3rd re-rates the rest of the month, and nothing before it', () => {
    const late = rideAt(tariff, day(3, 5))
    const before = amounts(rate(compiled, month))
    const again = amounts(rate(compiled, [...month, late]))
    const place = month.findIndex(({ at }) => at > late.at)
    expect(again.slice(0, place)).toEqual(before.slice(0, place))
    expect(again.slice(0, -1)).not.toEqual(before)
  })

  test('the order of arrival does not matter', () => {
    const some = month.slice(0, 20)
    fc.assert(
      fc.property(fc.shuffledSubarray([...some.keys()], { minLength: 20 }), (order) => {
        const shuffled = rate(
          compiled,
          order.map((at) => some[at] as AccountRide),
        )
        const sorted = rate(compiled, some)
        expect(shuffled.account).toEqual(sorted.account)
        for (const [place, at] of order.entries()) {
          expect(shuffled.priced[place]).toEqual(sorted.priced[at])
        }
      }),
      { numRuns: 30 },
    )
  })
})

describe('Guangzhou: the part from 80 to 200 yuan at 80 %, above at 50 %', () => {
  const { tariff, compiled } = metro('guangzhou-metro', 60_000)

  test('the ride that crosses a step pays each part by where it lies', () => {
    const rides = Array.from({ length: 40 }, (_, i) =>
      rideAt(tariff, day(1 + Math.floor(i / 2), 8 + (i % 2) * 8)),
    )
    const rated = rate(compiled, rides)
    const full = rated.priced[0]?.ok ? rated.priced[0].amountFen : 0
    let base = 0
    for (const [at, one] of rated.priced.entries()) {
      if (!one.ok) throw new Error(one.code)
      const part = (from: number, to: number) =>
        Math.max(0, Math.min(base + full, to) - Math.max(base, from))
      const sum = tariff.accumulation[0]?.counts === 'base' ? base : undefined
      if (sum !== undefined) {
        const expected =
          part(0, 8_000) +
          Math.round(part(8_000, 20_000) * 0.8) +
          Math.round(part(20_000, Infinity) * 0.5)
        expect(one.amountFen, `ride ${at + 1}`).toBe(expected)
      }
      base += full
    }
    expect(full).toBeGreaterThan(0)
  })
})

test('a ride that cannot be priced leaves the account as it was', () => {
  const { tariff, compiled } = metro('beijing-metro', 9_000)
  const first = priceNext(compiled, NEW_ACCOUNT, rideAt(tariff, day(2)))
  const wrong = { ...rideAt(tariff, day(2, 9)), exit: { station: 9, at: day(2, 9) } }
  const second = priceNext(compiled, first.account, wrong)
  expect(second.priced.ok).toBe(false)
  expect(second.account).toEqual(first.account)
})
