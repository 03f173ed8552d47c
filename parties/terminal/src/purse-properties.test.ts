import {
  type CardSlot,
  createLoadHost,
  loadCard,
  readCard,
  type TearPoint,
  tearing,
} from '@unifare/card'
import type { Fen, Instant } from '@unifare/core'
import { entryMinimum } from '@unifare/fares'
import { MONEY_KINDS, type Tap } from '@unifare/tap'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MASTERS, newCard, STORE } from './cards.fixture.ts'
import {
  type Account,
  type City,
  cityOf,
  expected,
  FARES,
  NAMES,
  PLACES,
  type Place,
} from './made-up-city.fixture.ts'
import type { Metered } from './metered.ts'
import { DEBIT, recordsOf } from './terminal.fixture.ts'

/**
 * What must hold of every purse, whatever is tapped in whatever order and cut wherever: it never
 * goes below zero, money is neither made nor lost, every debit is the fare that the tariff says or
 * the marked amount, and one tap never charges twice. The tariffs are random; the oracle keeps its
 * own account of the card's open rides and prices them itself.
 */

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
