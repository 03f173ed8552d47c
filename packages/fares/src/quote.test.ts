import { describe, expect, test } from 'vitest'
import { compileTariff } from './compile.ts'
import { networkFor, tariffNamed } from './fares.fixture.ts'
import { feedOf } from './gtfs/feed.fixture.ts'
import { parseJourneys } from './journeys.ts'
import { quoteFeed, quoteJourneys } from './quote.ts'

const metro = tariffNamed('beijing-metro')
const source = {
  tariffs: [metro, tariffNamed('beijing-bus')],
  networks: [networkFor(metro)],
}
const quotes = (journeys: unknown) => quoteJourneys(source, parseJourneys(journeys))
const leg = (distanceM: number, day = 21) => ({
  route: 'metro',
  enter: `2026-11-${day}T08:00`,
  exit: `2026-11-${day}T08:40`,
  distanceM,
})

const EARLY = {
  id: 'early',
  textZh: '早鸟',
  textEn: 'early bird',
  source: 0,
  when: { time: { at: 'entry', from: '00:00', until: '07:00' } },
  effect: { kind: 'percent', payPpm: 500_000 },
} as const

describe('journeys under a city', () => {
  test.each([
    [6_000, 300],
    [6_001, 400],
    [12_000, 400],
    [12_001, 500],
    [22_001, 600],
    [32_001, 700],
    [52_001, 800],
  ])('%i m cost %i fen, with rule and source', (distanceM, amount) => {
    const [quote] = quotes([{ legs: [leg(distanceM)] }])
    expect(quote).toMatchObject({ ok: true, amount, currency: 'CNY' })
    if (quote?.ok !== true) throw new Error('no price')
    expect(quote.parts.reduce((sum, part) => sum + part.amount, 0)).toBe(amount)
    expect(quote.parts[0]?.source).toContain('Beijing')
    expect(quote.reasons.zh.join()).toContain('合计')
  })

  test('legs sum; bus and metro each by their own tariff', () => {
    const bus = { route: 'bus', enter: '2026-11-21T09:00' }
    expect(quotes([{ legs: [leg(6_000), bus] }])).toMatchObject([
      { amount: 400, parts: [{ legs: [0] }, { legs: [1] }, { legs: [1] }] },
    ])
  })

  test('the same rider goes on where the earlier journeys left, in whatever order they stand', () => {
    const rides = Array.from({ length: 30 }, (_, day) => ({
      rider: 'r1',
      issuer: 'local',
      legs: [leg(40_000, day + 1 > 9 ? day + 1 : 10)],
    }))
    const some = quotes(rides.toReversed()).map((quote) => quote.ok && quote.amount)
    expect(some).toContain(560)
    expect(quotes([{ ...rides[29], rider: 'r2' }])).toMatchObject([{ amount: 700 }])
  })

  test('stations by number and by name', () => {
    const [a, b] = source.networks[0]?.stations ?? []
    const at = { route: 'metro/1', enter: '2026-11-21T08:00', exit: '2026-11-21T08:30' }
    const byNumber = quotes([{ legs: [{ ...at, from: a?.id, to: b?.id }] }])
    expect(byNumber).toMatchObject([{ ok: true }])
    expect(quotes([{ legs: [{ ...at, from: a?.nameZh, to: b?.nameEn }] }])).toEqual(byNumber)
  })

  test.each([
    ['no mode', { route: 'boat', enter: '2026-11-21T08:00' }, '[0].legs[0].route'],
    ['no station', { ...leg(1), from: 'Nowhere', to: 1 }, '[0].legs[0].from'],
    ['no time', { route: 'bus', enter: 'morning' }, '[0].legs[0]'],
    ['no day', { ...leg(1), enter: '2026-02-30T08:00' }, '[0].legs[0]'],
    ['no route', { enter: '2026-11-21T08:00' }, '[0].legs[0].route'],
  ])('%s is told with its place', (_, wrong, path) => {
    expect(() => quotes([{ legs: [wrong] }])).toThrow(
      expect.objectContaining({
        code: 'fares.bad-journeys',
        details: { faults: expect.arrayContaining([expect.objectContaining({ path })]) },
      }),
    )
  })

  test.each([
    ['medium', { medium: 'qr' }],
    ['issuer', { issuer: 'locla' }],
  ])('a slip in the %s is a fault and never a price', (field, wrong) => {
    const path = `[0].${field}`
    expect(() => quotes([{ ...wrong, legs: [leg(1)] }])).toThrow(
      expect.objectContaining({
        code: 'fares.bad-journeys',
        details: { faults: [expect.objectContaining({ path, rule: field })] },
      }),
    )
  })

  test('overtime is charged by the times of the leg, whatever states its distance', () => {
    const stay = (exit: string) => quotes([{ legs: [{ ...leg(4_001), exit }] }])
    expect(stay('2026-11-21T12:00')).toMatchObject([{ amount: 300 }])
    expect(stay('2026-11-21T12:00:01')).toMatchObject([{ amount: 600 }])
  })

  test('overtime at a maximum that only the network knows has no price by distance', () => {
    const wuhan = { tariffs: [tariffNamed('wuhan-metro')], networks: [] }
    const stay = { ...leg(4_001), exit: '2026-11-21T13:00' }
    expect(quoteJourneys(wuhan, parseJourneys([{ legs: [stay] }]))).toMatchObject([
      { ok: false, code: 'fares.no-maximum' },
    ])
  })

  test('a network that is no made-up one has a highest fare, a made-up one has none', () => {
    const tariff = tariffNamed('wuhan-metro')
    const made = networkFor(tariff)
    const stay = [{ legs: [{ ...leg(4_001), exit: '2026-11-21T13:00' }] }]
    const withOne = (generated: boolean) =>
      quoteJourneys({ tariffs: [tariff], networks: [{ ...made, generated }] }, parseJourneys(stay))
    expect(withOne(true)).toMatchObject([{ code: 'fares.no-maximum' }])
    const highest = compileTariff(tariff, made).rules[0]?.base.highestFen()
    expect(withOne(false)).toMatchObject([{ ok: true, amount: 300 + Number(highest) }])
  })

  test('an hour of entry is the entry, also of a ride without stations', () => {
    const early = { ...metro, discounts: [EARLY], accumulation: [] }
    const at = (enter: string) =>
      quoteJourneys(
        { tariffs: [early], networks: [] },
        parseJourneys([{ legs: [{ ...leg(6_000), enter }] }]),
      )
    expect(at('2026-11-21T06:59')).toMatchObject([{ amount: 150 }])
    expect(at('2026-11-21T07:00')).toMatchObject([{ amount: 300 }])
  })

  test('an exit before the entry has no price', () => {
    const back = { ...leg(1), exit: '2026-11-21T07:59' }
    expect(quotes([{ legs: [back] }])).toMatchObject([
      { ok: false, code: 'fares.exit-before-entry', leg: 0 },
    ])
  })

  test('what no tariff covers is refused, leg by leg', () => {
    expect(
      quotes([{ legs: [leg(1), { route: 'taxi', enter: '2026-11-21T08:00' }] }]),
    ).toMatchObject([{ ok: false, code: 'fares.no-tariff', leg: 1 }])
  })
})

test('journeys under a feed', () => {
  const legs = [
    { route: 'bus1', from: 'S', to: 'T', enter: '2026-11-21T08:00', exit: '2026-11-21T08:10' },
    { route: 'tram', from: 'T', to: 'U', enter: '2026-11-21T08:15', exit: '2026-11-21T08:25' },
  ]
  expect(quoteFeed(feedOf(), parseJourneys([{ legs }]))).toMatchObject([
    {
      ok: true,
      amount: 500,
      currency: 'EUR',
      parts: [
        { rule: 'single', amount: 200, source: 'fare_leg_rules.txt line 2' },
        { rule: 'tram', amount: 300 },
      ],
    },
  ])
  expect(() =>
    quoteFeed(feedOf(), parseJourneys([{ legs: [{ route: 'bus1', enter: '2026-11-21T08:00' }] }])),
  ).toThrow(expect.objectContaining({ code: 'fares.bad-journeys' }))
})
