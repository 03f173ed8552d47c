import { createMemoryRepository } from '@unifare/core'
import { openTariffList } from '@unifare/fares'
import { deliveryId } from '@unifare/tap'
import { describe, expect, test } from 'vitest'
import { openFareAccounts } from './fare-accounts.ts'
import { type StatedEnd, stillWaits } from './incomplete-ride.ts'
import { type Paired, priceRide } from './index.ts'
import {
  ACCEPTANCE,
  AT,
  codeTap,
  LOCAL,
  lineOf,
  MINUTE,
  OPERATOR,
  tariffNamed,
} from './operator.fixture.ts'
import type { PricingMore } from './pricing.ts'

const DAY_MS = 86_400_000
const listOf = (id: string) =>
  openTariffList({ tariffs: [tariffNamed(id)], networks: [lineOf(id)] })
const XIAN = listOf('xian-metro')
const NANJING = listOf('nanjing-metro')
const entry = codeTap({ issuer: LOCAL, station: 1 })
const exit = codeTap({ issuer: LOCAL, kind: 'exit', station: 3, at: AT + 30 * MINUTE })
const noExit: Paired = { kind: 'missing-exit', entry }
const noEntry: Paired = { kind: 'missing-entry', exit }
const word: StatedEnd = { line: 1, station: 2, statedAt: AT + 300 * MINUTE }
const said = (tap: typeof entry, end: Partial<StatedEnd> = {}) => ({
  statements: new Map([[deliveryId(tap), { ...word, ...end }]]),
})
const open3 = { mode: 'metro', station: 3, from: AT, to: AT + 30 * MINUTE } as const
const priceOf = (paired: Paired, more: PricingMore = {}, tariffs = XIAN) =>
  priceRide(tariffs, ACCEPTANCE, paired, more)

describe('a journey with one end', () => {
  test('costs the maximum without a word: 24 km', () => {
    expect(priceOf(noExit)).toMatchObject({ amountFen: 600, from: 1, to: 1 })
  })

  test('goes to the station that its rider stated: 5 km; the word is its evidence', () => {
    const ride = priceOf(noExit, said(entry))
    expect(ride).toMatchObject({ amountFen: 200, from: 1, to: 2, distanceM: 5_000 })
    expect(ride?.taps).toEqual([entry])
    expect(ride?.parts.at(-1)).toEqual({ rule: 'statement.station', amountFen: 0 })
    expect(ride?.explanation.at(-1)).toMatchObject({
      zh: '乘客补登下车站：第2站（2026-11-20T05:00:00.000Z）',
      en: 'the rider stated the exit: Station 2 (2026-11-20T05:00:00.000Z)',
    })
  })

  test('or from there: 7 km', () => {
    expect(priceOf(noEntry, said(exit))).toMatchObject({ amountFen: 300, from: 2, to: 3 })
  })

  test('a word of the rider is worth more than gates that stood open somewhere', () => {
    const both = { ...said(entry), incidents: [open3] }
    expect(priceOf(noExit, both)).toMatchObject({ to: 2 })
    expect(priceOf(noExit, { incidents: [open3] })).toMatchObject({ to: 3, amountFen: 400 })
  })

  test('a word for another journey is none for this one', () => {
    expect(priceOf(noExit, said(exit, { station: 4 }))).toMatchObject({ amountFen: 600 })
  })
})

describe('waiting for the other end', () => {
  const waits = (tariffs: typeof XIAN, at: number, more: object = {}) =>
    stillWaits(
      { tariffs, acceptance: ACCEPTANCE, incidents: [], statements: new Map(), ...more },
      noExit,
      at,
    )

  test('Nanjing: three days and not a millisecond longer', () => {
    expect(waits(NANJING, AT + 3 * DAY_MS - 1)).toBe(true)
    expect(waits(NANJING, AT + 3 * DAY_MS)).toBe(true)
    expect(waits(NANJING, AT + 3 * DAY_MS + 1)).toBe(false)
  })

  test("Xi'an: until the day is given up", () => {
    expect(waits(XIAN, AT + 1)).toBe(false)
  })

  test('not when the station is known in another way', () => {
    expect(waits(NANJING, AT + 1, said(entry))).toBe(false)
    expect(waits(NANJING, AT + 1, { incidents: [open3] })).toBe(false)
  })

  test('only journeys with one end wait so', () => {
    const pricing = {
      tariffs: NANJING,
      acceptance: ACCEPTANCE,
      incidents: [],
      statements: new Map(),
    }
    expect(stillWaits(pricing, { kind: 'journey', entry, exit }, AT)).toBe(false)
    expect(stillWaits(pricing, { kind: 'void', entry }, AT)).toBe(false)
    expect(stillWaits(pricing, noEntry, exit.at + 1)).toBe(false)
  })
})

describe('what is completed counts in the account like any other ride', () => {
  /** Beijing with its monthly steps for every medium: 80 % after 100 yuan. */
  const tariff = tariffNamed('beijing-metro')
  const steps = tariff.accumulation.map((one) => ({ ...one, when: {} }))
  const BEIJING = openTariffList({
    tariffs: [{ ...tariff, accumulation: steps }],
    networks: [lineOf('beijing-metro')],
  })

  /** Prices of journeys of half an hour each, in one account. */
  async function prices(items: readonly Paired[], more: PricingMore): Promise<readonly number[]> {
    return createMemoryRepository().transaction(async (tx) => {
      const taps = [entry]
      const accounts = await openFareAccounts(tx, { operator: OPERATOR, tariffs: BEIJING, taps })
      return items.map(
        (item) => priceOf(item, { ...more, quote: accounts.price }, BEIJING)?.amountFen ?? -1,
      )
    })
  }
  const at = (n: number) => AT + n * 30 * MINUTE
  const lone = (n: number) => ({ ...entry, at: at(n), sequence: n + 1 })
  const items = Array.from(
    { length: 30 },
    (_, n): Paired => ({
      kind: 'missing-exit',
      entry: lone(n),
    }),
  )
  const statements = new Map(
    items.map((_, n) => [deliveryId(lone(n)), { ...word, station: 3 }] as const),
  )
  const incidents = [{ ...open3, to: at(30) }]

  test('by the word of its rider: 25 rides of 4 yuan, the next pay 80 %', async () => {
    const fen = await prices(items, { statements })
    expect(fen.slice(0, 25)).toEqual(Array.from({ length: 25 }, () => 400))
    expect(fen.slice(25)).toEqual([320, 320, 320, 320, 320])
  })

  test('by gates that stood open, each once although the cheapest of two is looked for', async () => {
    const two = [...incidents, { ...open3, station: 4, to: at(30) }]
    expect(await prices(items, { incidents: two })).toEqual(await prices(items, { statements }))
  })

  test('a maximum counts for nothing', async () => {
    const fen = await prices(items, {})
    expect(new Set(fen).size).toBe(1)
  })
})
