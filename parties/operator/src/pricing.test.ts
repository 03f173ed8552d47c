import { openTariffList } from '@unifare/fares'
import { FLAGS, REASONS, type Tap } from '@unifare/tap'
import { describe, expect, test } from 'vitest'
import { type Paired, priceRide } from './index.ts'
import {
  ACCEPTANCE,
  AT,
  cardExit,
  codeTap,
  LOCAL,
  lineOf,
  MINUTE,
  TARIFFS,
  tapOf,
  tariffNamed,
  VISITOR,
} from './operator.fixture.ts'

const XIAN = openTariffList(TARIFFS)
const SHENZHEN = openTariffList({
  tariffs: [tariffNamed('shenzhen-metro')],
  networks: [lineOf('shenzhen-metro')],
})
const SHENZHEN_ISSUER = '02215840'
const AT_SHENZHEN = {
  rows: [
    ...ACCEPTANCE.rows,
    ...ACCEPTANCE.rows
      .filter(({ issuer }) => issuer === LOCAL)
      .map((row) => ({ ...row, issuer: SHENZHEN_ISSUER, division: '440300' })),
  ],
}
const exitAt = AT + 30 * MINUTE

/** A card's ride over 12 km, with what its terminal debited. */
const byCard = (issuer: string, amountFen: number): Paired => ({
  kind: 'journey',
  entry: null,
  exit: cardExit({ from: 1, enteredAt: AT, at: exitAt, station: 3, issuer, amountFen }),
})
const byCode = (issuer: string, change: Partial<Tap> = {}): Paired => ({
  kind: 'journey',
  entry: codeTap({ issuer, station: 1 }),
  exit: codeTap({ issuer, kind: 'exit', station: 3, at: exitAt, ...change }),
})

describe('12 km of metro, by the policy of the place', () => {
  test.each([
    ["Xi'an, local card 90 %", byCard(LOCAL, 360), 360],
    ["Xi'an, visitor's card in full", byCard(VISITOR, 400), 400],
    ["Xi'an, code in full", byCode(LOCAL), 400],
    ["Xi'an, visitor's code in full", byCode(VISITOR), 400],
  ])('%s', (_, paired, fen) => {
    const ride = priceRide(XIAN, ACCEPTANCE, paired)
    expect(ride).toMatchObject({
      amountFen: fen,
      pricedFen: fen,
      distanceM: 12_000,
      from: 1,
      to: 3,
    })
  })

  test.each([
    ['Shenzhen, card issued there 95 %', byCard(SHENZHEN_ISSUER, 380), 380],
    ["Shenzhen, visitor's card in full", byCard(VISITOR, 400), 400],
    ['Shenzhen, code in full', byCode(SHENZHEN_ISSUER), 400],
  ])('%s', (_, paired, fen) => {
    expect(priceRide(SHENZHEN, AT_SHENZHEN, paired)).toMatchObject({
      amountFen: fen,
      pricedFen: fen,
    })
  })

  test('every price is explained in both languages, and its parts sum to it', () => {
    const ride = priceRide(XIAN, ACCEPTANCE, byCard(LOCAL, 360))
    expect(ride?.explanation).toEqual([
      { rule: 'ladder', amountFen: 400, zh: '里程分段票价', en: 'fare by distance' },
      {
        rule: 'card-local',
        amountFen: -40,
        zh: '本地交通联合卡 9 折',
        en: 'local T-Union card 90%',
      },
    ])
    expect(ride?.parts.reduce((sum, { amountFen }) => sum + amountFen, 0)).toBe(360)
  })
})

describe('a card', () => {
  test('pays what it was debited; the difference to the tariff is a part of its own', () => {
    for (const debitedFen of [0, 100, 399, 401, 900]) {
      const ride = priceRide(XIAN, ACCEPTANCE, byCard(VISITOR, debitedFen))
      expect(ride).toMatchObject({ amountFen: debitedFen, pricedFen: 400 })
      expect(ride?.parts.at(-1)).toEqual({
        rule: 'terminal.difference',
        amountFen: debitedFen - 400,
      })
    }
    const rules = priceRide(XIAN, ACCEPTANCE, byCard(VISITOR, 400))?.parts.map(({ rule }) => rule)
    expect(rules).toEqual(['ladder', 'card-visitor'])
  })

  test('is priced by the entry that it names itself, as its terminal did', () => {
    const paired = byCard(VISITOR, 400) as Paired & { kind: 'journey' }
    const entry = tapOf({ kind: 'entry', mode: 'metro', station: 1, at: AT + 999, amountFen: 0 })
    expect(priceRide(XIAN, ACCEPTANCE, { ...paired, entry })).toMatchObject({
      pricedFen: 400,
      from: 1,
    })
  })

  test('is charged what it was debited also where no tariff explains it', () => {
    const taxi = priceRide(XIAN, ACCEPTANCE, { kind: 'single', tap: tapOf({ mode: 'taxi' }) })
    expect(taxi).toMatchObject({ amountFen: 200, pricedFen: 0, tariff: { id: '', version: 0 } })
    const nowhere = cardExit({ from: 77, enteredAt: AT, at: exitAt, station: 3, amountFen: 300 })
    const lost = priceRide(XIAN, ACCEPTANCE, { kind: 'journey', entry: null, exit: nowhere })
    expect(lost).toMatchObject({ amountFen: 300, pricedFen: 0 })
    expect(lost?.parts).toEqual([{ rule: 'terminal.difference', amountFen: 300 }])
    const bare = tapOf({ kind: 'exit', mode: 'metro', amountFen: 300 })
    expect(priceRide(XIAN, ACCEPTANCE, { kind: 'missing-entry', exit: bare })?.amountFen).toBe(300)
  })

  test('keeps an open trip itself: nothing is asked for it', () => {
    const entry = tapOf({ kind: 'entry', mode: 'metro', amountFen: 0 })
    expect(priceRide(XIAN, ACCEPTANCE, { kind: 'missing-exit', entry })).toBeUndefined()
  })
})

