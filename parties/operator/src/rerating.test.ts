import type { Instant } from '@unifare/core'
import { openTariffList } from '@unifare/fares'
import type { Charge, Tap } from '@unifare/tap'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type ChangedJourney, correctJourneys, leftCorrections } from './index.ts'
import {
  ACCEPTANCE,
  ACCOUNT,
  cardExit,
  codeTap,
  GATE,
  gateEvent,
  LOCAL,
  lineOf,
  MINUTE,
  OPERATOR,
  openWorking,
  tariffNamed,
} from './operator.fixture.ts'
import { priceRide } from './pricing.ts'

const DAY_MS = 86_400_000
const RIDERS = [ACCOUNT, ACCOUNT.replace(/17$/, '25')] as const
/** Behind the last ride: 2 December 2026, 12:00 in Shanghai. */
const LATE = Date.UTC(2026, 11, 2, 4)

/** Beijing's kind of steps for every medium, early enough for a short month, and a cap a day. */
const METRO = {
  ...tariffNamed('beijing-metro'),
  operator: OPERATOR,
  accumulation: tariffNamed('beijing-metro').accumulation.map((one) => ({
    ...one,
    when: {},
    steps: [
      { fromFen: 1_000, payPpm: 800_000 },
      { fromFen: 1_800, payPpm: 500_000 },
      { fromFen: 4_000, payPpm: 1_000_000 },
    ],
  })),
  caps: [
    {
      id: 'day',
      when: {},
      period: 'day',
      amountFen: 900,
      source: 0,
      textZh: '每日封顶',
      textEn: 'most that a day costs',
    },
  ],
}
const BUS = {
  ...tariffNamed('xian-bus'),
  operator: OPERATOR,
  accumulation: METRO.accumulation.map((one) => ({ ...one, source: 0 })),
}
const TARIFFS = { tariffs: [METRO, BUS], networks: [lineOf('beijing-metro')] }

async function openMonth() {
  const here = await openWorking()
  here.world.clock.set(LATE)
  await here.operator.command({ do: 'publish', kind: 'tariffs', content: TARIFFS })
  let sequence = 1
  return {
    ...here,
    /** Uploads taps; the sensor saw every entry pass. */
    async bring(taps: readonly Tap[]): Promise<void> {
      const records = taps.flatMap((tap) => {
        const own = sequence
        const isEntry = tap.kind === 'entry'
        sequence += isEntry ? 2 : 1
        return isEntry ? [tap, gateEvent('passed', own, { at: tap.at })] : [tap]
      })
      if (records.length > 0) await here.upload(records, GATE)
    },
    charge: (giveUpBefore: Instant = 0, upTo: Instant = LATE) =>
      here.operator.command({ do: 'make-charges', upTo, giveUpBefore }),
    charges: async (): Promise<Charge[]> => (await here.sent()).flatMap((batch) => batch.charges),
  }
}

/** A ride by code on a day of November, in an hour of that day. */
interface Ride {
  readonly day: number
  readonly hour: number
  readonly to: number
  readonly rider: string
  readonly mode: 'metro' | 'bus'
}

function tapsOf({ day, hour, to, rider, mode }: Ride): Tap[] {
  const at = Date.UTC(2026, 10, day, hour)
  const own = { issuer: LOCAL, account: rider, mode }
  if (mode === 'bus') return [codeTap({ ...own, kind: 'purchase', at, station: 0 })]
  return [
    codeTap({ ...own, at, station: 1 }),
    codeTap({ ...own, kind: 'exit', at: at + 30 * MINUTE, station: to }),
  ]
}

/** What each ride was asked for in the end, and what is asked of whom. */
function standing(all: readonly Charge[]) {
  const replaced = new Set(all.map(({ corrects }) => corrects))
  return all
    .filter(({ number }) => !replaced.has(number))
    .map(({ account, endAt, amountFen, parts, taps }) => ({
      ride: `${account}/${endAt}`,
      amountFen,
      parts,
      taps: taps.length,
    }))
    .sort((a, b) => (a.ride < b.ride ? -1 : 1))
}

