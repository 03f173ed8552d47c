import { canonicalJson, fromUtf8, utf8 } from '@unifare/core'
import { exchange, type Tap, type TripNotice } from '@unifare/tap'
import { describe, expect, test } from 'vitest'
import {
  ACCOUNT,
  AT,
  codeTap,
  DAY_END,
  gateEvent,
  LOCAL,
  lineOf,
  MINUTE,
  OPERATOR,
  OTHER_GATE,
  openWorking,
  party,
  tariffNamed,
} from '../operator.fixture.ts'

const HOUR = 60 * MINUTE
const DAY_MS = 24 * HOUR
const entry = (change: Partial<Tap> = {}) => codeTap({ issuer: LOCAL, station: 1, ...change })
const out = (minute: number, change: Partial<Tap> = {}) =>
  entry({ kind: 'exit', station: 3, at: AT + minute * MINUTE, ...change })
const JOURNEY = '413100000001-1'

/** Beijing with steps of the month for codes: half fare after 7 yuan. */
const BEIJING = tariffNamed('beijing-metro')
const METRO = {
  ...BEIJING,
  operator: OPERATOR,
  accumulation: BEIJING.accumulation.map((one) => ({
    ...one,
    when: {},
    steps: [{ fromFen: 700, payPpm: 500_000 }],
  })),
}

/** An operator at work, whose clock stands five hours after the entry, and a rider's issuer. */
async function openStating() {
  const here = await openWorking()
  const { world, operator } = here
  world.clock.set(AT + 5 * HOUR)
  const trips = (): TripNotice[] =>
    world.issuer.heard.flatMap(
      ({ body }) => (JSON.parse(fromUtf8(body)) as { trips: TripNotice[] }).trips,
    )
  return {
    ...here,
    /** A rider in at station 1, past the gate's sensor, and never seen again. */
    async goIn() {
      await here.upload([entry(), gateEvent('passed', 1)])
    },
    async state(change: object = {}): Promise<string> {
      const order = { do: 'station-statement', journey: JOURNEY, account: ACCOUNT, line: 1 }
      const word = { ...order, station: 2, statedAt: world.clock.now(), treated: 0, ...change }
      const body = utf8(canonicalJson(word))
      const message = { receiver: OPERATOR, kind: 'order', body } as const
      const answer = await exchange(world.link, party(world, LOCAL), message)
      return (answer as { answer: string }).answer
    },
    /** What the issuer hears now. */
    async heard(): Promise<TripNotice[]> {
      world.issuer.heard.length = 0
      await operator.command({ do: 'tell-trips' })
      await operator.deliver()
      return trips()
    },
    async answered(): Promise<TripNotice[]> {
      world.issuer.heard.length = 0
      await operator.deliver()
      return trips()
    },
    charges: async () => (await here.sent()).flatMap((batch) => batch.charges),
  }
}