describe('a repair by card', () => {
  const entry = { city: '7910', line: 1, station: 1, at: AT }
  const repair = (change: Partial<Tap>): Paired => ({
    kind: 'repaired',
    entry: null,
    exit: tapOf({ kind: 'repair', mode: 'metro', at: AT + 600 * MINUTE, entry, ...change }),
  })

  test('is priced to the station and the time that were stated, whenever it is made', () => {
    const stated = repair({ station: 3, durationS: 1_800, amountFen: 400 })
    expect(priceRide(XIAN, ACCEPTANCE, stated)).toMatchObject({ amountFen: 400, pricedFen: 400 })
  })

  test('takes the highest fare where the exit is not known', () => {
    const reason = REASONS['repair.maximum'].number
    expect(priceRide(XIAN, ACCEPTANCE, repair({ reason, amountFen: 600 }))).toMatchObject({
      pricedFen: 600,
      parts: [{ rule: 'repair.maximum', amountFen: 600 }],
    })
  })

  test('of a marked bus fare is the highest fare, too; another debit shows its difference', () => {
    const bus = openTariffList({ tariffs: [tariffNamed('beijing-bus')], networks: [] })
    const reason = REASONS['repair.marked'].number
    const taken = (amountFen: number) =>
      priceRide(bus, ACCEPTANCE, repair({ mode: 'bus', reason, amountFen }))
    expect(taken(600)?.parts).toEqual([{ rule: 'repair.marked', amountFen: 600 }])
    expect(taken(500)?.parts.at(-1)).toEqual({ rule: 'terminal.difference', amountFen: -100 })
  })

  test('in cash, or waived by staff, is no charge', () => {
    for (const reason of ['repair.cash', 'repair.waived'] as const) {
      const told = repair({ reason: REASONS[reason].number, amountFen: 0 })
      expect(priceRide(XIAN, ACCEPTANCE, told)).toBeUndefined()
    }
  })
})

test('an amount that a driver keyed in is the fare inside the bounds, else a difference', () => {
  const taxi = openTariffList({ tariffs: [tariffNamed('nanjing-taxi')], networks: [] })
  const keyed = (amountFen: number) => {
    const ride = tapOf({ mode: 'taxi', flags: FLAGS.keyed, distanceM: 5_000, amountFen })
    return priceRide(taxi, ACCEPTANCE, { kind: 'single', tap: ride })
  }
  expect(keyed(4_250)).toMatchObject({ amountFen: 4_250, pricedFen: 4_250 })
  expect(keyed(99)).toMatchObject({ amountFen: 99, pricedFen: 0 })
})

describe('a code', () => {
  test('pays the maximum from the one end that is known', () => {
    const maximum = { amountFen: 600, parts: [{ rule: 'incomplete.maximum', amountFen: 600 }] }
    const entry = codeTap({ station: 1 })
    expect(priceRide(XIAN, ACCEPTANCE, { kind: 'missing-exit', entry })).toMatchObject(maximum)
    const exit = codeTap({ kind: 'exit', station: 4 })
    expect(priceRide(XIAN, ACCEPTANCE, { kind: 'missing-entry', exit })).toMatchObject(maximum)
  })

  test("pays by the tariff's rule where it has one for the missing end", () => {
    const rule = {
      id: 'no-exit',
      textZh: '无出站记录：线网最高票价',
      textEn: 'no exit known: the highest fare of the network',
      source: 0,
      when: { media: ['code'] },
      missing: 'exit',
      charge: { kind: 'network-maximum' },
    }
    const tariffs = TARIFFS.tariffs.map((tariff) => ({ ...tariff, incomplete: [rule] }))
    const asked = openTariffList({ ...TARIFFS, tariffs })
    // 24 km from end to end cost 6 yuan; the 19 km from the second station, its maximum, 5.
    const entry = codeTap({ station: 2 })
    expect(priceRide(asked, ACCEPTANCE, { kind: 'missing-exit', entry })).toMatchObject({
      amountFen: 600,
      parts: [{ rule: 'no-exit', amountFen: 600 }],
    })
    const exit = codeTap({ kind: 'exit', station: 2 })
    expect(priceRide(asked, ACCEPTANCE, { kind: 'missing-entry', exit })?.parts).toEqual([
      { rule: 'incomplete.maximum', amountFen: 500 },
    ])
  })

  test('pays nothing for what is void or came late', () => {
    const entry = codeTap()
    expect(priceRide(XIAN, ACCEPTANCE, { kind: 'void', entry })).toBeUndefined()
    expect(
      priceRide(XIAN, ACCEPTANCE, { kind: 'late-entry', entry, completes: null }),
    ).toBeUndefined()
  })

  test('is not priced by a guess', () => {
    expect(priceRide(XIAN, ACCEPTANCE, byCode(LOCAL, { station: 77 }))).toBeUndefined()
    expect(
      priceRide(XIAN, ACCEPTANCE, {
        kind: 'single',
        tap: codeTap({ kind: 'purchase', mode: 'taxi' }),
      }),
    ).toBeUndefined()
  })
})

describe('a list of tariffs', () => {
  test.each([
    ['no lists', {}],
    ['a ladder without its network', { tariffs: TARIFFS.tariffs, networks: [] }],
    ['a tariff that is none', { tariffs: [{ id: 'x' }], networks: [] }],
  ])('is read whole or refused: %s', (_, content) => {
    expect(() => openTariffList(content)).toThrow(expect.objectContaining({ name: 'UnifareError' }))
  })
})
