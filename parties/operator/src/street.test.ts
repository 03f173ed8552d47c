import type { Charge, Tap } from '@unifare/tap'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  AT,
  codeTap,
  DAY_END,
  GATE,
  LOCAL,
  MINUTE,
  OPERATOR,
  OTHER_GATE,
  openWorking,
  tariffNamed,
} from './operator.fixture.ts'

/**
 * Shanghai: out and in again at 上海火车站 within 30 minutes is one journey (出站换乘). Lines 1 and 3
 * have a station of that name each; 5 km lead to either.
 */
const STREET = '上海火车站'
const line = { nameZh: '线', nameEn: 'Line', loop: false, metres: [5_000] }
const NETWORK = {
  id: 'shanghai-metro',
  operator: null,
  generated: true,
  lines: [
    { ...line, id: 1, stations: [1, 2] },
    { ...line, id: 3, stations: [3, 4] },
  ],
  stations: [1, 2, 3, 4].map((id) => ({
    id,
    nameZh: id === 2 || id === 3 ? STREET : `第${id}站`,
    nameEn: `Station ${id}`,
  })),
  virtualTransfers: [{ from: 2, to: 3, metres: 0 }],
}
const TARIFF = { ...tariffNamed('shanghai-metro'), operator: OPERATOR }

async function openShanghai() {
  const here = await openWorking()
  const content = { tariffs: [TARIFF], networks: [NETWORK] }
  await here.operator.command({ do: 'publish', kind: 'tariffs', content })
  return {
    ...here,
    /** The latest charge of every journey, by when it began. */
    async latest(): Promise<readonly Charge[]> {
      const all = (await here.sent()).flatMap((batch) => batch.charges)
      const old = new Set(all.map(({ corrects }) => corrects))
      return all.filter(({ number }) => !old.has(number)).toSorted((a, b) => a.startAt - b.startAt)
    },
  }
}

/** A ride of twenty minutes. */
interface Ridden {
  readonly from: number
  readonly to: number
  readonly enterAt: number
}
const tapsOf = ({ from, to, enterAt }: Ridden): readonly [Tap, Tap] => [
  codeTap({ issuer: LOCAL, station: from, at: enterAt }),
  codeTap({ issuer: LOCAL, kind: 'exit', station: to, at: enterAt + 20 * MINUTE }),
]
const there: Ridden = { from: 1, to: 2, enterAt: AT }
const onward = (gapMs: number): Ridden => ({ from: 3, to: 4, enterAt: AT + 20 * MINUTE + gapMs })

async function pricesOf(rides: readonly Ridden[]) {
  const here = await openShanghai()
  for (const ride of rides) {
    const [into, out] = tapsOf(ride)
    await here.upload([into])
    await here.upload([out], OTHER_GATE)
  }
  await here.charge()
  return here.latest()
}

describe('out and in again over the street', () => {
  test.each([
    ['a millisecond under the window', 30 * MINUTE - 1, 100],
    ['at its end', 30 * MINUTE, 100],
    ['a millisecond over', 30 * MINUTE + 1, 300],
  ])('%s: 10 km in one ride cost 4 yuan, in two rides 6', async (_, gapMs, secondFen) => {
    const [first, second] = await pricesOf([there, onward(gapMs)])
    expect([first?.amountFen, second?.amountFen]).toEqual([300, secondFen])
    const rules = second?.parts.map(({ rule }) => rule)
    if (secondFen === 100) expect(rules).toEqual(['ladder', 'street'])
    else expect(rules).toEqual(['ladder'])
  })

  test('elsewhere is two journeys', async () => {
    const elsewhere = { from: 1, to: 2, enterAt: AT + 40 * MINUTE }
    const fen = (await pricesOf([there, elsewhere])).map(({ amountFen }) => amountFen)
    expect(fen).toEqual([300, 300])
  })

  test('is told to its rider as one journey with the one before', async () => {
    const here = await openShanghai()
    for (const ride of [there, onward(10 * MINUTE)]) {
      const [into, out] = tapsOf(ride)
      await here.upload([into])
      await here.upload([out], OTHER_GATE)
    }
    await here.charge()
    await here.operator.command({ do: 'tell-trips' })
    await here.operator.deliver()
    const heard = here.world.issuer.heard.flatMap(
      ({ body }) => JSON.parse(new TextDecoder().decode(body)).trips as object[],
    )
    expect(heard).toMatchObject([
      { amountFen: 300, reason: null },
      { amountFen: 100, reason: 'trip.joined' },
    ])
  })
})

describe('the order in which records arrive', () => {
  const rides = fc
    .array(fc.record({ gap: fc.constantFrom(5, 29, 30, 31, 50), back: fc.boolean() }), {
      minLength: 2,
      maxLength: 4,
    })
    .map((list) => {
      let at = AT
      return list.map(({ gap, back }, index): Ridden => {
        const enterAt = at
        at += (20 + gap) * MINUTE
        const [from, to] = index % 2 === 0 ? [1, 2] : [3, 4]
        return back ? { from: to, to: from, enterAt } : { from, to, enterAt }
      })
    })
  const summary = (charges: readonly Charge[]) =>
    charges.map(({ startAt, endAt, from, to, amountFen }) => [startAt, endAt, from, to, amountFen])

  test('makes no difference when all are there: neither to journeys nor to prices', async () => {
    await fc.assert(
      fc.asyncProperty(rides, fc.array(fc.nat(99), { minLength: 8 }), async (ridden, ranks) => {
        const here = await openShanghai()
        const taps = ridden.flatMap(tapsOf).map((tap, index) => ({ tap, rank: ranks[index] ?? 0 }))
        for (const { tap } of taps.toSorted((a, b) => a.rank - b.rank)) {
          await here.upload([tap], tap.kind === 'entry' ? GATE : OTHER_GATE)
        }
        await here.charge({ giveUpBefore: DAY_END })
        expect(summary(await here.latest())).toEqual(summary(await pricesOf(ridden)))
      }),
      { numRuns: 12 },
    )
  })

  test('of whole rides makes none either when charges are made between them', async () => {
    await fc.assert(
      fc.asyncProperty(
        rides,
        fc.array(fc.record({ rank: fc.nat(99), charge: fc.boolean(), outFirst: fc.boolean() }), {
          minLength: 4,
        }),
        async (ridden, ways) => {
          const here = await openShanghai()
          const order = ridden.map((ride, index) => ({ ride, way: ways[index] }))
          for (const { ride, way } of order.toSorted(
            (a, b) => (a.way?.rank ?? 0) - (b.way?.rank ?? 0),
          )) {
            const taps = way?.outFirst === true ? tapsOf(ride).toReversed() : tapsOf(ride)
            for (const tap of taps) {
              await here.upload([tap], tap.kind === 'entry' ? GATE : OTHER_GATE)
            }
            if (way?.charge === true) await here.charge()
          }
          await here.charge({ giveUpBefore: DAY_END })
          expect(summary(await here.latest())).toEqual(summary(await pricesOf(ridden)))
        },
      ),
      { numRuns: 12 },
    )
  })
})
