import {
  createManualClock,
  createMemoryStorage,
  createSeededRandom,
  type Fen,
  type Instant,
  randomInteger,
} from '@unifare/core'
import {
  type CompiledTariff,
  maximumFare,
  openTariffList,
  price,
  tariffInForce,
  tariffs,
} from '@unifare/fares'
import { VISITOR } from './cards.fixture.ts'
import type { TerminalConfig } from './config.ts'
import type { Metered } from './metered.ts'
import {
  AT,
  type Bench,
  bundle,
  bundles,
  CONFIG,
  createOperatorEnd,
  ENTRY_GATE,
  EXIT_GATE,
  NETWORK,
  openBench,
  published,
} from './terminal.fixture.ts'

/** A made-up city with a terminal of every kind, and an oracle that prices what they do. */

const MINUTE_MS = 60_000
const BUS = { mode: 'bus', line: 7, stopsM: [0, 4_000, 9_000, 21_000] } as const
export const PLACES = {
  ferry: { mode: 'ferry', role: 'single', gate: false },
  taxi: { mode: 'taxi', role: 'single' },
  board: { ...BUS, role: 'board', station: 1 },
  boardLater: { ...BUS, role: 'board', station: 3 },
  alight: { ...BUS, role: 'alight', station: 4 },
  entry: ENTRY_GATE,
  exit: EXIT_GATE,
  desk: { mode: 'metro', station: 18, role: 'repair' },
  busDesk: { ...BUS, role: 'repair' },
  rent: { mode: 'bicycle', role: 'rent', station: 1 },
  dock: { mode: 'bicycle', role: 'return', station: 2 },
} as const satisfies Record<string, Partial<TerminalConfig>>
export type Place = keyof typeof PLACES
export const NAMES = Object.keys(PLACES) as Place[]

/** Fares of a made-up city, whole yuan and not. */
interface Fares {
  readonly firstFen: Fen
  readonly addFen: Fen
  readonly markedFen: Fen
  readonly entry: 'lowest-fare' | 'maximum'
}

export const FARES: readonly Fares[] = [
  { firstFen: 200, addFen: 100, markedFen: 600, entry: 'lowest-fare' },
  { firstFen: 333, addFen: 7, markedFen: 0, entry: 'maximum' },
  { firstFen: 1, addFen: 1_250, markedFen: 2_999, entry: 'lowest-fare' },
  { firstFen: 0, addFen: 90, markedFen: 45, entry: 'maximum' },
  ...Array.from({ length: 6 }, (_, city): Fares => {
    const random = createSeededRandom(`fares of city ${city}`)
    return {
      firstFen: randomInteger(random, 800),
      addFen: 1 + randomInteger(random, 300),
      markedFen: randomInteger(random, 2_500),
      entry: city % 2 === 0 ? 'lowest-fare' : 'maximum',
    }
  }),
]

function contentOf({ firstFen, addFen, markedFen, entry }: Fares) {
  const wanted = [
    'beijing-bus',
    'wuhan-metro',
    'shanghai-ferry',
    'nanjing-taxi',
    'hangzhou-bicycle',
  ]
  const own = published(tariffs().filter(({ id }) => wanted.includes(id))).map((tariff) => ({
    ...tariff,
    rules: tariff.rules.map((rule) => {
      const { base } = rule
      if (base.kind === 'flat') return { ...rule, base: { ...base, amountFen: firstFen } }
      if (base.kind !== 'distance-ladder') return rule
      const first = { ...base.first, amountFen: firstFen }
      return {
        ...rule,
        base: { ...base, first, steps: base.steps.map((step) => ({ ...step, addFen })) },
      }
    }),
    entry: tariff.entry.kind === 'fixed' ? tariff.entry : { ...tariff.entry, kind: entry },
    maximum:
      tariff.id === 'beijing-bus'
        ? { ...tariff.maximum, kind: 'fixed', amountFen: markedFen }
        : tariff.maximum,
  }))
  return { tariffs: own, networks: [NETWORK] }
}

export interface City {
  readonly benches: Readonly<Record<Place, Bench>>
  readonly tariffOf: (mode: TerminalConfig['mode'], at: Instant) => CompiledTariff
  readonly advance: (minutes: number) => Instant
}

const cities = new Map<number, Promise<City>>()
export const cityOf = (index: number): Promise<City> => {
  const known = cities.get(index) ?? openCity(FARES[index] as Fares)
  cities.set(index, known)
  return known
}

