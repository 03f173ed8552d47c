import { createMemoryRepository } from '@unifare/core'
import { type CompiledTariff, openTariffList } from '@unifare/fares'
import type { SchemeToken } from '@unifare/ridecode'
import type { Tap } from '@unifare/tap'
import { describe, expect, test } from 'vitest'
import { fareAccountOf } from './account-keys.ts'
import { openFareAccounts, ridden } from './fare-accounts.ts'
import { joinedCode } from './joined-code.fixture.ts'
import {
  ACCEPTANCE,
  AT,
  cardExit,
  codeTap,
  LOCAL,
  lineOf,
  MINUTE,
  OPERATOR,
  tariffNamed,
} from './operator.fixture.ts'
import { priceRide } from './pricing.ts'

/** Rides of ten minutes each that would fill a day. */
const RIDES_A_DAY = 144
/** Beijing's monthly steps: 80 % of the following rides from 100 yuan on, 50 % from 150 on. */
const BEIJING = openTariffList({
  tariffs: [tariffNamed('beijing-metro')],
  networks: [lineOf('beijing-metro')],
})
/** The same steps for codes, too. */
const FOR_ALL = openTariffList({
  tariffs: [everyMedium(tariffNamed('beijing-metro'))],
  networks: [lineOf('beijing-metro')],
})
const repository = () => createMemoryRepository()
/** 2 November 2026 at noon in Shanghai, on a Monday. */
const MONDAY = Date.UTC(2026, 10, 2, 4)

function everyMedium(tariff: ReturnType<typeof tariffNamed>) {
  return { ...tariff, accumulation: tariff.accumulation.map((one) => ({ ...one, when: {} })) }
}

/** A ride of 12 km by card, the n-th of the month. */
const byCard = (n: number, change: Partial<Tap> = {}): Tap => {
  const at = MONDAY + n * 10 * MINUTE
  const enteredAt = at - 30 * MINUTE
  return cardExit({ from: 1, enteredAt, at, station: 3, issuer: LOCAL, sequence: n, ...change })
}

/** Prices taps one run after the other, as an operator does that keeps what it priced. */
async function prices(
  tariffs: readonly CompiledTariff[],
  runs: readonly (readonly Tap[])[],
  store = repository(),
): Promise<number[]> {
  const fen: number[] = []
  for (const taps of runs) {
    await store.transaction(async (tx) => {
      const accounts = await openFareAccounts(tx, { operator: OPERATOR, tariffs, taps })
      for (const exit of taps) {
        const entry =
          exit.medium === 'code' ? { ...exit, kind: 'entry' as const, station: 1 } : null
        const paired = { kind: 'journey', entry, exit } as const
        fen.push(priceRide(tariffs, ACCEPTANCE, paired, { quote: accounts.price })?.pricedFen ?? -1)
      }
      await tx.put(ridden, accounts.fresh())
    })
  }
  return fen
}

/** A metro exit by a code whose issuer says in its field which schemes the rider joined. */
async function byCode(n: number, account: string, schemes: readonly SchemeToken[]): Promise<Tap> {
  const at = MONDAY + n * 10 * MINUTE
  const evidence = await joinedCode(account, schemes, at)
  return codeTap({ kind: 'exit', issuer: LOCAL, account, at, station: 3, sequence: n, evidence })
}

describe('the account of a rider at an operator', () => {
  test('a card comes to the steps of the month, over all runs, and begins anew with the next', async () => {
    const month = Array.from({ length: 50 }, (_, n) => byCard(n))
    const runs = [month.slice(0, 7), month.slice(7, 30), month.slice(30)]
    const fen = await prices(BEIJING, [...runs, [byCard(29 * RIDES_A_DAY)]])
    const [full = 0] = fen
    const at = (sumFen: number) => Math.ceil(sumFen / full)
    const reduced = fen.findIndex((one) => one !== full)
    expect(reduced).toBe(at(10_000))
    expect(fen[reduced]).toBe(full * 0.8)
    expect(fen[49]).toBe(full * 0.5)
    expect(fen.at(-1)).toBe(full)
  })

  test('another card, and a card at other runs, are priced as if they were alone', async () => {
    const month = Array.from({ length: 50 }, (_, n) => byCard(n))
    const other = byCard(60, { account: '3190000100000000025' })
    const [full = 0] = await prices(BEIJING, [[byCard(0)]])
    expect((await prices(BEIJING, [month, [other]])).at(-1)).toBe(full)
  })

  test('a ride that is uploaded late is priced at its place in the month', async () => {
    const month = Array.from({ length: 50 }, (_, n) => byCard(n))
    const late = month.splice(5, 1)
    const fen = await prices(BEIJING, [month, late])
    expect(fen.at(-1)).toBe(fen[0])
  })

  test('in whatever runs the rides are priced in their order, the prices are the same', async () => {
    const month = Array.from({ length: 50 }, (_, n) => byCard(n))
    const whole = await prices(BEIJING, [month])
    expect(
      await prices(
        BEIJING,
        month.map((tap) => [tap]),
      ),
    ).toEqual(whole)
  })
})

