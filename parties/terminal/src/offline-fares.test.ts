import { acceptanceOf } from '@unifare/bundle'
import { type RailAccount, readRailAccount } from '@unifare/card'
import {
  createManualClock,
  createSeededRandom,
  fromUtf8,
  type Instant,
  shanghaiDay,
  utf8,
} from '@unifare/core'
import {
  type AccountRide,
  compileTariff,
  generateNetwork,
  price,
  rate,
  type StationNetwork,
  sampleRiders,
  type Tariff,
  tariffs,
} from '@unifare/fares'
import { describe, expect, it } from 'vitest'
import { newCard, VISITOR, viewOf } from './cards.fixture.ts'
import type { TerminalConfig } from './config.ts'
import { fareOf, type Priceable } from './plan-context.ts'
import {
  AT,
  beside,
  bundle,
  bundles,
  CONFIG,
  ENTRY_GATE,
  EXIT_GATE,
  listsOf,
  openBench,
  published,
  tap,
} from './terminal.fixture.ts'

/** What a terminal prices offline from its bundle is what the full engine says, fen for fen. */
const HOUR_MS = 3_600_000

function networkOf(tariff: Tariff): StationNetwork | undefined {
  if (tariff.network === null) return undefined
  const random = createSeededRandom(`network of ${tariff.id}`)
  const id = tariff.network
  return generateNetwork({ id, operator: null, tariff, random: (length) => random.bytes(length) })
}

/** The tariff as a terminal holds it: signed, sent as text, opened, compiled. */
async function offline(tariff: Tariff, network: StationNetwork | undefined) {
  const content = { tariffs: published([tariff]), networks: network === undefined ? [] : [network] }
  const travelled: unknown = JSON.parse(fromUtf8(utf8(JSON.stringify(content))))
  const [acceptance] = await bundles()
  const [mode = 'bus'] = tariff.modes
  const config = { ...CONFIG, mode, division: tariff.city } as TerminalConfig
  const signed = [await bundle('tariffs', travelled), acceptance].filter((one) => one !== undefined)
  const lists = await listsOf(config, signed)
  const [compiled] = lists.tariffs
  const row = acceptanceOf(
    lists.acceptance,
    { operator: config.operator, mode: 'bus', medium: 'card', issuer: VISITOR },
    AT,
  )
  if (compiled === undefined || row === undefined) throw new TypeError('a list is missing')
  return { lists, config, compiled, row }
}

describe.each(tariffs().map((tariff) => [tariff.id, tariff] as const))('%s', (_, tariff) => {
  it('costs offline what the full engine says, for every ride of its sample', async () => {
    const network = networkOf(tariff)
    const { lists, config, compiled, row } = await offline(tariff, network)
    const full = compileTariff(tariff, network)
    const random = createSeededRandom(`rides of ${tariff.id}`)
    const rides = sampleRiders([full], { random, riders: 40 }).flatMap((rider) => rider.rides)
    expect(rides.length).toBeGreaterThan(100)
    let costing = 0
    for (const ride of rides) {
      const issued = { ...row, division: ride.issuer.division }
      const at: Priceable = {
        config: { ...config, mode: ride.mode, line: ride.line ?? 0 } as TerminalConfig,
        lists,
        at: ride.at,
        metered: {},
        tariff: compiled,
        acceptance: issued,
        riderClass: ride.riderClass,
      }
      const asked = byCard(ride, issued)
      const priced = price(full, asked)
      if (priced.ok && priced.amountFen > 0) costing += 1
      const told = fareOf(at, factsOf(asked))
      expect(told).toEqual(
        priced.ok ? priced.amountFen : expect.objectContaining({ detail: priced.code }),
      )
    }
    expect(costing).toBeGreaterThan(0)
  })
})

/** The ride as a card of this issuer takes it; modes without gates know no stations. */
function byCard(
  ride: AccountRide,
  { issuer, division }: { readonly issuer: string; readonly division: string },
): AccountRide {
  const { mode, at, entry, exit, distanceM, durationS, riderClass } = ride
  return {
    mode,
    line: ride.line ?? 0,
    at,
    ...(entry === undefined ? {} : { entry }),
    ...(exit === undefined ? {} : { exit }),
    ...(distanceM === undefined ? {} : { distanceM }),
    ...(durationS === undefined ? {} : { durationS }),
    medium: 'card',
    riderClass,
    issuer: { institution: issuer, division },
  }
}

function factsOf({ entry, exit, distanceM, durationS }: AccountRide) {
  return {
    ...(entry === undefined ? {} : { entry: { ...entry, city: '5210', line: 2 } }),
    ...(exit === undefined ? {} : { exit }),
    ...(distanceM === undefined ? {} : { distanceM }),
    ...(durationS === undefined ? {} : { durationS }),
  }
}

/** A rider's months through two gates of a metro, one commute a time. */
async function rideMonths(tariff: Tariff, starts: readonly Instant[]) {
  const network = networkOf(tariff)
  if (network === undefined) throw new TypeError('a metro without stations')
  const [line] = network.lines
  const [from, to] = [line?.stations[0] ?? 0, line?.stations.at(-1) ?? 0]
  const all = await bundles()
  const content = { tariffs: published([tariff]), networks: [network] }
  const lists = [...all.slice(0, 3), await bundle('tariffs', content)]
  const clock = createManualClock(AT)
  const city = { division: tariff.city, line: line?.id ?? 0 }
  const entry = await openBench({ ...ENTRY_GATE, ...city, station: from }, { clock, lists })
  const leaving = { ...EXIT_GATE, ...city, station: to, terminal: '413100000002' } as const
  const exit = await beside(entry, leaving, { lists })
  const slot = await newCard({ balanceFen: 90_000 })
  const paid: number[] = []
  for (const at of starts) {
    clock.set(at)
    expect(await tap(entry, slot)).toMatchObject({ ok: true })
    clock.set(at + HOUR_MS)
    const decision = await tap(exit, slot)
    expect(decision).toMatchObject({ ok: true })
    if (decision.ok) paid.push(decision.amountFen)
  }
  const { priced, account } = rate(
    compileTariff(tariff, network),
    starts.map((at) => ({
      mode: 'metro',
      line: city.line,
      at: at + HOUR_MS,
      entry: { station: from, at },
      exit: { station: to, at: at + HOUR_MS },
      medium: 'card',
      riderClass: 'adult',
      issuer: { institution: VISITOR, division: '440100' },
    })),
  )
  const fares = priced.map((one) => (one.ok ? one.amountFen : one.code))
  return { paid, fares, account, rail: (await viewOf(slot)).rail }
}

describe('monthly steps, by what the card itself keeps', () => {
  it.each(
    tariffs()
      .filter(({ accumulation, modes, operator }) => {
        return accumulation.length > 0 && modes.includes('metro') && operator !== null
      })
      .map((tariff) => [tariff.id, tariff] as const),
  )(
    '%s: a rider of two months pays at the gates what the full engine says',
    async (_, tariff) => {
      const starts = Array.from({ length: 44 }, (_unused, ride) => AT + ride * 12 * HOUR_MS)
      const { paid, fares, account, rail } = await rideMonths(tariff, starts)
      expect(paid).toEqual(fares)
      expect(Math.min(...paid)).toBeLessThan(paid[0] ?? 0)
      const last = shanghaiDay(starts.at(-1) ?? 0).slice(0, 7)
      expect(account.month).toBe(last)
      expect(rail && readRailAccount(rail)).toEqual({
        operator: CONFIG.operator,
        month: last.replace('-', ''),
        ...account.monthToDate,
      } satisfies RailAccount)
    },
    30_000,
  )
})