/** A rider's metro rides of 12 km, one a day from 1 November on. */
const month = (days: number): Ride[] =>
  Array.from({ length: days }, (_, index) => {
    return { day: index + 1, hour: 2, to: 3, rider: ACCOUNT, mode: 'metro' }
  })

describe('a late tap of the 3rd', () => {
  async function lateThird(late: (taps: readonly Tap[]) => readonly Tap[], giveUp: Instant) {
    const here = await openMonth()
    const third = tapsOf(month(6)[2] as Ride)
    const held = new Set(late(third))
    const others = month(6).flatMap(tapsOf)
    const isHeld = (tap: Tap) => [...held].some(({ at }) => at === tap.at)
    await here.bring(others.filter((tap) => !isHeld(tap)))
    await here.charge(giveUp)
    const before = await here.charges()
    await here.bring([...held])
    return { here, before }
  }

  test('rates the rest of the month again: the rides that cost otherwise are corrected, and only those', async () => {
    const { here, before } = await lateThird((third) => third, 0)
    // 4 yuan each; behind 10 yuan of the month every ride costs 80 %.
    expect(before.map(({ amountFen }) => amountFen)).toEqual([400, 400, 400, 320, 320])
    expect(await here.charge()).toMatchObject({ charges: 1, corrections: 2 })
    const all = await here.charges()
    expect(all.slice(5)).toMatchObject([
      { number: 6, corrects: 0, amountFen: 400 },
      { number: 7, corrects: 3, amountFen: 320 },
      { number: 8, corrects: 5, amountFen: 200 },
    ])
  })

  test('its exit alone: the highest fare is taken back with it', async () => {
    const { here, before } = await lateThird((third) => third.slice(1), LATE)
    expect(before.map(({ amountFen }) => amountFen).toSorted((a, b) => a - b)).toEqual([
      320, 320, 400, 400, 400, 600,
    ])
    expect(await here.charge(LATE)).toMatchObject({ charges: 0, corrections: 3 })
    const [whole, ...later] = (await here.charges()).slice(6)
    expect(whole).toMatchObject({ amountFen: 400, from: 1, to: 3 })
    expect(whole?.taps).toHaveLength(2)
    expect(later.map(({ amountFen }) => amountFen)).toEqual([320, 200])
  })

  test('again, and again: nothing more is asked', async () => {
    const { here } = await lateThird((third) => third, 0)
    await here.charge()
    const asked = await here.charges()
    for (let i = 0; i < 2; i++) {
      expect(await here.charge(LATE)).toMatchObject({ charges: 0, corrections: 0 })
    }
    expect(await here.charges()).toEqual(asked)
  })
})

describe('a ride over the end of a business day', () => {
  /** 02:50 in Shanghai, ten minutes before the business day ends. */
  const entry = codeTap({ issuer: LOCAL, at: Date.UTC(2026, 10, 20, 18, 50), station: 1 })
  const exit = codeTap({ issuer: LOCAL, kind: 'exit', at: entry.at + 30 * MINUTE, station: 3 })

  test.each([
    ['exit', entry, exit],
    ['entry', exit, entry],
  ])('whose %s comes behind its charge is made whole', async (_, known, late) => {
    const here = await openMonth()
    await here.bring([known])
    expect(await here.charge(LATE)).toMatchObject({ charges: 1 })
    await here.bring([late])
    expect(await here.charge(LATE)).toMatchObject({ charges: 0, corrections: 1 })
    expect(standing(await here.charges())).toMatchObject([{ amountFen: 400, taps: 2 }])
  })
})