test('bus and metro of a city share the account that both tariffs name', async () => {
  const change = {
    id: 'change',
    source: 0,
    textZh: '换乘',
    textEn: 'change',
    when: {},
    from: { modes: ['bus'] },
    counts: 'from-end',
    withinS: 3_600,
    most: null,
    effect: { kind: 'minus', amountFen: 100 },
  }
  const bus = { ...tariffNamed('beijing-bus'), account: 'city', discounts: [] }
  const metro = { ...tariffNamed('beijing-metro'), account: 'city', discounts: [] }
  const tariffs = openTariffList({
    tariffs: [bus, { ...metro, accumulation: [], transfers: [change] }],
    networks: [lineOf('beijing-metro')],
  })
  const boarding = byCard(0, { kind: 'purchase', mode: 'bus', entry: null, distanceM: 5_000 })
  const ride = byCard(5)
  expect(await prices(tariffs, [[boarding], [ride]])).toEqual([200, 300])
  expect(await prices(tariffs, [[ride]])).toEqual([400])
})

describe('over the end of a year', () => {
  /** Half an hour past midnight of 1 January 2027 in Shanghai, a Friday. */
  const JANUARY = Date.UTC(2026, 11, 31, 16, 30)
  const step = { source: 0, textZh: '政策', textEn: 'policy', when: {} }
  const until = (n: number, at: number): Tap =>
    byCard(n, { at, entry: { ...byCard(n).entry, at: at - 30 * MINUTE } as Tap['entry'] })
  const [old, fresh] = [until(0, JANUARY - 40 * MINUTE), until(1, JANUARY)]
  const under = (change: object) =>
    openTariffList({
      tariffs: [{ ...tariffNamed('beijing-metro'), accumulation: [], discounts: [], ...change }],
      networks: [lineOf('beijing-metro')],
    })

  test('a transfer that began in the old year is one in the new', async () => {
    const effect = { kind: 'minus', amountFen: 100 }
    const from = { modes: ['metro'] }
    const change = { ...step, id: 'change', from, counts: 'from-end', withinS: 3_600, most: null }
    const tariffs = under({ transfers: [{ ...change, effect }] })
    expect(await prices(tariffs, [[old], [fresh]])).toEqual([400, 300])
  })

  test('a week has one cap', async () => {
    const tariffs = under({ caps: [{ ...step, id: 'week', period: 'week', amountFen: 500 }] })
    expect(await prices(tariffs, [[old], [fresh]])).toEqual([400, 100])
  })
})

describe('whose account a code counts in', () => {
  const scheme = { operator: OPERATOR, token: '00112233AABBCCDD' }
  const foreign = { operator: '11011002', token: 'FFFFFFFFFFFFFFFF' }
  const pseudonym = (n: number) => `31900001500000${String(n % 10).repeat(2)}017`

  test('the token of the scheme that its rider joined here, whatever number it shows', async () => {
    const taps = [await byCode(1, pseudonym(1), [scheme]), await byCode(2, pseudonym(2), [scheme])]
    const keys = taps.map((tap) => fareAccountOf(tap, OPERATOR))
    expect(new Set(keys)).toEqual(new Set([`token/${LOCAL}/${scheme.token}`]))
  })

  test('the number that it shows, without a token for this operator', async () => {
    for (const schemes of [[], [foreign]]) {
      const tap = await byCode(1, pseudonym(1), schemes)
      expect(fareAccountOf(tap, OPERATOR)).toBe(`code/${LOCAL}/${pseudonym(1)}`)
    }
    expect(fareAccountOf(codeTap(), OPERATOR)).toMatch(/^code\//)
    expect(fareAccountOf(byCard(1), OPERATOR)).toMatch(/^card\//)
  })

  test('so that the steps of a month follow a joined rider through all pseudonyms, and only those', async () => {
    const ride = (schemes: readonly SchemeToken[]) =>
      Promise.all(Array.from({ length: 50 }, (_, n) => byCode(n, pseudonym(n), schemes)))
    const joined = await prices(FOR_ALL, [await ride([scheme])])
    const apart = await prices(FOR_ALL, [await ride([])])
    const [full = 0] = joined
    expect(joined.at(-1)).toBe(full * 0.5)
    expect(new Set(apart)).toEqual(new Set([full]))
  })
})

test('a tariff that remembers nothing keeps nothing', async () => {
  const tariffs = openTariffList({
    tariffs: [tariffNamed('xian-metro')],
    networks: [lineOf('xian-metro')],
  })
  const store = repository()
  await prices(tariffs, [[byCard(1), byCard(2, { at: AT })]], store)
  expect(await store.transaction((tx) => tx.select(ridden, {}))).toEqual([])
})
