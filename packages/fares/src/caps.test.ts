import { expect, test } from 'vitest'
import { type AccountRide, rate } from './account.ts'
import { compileTariff } from './compile.ts'
import { rideOn, tariffNamed, twoStations } from './fares.fixture.ts'
import { parseTariff } from './parse-tariff.ts'
import type { Cap, PricingStep, TimeLimit } from './tariff.ts'
import { tariffWords } from './words/policy-words.ts'

const MINUTE = 60_000
/** Saturday 21 November 2026, 06:00 in China. */
const AT = Date.UTC(2026, 10, 20, 22)
const POLICY = { textZh: '测试', textEn: 'test', source: 0, when: {} }

/** Rides of 5 yuan, a cap a day, and overtime after an hour. */
function city(
  over: Cap['over'],
  {
    mode = 'add',
    chargeFen = 300,
    order,
  }: {
    readonly mode?: TimeLimit['mode']
    readonly chargeFen?: number
    readonly order?: readonly PricingStep[]
  } = {},
) {
  const tariff = parseTariff({
    ...tariffNamed('beijing-metro'),
    discounts: [],
    accumulation: [],
    timeLimits: [
      {
        ...POLICY,
        id: 'overtime',
        limitS: 3600,
        charge: { kind: 'fixed' as const, amountFen: chargeFen },
        mode,
      },
    ],
    caps: [
      {
        ...POLICY,
        id: 'cap',
        period: 'day' as const,
        amountFen: 1_200,
        ...(over === undefined ? {} : { over }),
      },
    ],
    ...(order === undefined ? {} : { order }),
  })
  const compiled = compileTariff(tariff, twoStations('beijing-metro', 22_000))
  const ride = (startMinute: number, minutes: number): AccountRide => {
    const at = AT + (startMinute + minutes) * MINUTE
    return rideOn(tariff, {
      at,
      entry: { station: 1, at: AT + startMinute * MINUTE },
      exit: { station: 2, at },
    })
  }
  return {
    tariff,
    /** Rides that begin two hours after each other and last so many minutes. */
    paid: (...minutes: readonly number[]) =>
      rate(
        compiled,
        minutes.map((one, at) => ride(at * 120, one)),
      ).priced.map((one) => (one.ok ? one.amountFen : one.code)),
  }
}

test.each([undefined, 'rides'] as const)(
  'over rides (%s): overtime neither counts nor is capped',
  (over) => {
    expect(city(over).paid(30, 61, 30, 61)).toEqual([500, 800, 200, 300])
    expect(city(over).paid(30, 30, 30, 30)).toEqual([500, 500, 200, 0])
  },
)

test('over all money: overtime counts and is capped', () => {
  expect(city('all').paid(30, 61, 30, 61)).toEqual([500, 700, 0, 0])
  expect(city('all').paid(61, 30, 30)).toEqual([800, 400, 0])
  expect(city('all').paid(30, 30, 30, 30)).toEqual([500, 500, 200, 0])
})

test.each(['rides', 'all'] as const)('the order of the steps does not matter: over %s', (over) => {
  const order = ['overtime', 'caps', 'discounts', 'transfers', 'accumulation'] as const
  const rides = [61, 30, 61, 61] as const
  expect(city(over, { order }).paid(...rides)).toEqual(city(over).paid(...rides))
})

test('overtime instead of the fare is what it adds', () => {
  const instead = { mode: 'instead', chargeFen: 900 } as const
  // 5 yuan are the fare and 4 more overtime; 7 of the day's fares are left.
  expect(city('rides', instead).paid(61, 30, 30, 30)).toEqual([900, 500, 200, 0])
  expect(city('all', instead).paid(61, 30, 30)).toEqual([900, 300, 0])
})

test('the next day begins anew, overtime too', () => {
  expect(city('rides').paid(61, 61, 61, 0, 0, 0, 0, 0, 0, 30)).toEqual([
    800, 800, 500, 0, 0, 0, 0, 0, 0, 500,
  ])
})

test('people read which it is', () => {
  const words = (over: Cap['over']) =>
    tariffWords(city(over).tariff).find(({ id }) => id === 'cap')?.effect
  expect(words('all')).toMatchObject({
    zh: expect.stringContaining('含超时费'),
    en: expect.stringContaining('overtime included'),
  })
  expect(words('rides')).toMatchObject({
    zh: expect.stringContaining('超时费另计'),
    en: expect.stringContaining('overtime apart'),
  })
})