describe('a correction', () => {
  test('can take back everything', async () => {
    const free = METRO.accumulation.map((one) => ({ ...one, steps: [{ fromFen: 400, payPpm: 0 }] }))
    const here = await openMonth()
    const content = { ...TARIFFS, tariffs: [{ ...METRO, accumulation: free }] }
    await here.operator.command({ do: 'publish', kind: 'tariffs', content })
    const [first, second] = month(2) as [Ride, Ride]
    await here.bring(tapsOf(second))
    await here.charge()
    await here.bring(tapsOf(first))
    expect(await here.charge()).toMatchObject({ charges: 1, corrections: 1 })
    const all = await here.charges()
    expect(all.map(({ amountFen, corrects }) => [amountFen, corrects])).toEqual([
      [400, 0],
      [400, 0],
      [0, 1],
    ])
  })

  test('keeps no step of the tariff that does not hold any more', async () => {
    const step = { source: 0, textZh: '政策', textEn: 'policy', when: {} }
    const free = { ...step, id: 'free', effect: { kind: 'percent', payPpm: 0 } }
    const change = {
      ...step,
      id: 'change',
      from: { modes: ['metro'] },
      counts: 'from-end',
      withinS: 1_800,
      most: 1,
      effect: { kind: 'minus', amountFen: 100 },
    }
    const tariff = { ...METRO, accumulation: [], caps: [], discounts: [free], transfers: [change] }
    const here = await openMonth()
    const content = { ...TARIFFS, tariffs: [tariff] }
    await here.operator.command({ do: 'publish', kind: 'tariffs', content })
    const at = (minute: number): Tap[] =>
      month(2)
        .slice(1)
        .flatMap(tapsOf)
        .map((tap) =>
          codeTap({ ...tap, at: tap.at + minute * MINUTE, counter: tap.counter + minute * 60 }),
        )
    for (const minute of [45, 90]) await here.bring(at(minute))
    await here.charge()
    await here.bring(at(0))
    await here.charge()
    const rules = standing(await here.charges()).map(({ parts }) => parts.map(({ rule }) => rule))
    expect(rules).toEqual([
      ['ladder', 'free'],
      ['ladder', 'free', 'change'],
      ['ladder', 'free'],
    ])
  })

  test('is not made of a card: what was debited stands, the difference is reported', async () => {
    const here = await openMonth()
    const byCard = (day: number, amountFen: number) => {
      const enteredAt = Date.UTC(2026, 10, day, 2)
      const at = enteredAt + 30 * MINUTE
      return cardExit({
        from: 1,
        enteredAt,
        at,
        station: 3,
        issuer: LOCAL,
        counter: day,
        amountFen,
      })
    }
    await here.bring([1, 2, 4, 5].map((day) => byCard(day, day === 5 ? 320 : 400)))
    await here.charge()
    expect(await here.operator.differences('2026-11-04')).toEqual([])
    await here.bring([byCard(3, 400)])
    expect(await here.charge()).toMatchObject({ charges: 1, corrections: 0 })
    expect(await here.operator.differences('2026-11-04')).toMatchObject([
      { charge: 3, debitedFen: 400, pricedFen: 320, differenceFen: 80 },
    ])
    expect((await here.charges()).map(({ amountFen }) => amountFen)).toEqual([
      400, 400, 400, 320, 400,
    ])
  })

  test('comes too late after thirty days: the charge stands, and it is noted why', async () => {
    const here = await openMonth()
    const [first, ...others] = month(6).flatMap(tapsOf)
    await here.bring([...others.slice(0, 3), ...others.slice(4)])
    await here.charge(LATE)
    const before = await here.charges()
    await here.bring([others[3] as Tap])
    const upTo = LATE + 40 * DAY_MS
    here.world.clock.set(upTo)
    expect(await here.charge(upTo, upTo)).toMatchObject({ corrections: 0, overdue: 1 })
    expect(await here.charges()).toEqual(before)
    const left = await here.operator.read((tx) => tx.select(leftCorrections, {}))
    expect(left).toMatchObject([{ tapDay: '2026-11-03', reason: 'correction.overdue' }])
    expect(first?.kind).toBe('entry')
  })

  test('told by somebody else: the journey is whole, counts, and later rides follow', async () => {
    const here = await openMonth()
    const all = month(6).flatMap(tapsOf)
    const [entry, exit] = all.splice(4, 2) as [Tap, Tap]
    await here.bring([entry, ...all])
    await here.charge(LATE)
    const [lone] = (await here.charges()).filter(({ amountFen }) => amountFen === 600)
    const tariffs = openTariffList(TARIFFS)
    const told = () =>
      here.world.repository.transaction((tx) => {
        const { sequence } = lone?.taps[0] ?? { sequence: 0 }
        const [first, last] = [entry, exit].map((tap) => ({ ...tap, sequence })) as [Tap, Tap]
        const price: ChangedJourney['price'] = (quote) => {
          const whole = { kind: 'journey', entry: first, exit: last } as const
          const ride = priceRide(tariffs, ACCEPTANCE, whole, { quote })
          return ride && { ...ride, taps: [last] }
        }
        const journey = `${GATE}-${sequence}`
        const change = { state: 'complete', note: 'incident' } as const
        const changed = [{ journey, change, last, price }]
        return correctJourneys(tx, changed, { tariffs, operator: OPERATOR, at: LATE })
      })
    expect((await told()).corrections.map(({ amountFen }) => amountFen)).toEqual([400, 320, 200])
    expect((await told()).corrections).toEqual([])
  })
})

