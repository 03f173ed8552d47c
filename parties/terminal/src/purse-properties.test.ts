import {
  type CardSlot,
  createLoadHost,
  loadCard,
  readCard,
  type TearPoint,
  tearing,
} from '@unifare/card'
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
  entryMinimum,
  maximumFare,
  openTariffList,
  price,
  tariffInForce,
  tariffs,
} from '@unifare/fares'
import { MONEY_KINDS, type Tap } from '@unifare/tap'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { TerminalConfig } from './config.ts'
import type { Metered } from './metered.ts'
import {
  AT,
  type Bench,
  bundle,
  bundles,
  CONFIG,
  createOperatorEnd,
  DEBIT,
  ENTRY_GATE,
  EXIT_GATE,
  MASTERS,
  NETWORK,
  newCard,
  openBench,
  recordsOf,
  STORE,
  VISITOR,
} from './terminal.fixture.ts'

/**
 * What must hold of every purse, whatever is tapped in whatever order and cut wherever: it never
 * goes below zero, money is neither made nor lost, every debit is the fare that the tariff says or
 * the marked amount, and one tap never charges twice. The tariffs are random; the oracle keeps its
 * own account of the card's open rides and prices them itself.
 */

const MINUTE_MS = 60_000
const BUS = { mode: 'bus', line: 7, stopsM: [0, 4_000, 9_000, 21_000] } as const
const PLACES = {
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
type Place = keyof typeof PLACES
const NAMES = Object.keys(PLACES) as Place[]

interface Step {
  readonly place: Place | 'load'
  readonly minutes: number
  readonly amountFen: number
  /** Which order the counter gets. */
  readonly order: number
  readonly tear: { readonly at: number; readonly point: TearPoint } | null
}

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.record({
    place: fc.constantFrom(...NAMES, 'load' as const),
    minutes: fc.constantFrom(1, 3, 12, 45, 300),
    amountFen: fc.integer({ min: 1, max: 3_000 }),
    order: fc.nat({ max: 4 }),
    tear: fc.option(
      fc.record({
        at: fc.integer({ min: 1, max: 16 }),
        point: fc.constantFrom<TearPoint>('before', 'after'),
      }),
      { freq: 2, nil: null },
    ),
  }),
  { minLength: 5, maxLength: 25 },
)

/** Fares of a made-up city, whole yuan and not. */
interface Fares {
  readonly firstFen: Fen
  readonly addFen: Fen
  readonly markedFen: Fen
  readonly entry: 'lowest-fare' | 'maximum'
}

