import { describe, expect, it } from 'vitest'
import type { CountedCharge, SettledRide } from './figures.ts'
import { createCounter } from './statistics.ts'

const BEIJING = '02002900'
const CHONGQING = '05215210'
const HOMES = new Map([
  [BEIJING, '1000'],
  [CHONGQING, '6530'],
])

const ride = (changes: Partial<CountedCharge>, replacesFen: number | null = null): SettledRide => ({
  charge: {
    medium: 'card',
    issuer: BEIJING,
    account: '1',
    operator: '01001000',
    city: '1000',
    line: 1,
    taps: [{ terminal: '400000000001', sequence: 1, amountFen: 0 }],
    amountFen: 300,
    ...changes,
  },
  replacesFen,
})
const gate = (terminal: string) => ({ terminal, sequence: 1, amountFen: 0 })

describe('two closed days', () => {
  const counter = createCounter(HOMES)
  counter.count('2026-11-20', [
    ride({ taps: [gate('400000000001'), gate('400000000002')] }),
    ride({ line: 2 }),
    ride({ issuer: CHONGQING, medium: 'code', account: '9', amountFen: 500 }),
    ride({ city: '6530', operator: '15215211', line: 1, taps: [gate('400000000003')] }),
  ])
  counter.count('2026-11-21', [
    ride({ account: '2', line: 0 }),
    // The code ride of the day before cost less: no new ride, and less money.
    ride({ issuer: CHONGQING, medium: 'code', account: '9', amountFen: 400 }, 500),
  ])
  const told = counter.result()

  it('count every day by itself', () => {
    expect(told?.days).toEqual([
      {
        day: '2026-11-20',
        rides: 4,
        amountFen: 1_400,
        cardRides: 3,
        codeRides: 1,
        crossCityRides: 2,
        crossCityFen: 800,
        cards: 1,
        codeNumbers: 1,
        issuers: 2,
        operators: 2,
        cities: 2,
        lines: 3,
        terminals: 3,
      },
      {
        day: '2026-11-21',
        rides: 1,
        amountFen: 200,
        cardRides: 1,
        codeRides: 0,
        crossCityRides: 0,
        crossCityFen: -100,
        cards: 1,
        codeNumbers: 1,
        issuers: 2,
        operators: 1,
        cities: 1,
        lines: 1,
        terminals: 1,
      },
    ])
  })

  it('count a card, line or terminal once over all days', () => {
    expect(told?.cumulative).toMatchObject({
      rides: 5,
      amountFen: 1_600,
      crossCityRides: 2,
      crossCityFen: 700,
      cards: 2,
      codeNumbers: 1,
      lines: 3,
      terminals: 3,
    })
    expect([told?.firstDay, told?.lastDay]).toEqual(['2026-11-20', '2026-11-21'])
  })

  it('tell of every city who rode there and who left it', () => {
    expect(told?.cities).toEqual([
      { city: '1000', rides: 4, fromElsewhere: 1, elsewhere: 1 },
      { city: '6530', rides: 1, fromElsewhere: 1, elsewhere: 1 },
    ])
  })
})

it('counts no ride as cross-city whose issuer has no known city', () => {
  const counter = createCounter(new Map())
  counter.count('2026-11-20', [ride({ city: '6530' })])
  expect(counter.result()?.cumulative).toMatchObject({ rides: 1, crossCityRides: 0 })
})

it('tells nothing before the first day', () => {
  expect(createCounter(HOMES).result()).toBeUndefined()
})