describe('charges of a month', () => {
  const byDelivery = fc.array(
    fc.record({
      day: fc.integer({ min: 2, max: 31 }),
      place: fc.nat(2),
      to: fc.constantFrom(2, 3, 4),
      rider: fc.constantFrom(...RIDERS),
      mode: fc.constantFrom('metro', 'metro', 'bus'),
      /** The run before which it comes in, and whether one end comes later than the other. */
      run: fc.nat(4),
      late: fc.nat(3),
    }),
    { minLength: 3, maxLength: 24 },
  )

  test('in whatever order rides and ends come in, all stands in the end as if priced at once', async () => {
    await fc.assert(
      fc.asyncProperty(
        byDelivery,
        fc.array(fc.integer({ min: 2, max: 32 }), { minLength: 5, maxLength: 5 }),
        fc.infiniteStream(fc.nat(1_000)),
        async (drawn, giveUps, shuffle) => {
          // Two rides of one rider never overlap: five places in a day, hours apart.
          const rides = new Map(
            drawn.map((one) => {
              const ride: Ride & typeof one = { ...one, hour: 1 + one.place * 5 }
              return [`${ride.rider}/${ride.day}/${ride.hour}`, ride]
            }),
          )
          const runs: { tap: Tap; order: number }[][] = Array.from({ length: 9 }, () => [])
          for (const ride of rides.values()) {
            const [first, second] = tapsOf(ride)
            // One rider's entries come late, the other's exits: what pairs is never in doubt.
            const [entryLate, exitLate] = ride.rider === RIDERS[0] ? [ride.late, 0] : [0, ride.late]
            for (const [tap, late] of [
              [first, entryLate],
              [second, exitLate],
            ] as const) {
              const order = shuffle.next().value as number
              if (tap !== undefined) runs[ride.run + late]?.push({ tap, order })
            }
          }
          const once = await openMonth()
          await once.bring([...rides.values()].sort(byTime).flatMap(tapsOf))
          await once.charge(LATE)
          const many = await openMonth()
          for (const [index, run] of runs.entries()) {
            await many.bring(run.toSorted((a, b) => a.order - b.order).map(({ tap }) => tap))
            await many.charge(Date.UTC(2026, 10, giveUps[index % 5] ?? 0))
          }
          await many.charge(LATE)
          const asked = await many.charges()
          expect(standing(asked)).toEqual(standing(await once.charges()))
          checkChains(asked)
          expect(await many.charge(LATE)).toMatchObject({ charges: 0, corrections: 0, overdue: 0 })
        },
      ),
      { numRuns: 25, seed: 20_261_121 },
    )
  })

  /** Every correction names the latest charge of its ride, once, and asks otherwise than that. */
  function checkChains(all: readonly Charge[]): void {
    const named = all.flatMap(({ corrects }) => (corrects === 0 ? [] : [corrects]))
    expect(new Set(named).size).toBe(named.length)
    for (const one of all.filter(({ corrects }) => corrects > 0)) {
      const old = all.find(({ number }) => number === one.corrects)
      expect(old).toMatchObject({ account: one.account, issuer: one.issuer, medium: 'code' })
      const asks = ({ amountFen, parts, taps }: Charge) => ({ amountFen, parts, taps })
      expect(asks(one)).not.toEqual(old && asks(old))
    }
  }

  const byTime = (a: Ride, b: Ride) => a.day - b.day || a.hour - b.hour
})