describe('a trip whose exit nobody saw', () => {
  test('is told as incomplete once its time is over, with what can be stated', async () => {
    const here = await openStating()
    await here.goIn()
    here.world.clock.set(AT + 4 * HOUR)
    expect(await here.heard()).toMatchObject([{ state: 'inside' }])
    here.world.clock.set(AT + 4 * HOUR + 1)
    const [trip] = await here.heard()
    expect(trip).toMatchObject({ state: 'incomplete', version: 2, exit: null })
    expect(trip?.missing).toEqual({
      end: 'exit',
      until: AT + 7 * DAY_MS,
      yearly: 12,
      stated: null,
    })
  })

  test('is priced to the station that its rider states, without a correction', async () => {
    const here = await openStating()
    await here.goIn()
    await here.heard()
    expect(await here.state()).toBe('taken')
    const [answer] = await here.answered()
    expect(answer?.missing?.stated).toEqual({
      at: AT + 5 * HOUR,
      line: 1,
      station: 2,
      refused: null,
    })
    await here.charge()
    expect(await here.charges()).toMatchObject([
      { amountFen: 200, from: 1, to: 2, corrects: 0, taps: [{ sequence: 1 }] },
    ])
    const [told] = await here.heard()
    expect(told).toMatchObject({
      state: 'charged',
      reason: 'trip.station-stated',
      amountFen: 200,
      exit: { station: 2, line: 1, terminal: '' },
    })
    expect(told?.parts.at(-1)?.zh).toContain('第2站')
    expect(await here.heard()).toEqual([])
  })

  test('is corrected to it when it was charged before', async () => {
    const here = await openStating()
    await here.goIn()
    await here.charge({ giveUpBefore: DAY_END })
    expect((await here.heard())[0]).toMatchObject({
      state: 'charged',
      reason: 'trip.missing-exit',
      amountFen: 600,
      missing: { end: 'exit', stated: null },
    })
    expect(await here.state()).toBe('taken')
    await here.charge()
    expect(await here.charges()).toMatchObject([
      { number: 1, amountFen: 600, corrects: 0 },
      { number: 2, amountFen: 200, corrects: 1, to: 2 },
    ])
    expect(await here.heard()).toMatchObject([
      { amountFen: 200, reason: 'trip.station-stated', exit: { station: 2 } },
    ])
  })

  test('costs what its record says when that comes after all', async () => {
    const here = await openStating()
    await here.goIn()
    await here.heard()
    await here.state()
    await here.charge()
    await here.upload([out(40, { station: 4 })], OTHER_GATE)
    await here.charge()
    const charges = await here.charges()
    expect(charges).toMatchObject([
      { amountFen: 200, to: 2 },
      { amountFen: 600, to: 4, corrects: 1 },
    ])
    expect(charges.at(-1)?.parts.map(({ rule }) => rule)).not.toContain('statement.station')
    const told = (await here.heard()).at(-1)
    expect(told).toMatchObject({ amountFen: 600, exit: { station: 4 } })
    expect(told?.missing).toBeUndefined()
    expect(await here.state()).toBe('taken')
    await here.charge()
    expect(await here.charges()).toHaveLength(2)
  })

  test('keeps its station when a lone exit of the evening is seen: that is another trip', async () => {
    const here = await openStating()
    await here.goIn()
    await here.state()
    await here.charge()
    await here.upload([out(600, { station: 4 })], OTHER_GATE)
    await here.charge({ giveUpBefore: DAY_END })
    expect(await here.charges()).toMatchObject([
      { amountFen: 200, to: 2, corrects: 0 },
      { startAt: AT + 600 * MINUTE, corrects: 0, parts: [{ rule: 'incomplete.maximum' }] },
    ])
  })

  test('whose record comes before the charge is no incomplete one', async () => {
    const here = await openStating()
    await here.goIn()
    await here.state()
    await here.upload([out(40)], OTHER_GATE)
    await here.charge()
    expect(await here.charges()).toMatchObject([{ amountFen: 400, to: 3 }])
  })
})

describe('a trip whose entry nobody saw', () => {
  test('is corrected to the station where its rider says to have got on', async () => {
    const here = await openStating()
    await here.upload([out(30)])
    await here.charge({ giveUpBefore: DAY_END })
    expect((await here.heard())[0]?.missing).toMatchObject({ end: 'entry' })
    expect(await here.state()).toBe('taken')
    await here.charge()
    expect(await here.charges()).toMatchObject([
      { amountFen: 400 },
      { amountFen: 300, from: 2, to: 3, corrects: 1 },
    ])
    expect(await here.heard()).toMatchObject([{ entry: { station: 2 }, exit: { station: 3 } }])
  })
})

describe('an entry that comes after its exit was stated whole', () => {
  test('completes the journey: its record is worth more than the word', async () => {
    const here = await openStating()
    await here.upload([out(30)])
    await here.charge({ giveUpBefore: DAY_END })
    await here.state()
    await here.upload([entry({ station: 1 })], OTHER_GATE)
    await here.charge({ giveUpBefore: DAY_END })
    expect((await here.charges()).map(({ amountFen, from }) => [amountFen, from])).toEqual([
      [400, 3],
      [300, 2],
      [400, 1],
    ])
  })
})