async function openCity(fares: Fares): Promise<City> {
  const content = contentOf(fares)
  const usual = (await bundles()).filter(({ kind }) => kind !== 'tariffs')
  const lists = [...usual, await bundle('tariffs', content)]
  const clock = createManualClock(AT)
  const operator = createOperatorEnd(clock)
  const opened: [Place, Bench][] = []
  for (const [number, name] of NAMES.entries()) {
    const terminal = `4131000001${String(number).padStart(2, '0')}`
    const storage = createMemoryStorage()
    const place = { ...PLACES[name], terminal }
    opened.push([name, await openBench(place, { clock, operator, storage, lists })])
  }
  const compiled = openTariffList(content)
  return {
    benches: Object.fromEntries(opened) as Record<Place, Bench>,
    tariffOf(mode, at) {
      const tariff = tariffInForce(compiled, mode, at)
      if (tariff === undefined) throw new TypeError(`no tariff for ${mode}`)
      return tariff
    },
    advance(minutes) {
      clock.set(clock.now() + minutes * MINUTE_MS)
      return clock.now()
    },
  }
}

/** The oracle's account of a card. */
export interface Account {
  rail: { readonly station: number; readonly at: Instant } | null
  bus: { readonly stop: number; readonly at: Instant; readonly markedFen: Fen } | null
  hire: { readonly at: Instant } | null
}

const METRES = BUS.stopsM

/** What a debit at a place must be, and the account behind it. */
export function expected(
  city: City,
  account: Account,
  tap: { readonly place: Place; readonly at: Instant; readonly metered: Metered },
): { readonly amountFen: Fen; readonly next: Account } | undefined {
  const { place, at, metered } = tap
  const { mode, station } = { ...CONFIG, ...PLACES[place] }
  const tariff = city.tariffOf(mode, at)
  const common = {
    mode,
    at,
    medium: 'card',
    riderClass: 'adult',
    issuer: { institution: VISITOR, division: '440100' },
  } as const
  const fare = (ride: object) => {
    const priced = price(tariff, { ...common, ...ride })
    if (!priced.ok) throw new TypeError(priced.code)
    return priced.amountFen
  }
  switch (place) {
    case 'ferry':
      return { amountFen: fare({}), next: account }
    case 'taxi':
      return { amountFen: metered.keyed?.amountFen ?? -1, next: account }
    case 'board':
    case 'boardLater': {
      if (account.bus !== null) {
        return { amountFen: account.bus.markedFen, next: { ...account, bus: null } }
      }
      const bus = { stop: station, at, markedFen: maximumFare(tariff, station) }
      return { amountFen: 0, next: { ...account, bus } }
    }
    case 'alight': {
      if (account.bus === null) return undefined
      const { stop } = account.bus
      const distanceM = Math.abs((METRES[station - 1] ?? 0) - (METRES[stop - 1] ?? 0))
      const entry = { station: stop, at: account.bus.at }
      const amountFen = fare({ entry, exit: { station, at }, distanceM })
      return { amountFen, next: { ...account, bus: null } }
    }
    case 'busDesk':
      if (account.bus === null) return undefined
      return {
        amountFen: metered.repair && paysByCard(metered) ? account.bus.markedFen : 0,
        next: { ...account, bus: null },
      }
    case 'entry':
      return { amountFen: 0, next: { ...account, rail: { station, at } } }
    case 'exit': {
      if (account.rail === null) return undefined
      const amountFen = fare({ entry: account.rail, exit: { station, at } })
      return { amountFen, next: { ...account, rail: null } }
    }
    case 'desk':
      return atDesk(city, account, { metered, at, fare })
    case 'rent':
      return { amountFen: 0, next: { ...account, hire: { at } } }
    case 'dock': {
      if (account.hire === null) return undefined
      const durationS = Math.floor((at - account.hire.at) / 1000)
      return { amountFen: fare({ durationS }), next: { ...account, hire: null } }
    }
  }
}

function atDesk(
  city: City,
  account: Account,
  tap: {
    readonly metered: Metered
    readonly at: Instant
    readonly fare: (ride: object) => Fen
  },
) {
  const { metered, at, fare } = tap
  const order = metered.repair
  if (order?.fix === 'entry') {
    return { amountFen: 0, next: { ...account, rail: { station: order.station, at } } }
  }
  if (order?.fix !== 'exit' || account.rail === null) return undefined
  const { rail } = account
  const next = { ...account, rail: null }
  if (!paysByCard(metered)) return { amountFen: 0, next }
  if (order.station === null) {
    return { amountFen: maximumFare(city.tariffOf('metro', at), rail.station), next }
  }
  return { amountFen: fare({ entry: rail, exit: { station: order.station, at } }), next }
}

function paysByCard({ repair }: Metered): boolean {
  return repair === undefined || !('payment' in repair) || repair.payment === undefined
}