const FARES: readonly Fares[] = [
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
  const own = tariffs()
    .filter(({ id }) => wanted.includes(id))
    .map((tariff) => ({
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

interface City {
  readonly benches: Readonly<Record<Place, Bench>>
  readonly tariffOf: (mode: TerminalConfig['mode'], at: Instant) => CompiledTariff
  readonly advance: (minutes: number) => Instant
}

const cities = new Map<number, Promise<City>>()
const cityOf = (index: number): Promise<City> => {
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

/** What the card did, seen at the chip itself. */
interface Debit {
  readonly counter: number
  readonly amountFen: Fen
}

/** A card whose debits are written down as they happen, and that may leave the field. */
function watchedCard(slot: CardSlot) {
  const debits: Debit[] = []
  const watching: CardSlot = {
    ...slot,
    async transmit(apdu) {
      const before = slot.card().memory
      const answer = await slot.transmit(apdu)
      const after = slot.card().memory
      if (apdu[1] === DEBIT && after.offlineNumber !== before.offlineNumber) {
        debits.push({
          counter: after.offlineNumber,
          amountFen: before.balanceFen - after.balanceFen,
        })
      }
      return answer
    },
  }
  return { watching, debits }
}

/** The oracle's account of a card. */
interface Account {
  rail: { readonly station: number; readonly at: Instant } | null
  bus: { readonly stop: number; readonly at: Instant; readonly markedFen: Fen } | null
  hire: { readonly at: Instant } | null
}

const METRES = BUS.stopsM

/** What a debit at a place must be, and the account behind it. */
function expected(
  city: City,
  account: Account,
  tap: { readonly place: Place; readonly at: Instant; readonly metered: Metered },
): { readonly amountFen: Fen; readonly next: Account } | undefined {
  const { place, at, metered } = tap
  const { mode, station = 0 } = { ...CONFIG, ...PLACES[place] }
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

function meteredOf({ place, amountFen, order }: Step): Metered {
  if (place === 'taxi') {
    const keyedFen = 1_100 + amountFen
    return { keyed: { amountFen: keyedFen, confirmedFen: keyedFen } }
  }
  if (place === 'busDesk') {
    return { repair: { fix: 'bus', ...(order === 0 ? { payment: 'cash' } : {}) } }
  }
  if (place !== 'desk') return {}
  const orders = [
    { fix: 'entry', line: 2, station: 17 },
    { fix: 'exit', station: 18 },
    { fix: 'exit', station: null },
    { fix: 'exit', station: 17, payment: 'waived' },
    { fix: 'exit', station: 18, payment: 'cash' },
  ] as const
  return { repair: orders[order] ?? orders[0] }
}

let cards = 0

/** Plays the steps with a fresh card; everything that must hold is checked on the way. */
async function play(city: City, balanceFen: Fen, script: readonly Step[]): Promise<Instant> {
  cards += 1
  const number = `312000001${String(cards).padStart(10, '0')}`
  const { watching, debits } = watchedCard(await newCard({ balanceFen, number }))
  const memory = () => watching.card().memory
  const loads: Fen[] = []
  let account: Account = { rail: null, bus: null, hire: null }
  const by = new Map<number, Place>()
  let at = city.advance(1)

  async function present(place: Place, metered: Metered, tear: Step['tear']) {
    const seen = debits.length
    const purseFen = memory().balanceFen
    let command = 0
    watching.reset()
    const transport =
      tear === null
        ? watching
        : tearing(watching, () => (++command === tear.at ? tear.point : undefined))
    const decision = await city.benches[place].terminal.presentCard(transport, metered)
    for (const debit of debits.slice(seen)) {
      const must = expected(city, account, { place, at, metered })
      expect(must?.amountFen, `debit at ${place}`).toBe(debit.amountFen)
      account = must?.next ?? account
      by.set(debit.counter, place)
    }
    expect(memory().balanceFen).toBeGreaterThanOrEqual(0)
    const fresh = debits.slice(seen)
    const paidFen = fresh.reduce((sum, { amountFen }) => sum + amountFen, 0)
    expect(purseFen - memory().balanceFen).toBe(paidFen)
    const mayPayTwice = place === 'board' || place === 'boardLater'
    expect(fresh.length).toBeLessThanOrEqual(mayPayTwice ? 2 : 1)
    if (!decision.ok && tear === null) expect(fresh.slice(mayPayTwice ? 1 : 0)).toEqual([])
    return { decision, fresh }
  }

  for (const step of script) {
    at = city.advance(step.minutes)
    const { place, tear } = step
    if (place === 'load') {
      if (await load(watching, step, at)) loads.push(step.amountFen)
      continue
    }
    const metered = meteredOf(step)
    const first = await present(place, metered, tear)
    // A rider who was told to present the card again does so at once.
    if (tear === null || first.decision.ok || step.order === 4) continue
    const second = await present(place, metered, null)
    const all = [...first.fresh, ...second.fresh]
    const most = (place === 'board' || place === 'boardLater') && all.length === 2 ? 2 : 1
    expect(all.length, 'one tap, presented twice').toBeLessThanOrEqual(most)
  }
  const paidFen = debits.reduce((sum, { amountFen }) => sum + amountFen, 0)
  const loadedFen = loads.reduce((sum, amountFen) => sum + amountFen, 0)
  expect(memory().balanceFen).toBe(balanceFen + loadedFen - paidFen)
  await checkRecords(city, { number, debits, by })
  return at
}

const host = createLoadHost({ store: STORE, load: MASTERS.load, tac: MASTERS.tac })

/** A load at a service point; false when the card refused it. */
async function load(slot: CardSlot, { amountFen }: Step, at: Instant): Promise<boolean> {
  slot.reset()
  const read = await readCard(slot)
  if (!read.ok) throw new TypeError(read.code)
  const terminal = '413100000099'
  const { view } = read
  const done = await loadCard({ transport: slot, host, view, terminal, keyIndex: 1, amountFen, at })
  return done.ok
}

/** Each debit has one tap with its amount at most, and no tap is without its debit. */
async function checkRecords(
  city: City,
  card: {
    readonly number: string
    readonly debits: readonly Debit[]
    readonly by: ReadonlyMap<number, Place>
  },
): Promise<void> {
  const records: Tap[] = []
  for (const bench of Object.values(city.benches)) {
    const own = (await recordsOf(bench)).filter(({ account }) => account === card.number)
    records.push(...own.filter(({ kind }) => MONEY_KINDS.has(kind)))
  }
  const counters = records.map(({ counter }) => counter)
  expect(new Set(counters).size).toBe(counters.length)
  for (const { counter, amountFen, terminal } of records) {
    const debit = card.debits.find((one) => one.counter === counter)
    expect(debit?.amountFen).toBe(amountFen)
    const place = card.by.get(counter)
    expect(place && city.benches[place].config.terminal).toBe(terminal)
  }
}

describe('a purse', () => {
  it('is never below zero, keeps its sum, and pays exactly what the tariff says, once', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat({ max: FARES.length - 1 }),
        fc.integer({ min: 0, max: 4_000 }),
        steps,
        async (index, balanceFen, script) => {
          await play(await cityOf(index), balanceFen, script)
        },
      ),
      { numRuns: 120 },
    )
  }, 60_000)

  it('is not let in with less than the tariff states', async () => {
    for (const index of FARES.keys()) {
      const city = await cityOf(index)
      const at = city.advance(1)
      for (const place of ['entry', 'board', 'rent'] as const) {
        const { mode, station } = PLACES[place]
        const neededFen = entryMinimum(city.tariffOf(mode, at), station)
        if (neededFen === 0) continue
        cards += 1
        const number = `312000002${String(cards).padStart(10, '0')}`
        const slot = await newCard({ balanceFen: neededFen - 1, number })
        expect(await city.benches[place].terminal.presentCard(slot)).toMatchObject({
          reason: 'card.insufficient-balance',
        })
      }
    }
  })
})