describe('in Nanjing', () => {
  async function openNanjing() {
    const here = await openStating()
    const tariffs = [{ ...tariffNamed('nanjing-metro'), operator: OPERATOR }]
    const content = { tariffs, networks: [lineOf('nanjing-metro')] }
    await here.operator.command({ do: 'publish', kind: 'tariffs', content })
    await here.goIn()
    return here
  }

  test('a missing exit waits three days, told as incomplete, before the maximum is asked', async () => {
    const here = await openNanjing()
    await here.charge({ upTo: AT + 3 * DAY_MS, giveUpBefore: AT + 3 * DAY_MS })
    expect(await here.charges()).toEqual([])
    expect(await here.heard()).toMatchObject([
      { state: 'incomplete', missing: { until: AT + 3 * DAY_MS, yearly: 7 } },
    ])
    await here.charge({ upTo: AT + 4 * DAY_MS, giveUpBefore: AT + 3 * DAY_MS + 1 })
    expect(await here.charges()).toMatchObject([{ amountFen: 600 }])
  })

  test('a word within them is priced at once; after them it is too late', async () => {
    const here = await openNanjing()
    here.world.clock.set(AT + 3 * DAY_MS)
    expect(await here.state({ statedAt: AT + 3 * DAY_MS })).toBe('taken')
    await here.charge({ upTo: AT + 3 * DAY_MS, giveUpBefore: 0 })
    expect(await here.charges()).toMatchObject([{ amountFen: 300, to: 2, corrects: 0 }])
    const late = await openNanjing()
    late.world.clock.set(AT + 3 * DAY_MS + 1)
    expect(await late.state()).toBe('fares.statement-late')
  })
})

describe('the account of a rider', () => {
  test('counts a stated ride, and counts its record instead once that comes', async () => {
    const here = await openStating()
    const content = { tariffs: [METRO], networks: [lineOf('beijing-metro')] }
    await here.operator.command({ do: 'publish', kind: 'tariffs', content })
    await here.goIn()
    await here.state()
    const later = (minute: number, station: number) => [
      entry({ station, at: AT + minute * MINUTE }),
      out(minute + 20, { station: station + 1 }),
    ]
    for (const tap of [...later(60, 1), ...later(120, 1)]) await here.upload([tap], OTHER_GATE)
    await here.charge()
    const fen = async () => {
      const all = await here.charges()
      const old = new Set(all.map(({ corrects }) => corrects))
      return all
        .filter(({ number }) => !old.has(number))
        .toSorted((a, b) => a.startAt - b.startAt)
        .map(({ amountFen }) => amountFen)
    }
    // 5 km cost 3 yuan; the third ride follows 6.
    expect(await fen()).toEqual([300, 300, 300])
    await here.upload([out(40, { station: 4 })], OTHER_GATE)
    await here.charge()
    // 24 km cost 6 yuan, in place of the 3 that were stated: only the third ride follows 7.
    expect(await fen()).toEqual([600, 300, 150])
  })
})

describe('a city that gives stated rides no discount', () => {
  const incomplete = METRO.incomplete?.map((rule) => ({
    ...rule,
    ...(rule.statement && { statement: { ...rule.statement, discounts: false } }),
  }))

  test('counts a ride no more that gates had completed: late rides leave it as it is', async () => {
    const here = await openStating()
    const content = { tariffs: [{ ...METRO, incomplete }], networks: [lineOf('beijing-metro')] }
    await here.operator.command({ do: 'publish', kind: 'tariffs', content })
    await here.goIn()
    const incident = { mode: 'metro', station: 4, from: AT, to: AT + HOUR }
    await here.operator.command({ do: 'incident', ...incident })
    await here.charge({ giveUpBefore: DAY_END })
    await here.state()
    await here.charge()
    expect((await here.charges()).map(({ amountFen }) => amountFen)).toEqual([600, 300])
    const earlier = [entry({ at: AT - 4 * HOUR }), out(-200, { station: 4 })]
    const first = [entry({ at: AT - 2 * HOUR }), out(-80, { station: 4 })]
    for (const tap of [...earlier, ...first]) await here.upload([tap], OTHER_GATE)
    expect(await here.charge()).toMatchObject({ charges: 2, corrections: 0 })
  })
})

describe('a statement', () => {
  test('is taken once: the same again changes nothing, another one is refused', async () => {
    const here = await openStating()
    await here.goIn()
    await here.charge({ giveUpBefore: DAY_END })
    expect(await here.state()).toBe('taken')
    expect(await here.state({ nonce: 1 })).toBe('taken')
    expect(await here.state({ station: 3 })).toBe('trip.station-given')
    await here.charge()
    expect(await here.charges()).toHaveLength(2)
  })

  test('that was refused is told with its code, and may be made anew', async () => {
    const here = await openStating()
    await here.goIn()
    await here.heard()
    expect(await here.state({ station: 77 })).toBe('fares.unknown-station')
    const [answer] = await here.answered()
    expect(answer?.missing?.stated).toMatchObject({ station: 77, refused: 'fares.unknown-station' })
    expect(await here.state()).toBe('taken')
    await here.charge()
    expect(await here.charges()).toMatchObject([{ amountFen: 200 }])
  })

  test('is refused after the days of the city, by when the rider made it', async () => {
    const here = await openStating()
    await here.goIn()
    await here.charge({ giveUpBefore: DAY_END })
    here.world.clock.set(AT + 8 * DAY_MS)
    expect(await here.state({ statedAt: AT + 7 * DAY_MS + 1 })).toBe('fares.statement-late')
    expect(await here.state({ statedAt: AT + 7 * DAY_MS })).toBe('taken')
  })

  test('is refused when the year is used up, by the word of the issuer or by own count', async () => {
    const here = await openStating()
    await here.goIn()
    expect(await here.state({ treated: 12 })).toBe('fares.statement-limit')
    expect(await here.state({ treated: 11 })).toBe('taken')
  })

  test('is refused where the medium was seen elsewhere too soon', async () => {
    const here = await openStating()
    await here.goIn()
    const soon = { mode: 'bus', kind: 'purchase', station: 0 } as const
    await here.upload([entry({ ...soon, at: AT + 2 * MINUTE })], OTHER_GATE)
    await here.charge({ giveUpBefore: 0 })
    expect(await here.state({ station: 4 })).toBe('fares.statement-too-fast')
    expect(await here.state({ station: 1 })).toBe('taken')
  })

  test('waits until the trip may be over', async () => {
    const here = await openStating()
    await here.goIn()
    here.world.clock.set(AT + 4 * HOUR)
    expect(await here.state()).toBe('trip.running')
  })

  test('is not needed for what is never charged, or known', async () => {
    const here = await openStating()
    await here.upload([entry()])
    expect(await here.state()).toBe('trip.unconfirmed')
    await here.charge({ giveUpBefore: DAY_END })
    expect(await here.state({ nonce: 1 })).toBe('trip.nothing-asked')
    const other = await openStating()
    await other.goIn()
    await other.upload([out(30)], OTHER_GATE)
    await other.charge()
    expect(await other.state()).toBe('trip.complete')
  })

  test('is taken from the issuer of that account alone, and in the right form', async () => {
    const here = await openStating()
    await here.goIn()
    const foreign = here.state({ account: `${ACCOUNT.slice(0, -1)}9` })
    await expect(foreign).rejects.toMatchObject({ code: 'operator.no-trip' })
    await expect(here.state({ station: 'two' })).rejects.toMatchObject({
      code: 'message.malformed',
    })
    await expect(here.state({ journey: 'no-trip' })).rejects.toMatchObject({
      code: 'tap.bad-field',
    })
  })
})
