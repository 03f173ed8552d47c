import type { Day } from '@unifare/core'
import { expect, test } from 'vitest'
import { cardTap, chargeOf } from '../clearing.fixture.ts'
import { codeTaps } from '../code.fixture.ts'
import {
  DAYS,
  liveDay,
  liveDays,
  memoryGround,
  openCentre,
  readOutcome,
  type Script,
} from './segments.fixture.ts'

const MOST_FEN = 0xffff_ffff
const COUNT = 12

/** A day of the largest amounts, one of nothing but free rides, one without any charge. */
async function scriptOf(): Promise<Script> {
  const taps = await Promise.all(
    Array.from({ length: COUNT }, (_, i) =>
      cardTap({ sequence: i + 1, amountFen: i < COUNT / 2 ? MOST_FEN - (i >> 1) : 0 }),
    ),
  )
  const [large, free] = [taps.slice(0, COUNT / 2), taps.slice(COUNT / 2)]
  const half = (amountFen: number) => {
    const first = Math.floor(amountFen / 2)
    return [first, amountFen - first - 1, 1].map((own) => ({ rule: 'half', amountFen: own }))
  }
  const tapDay = (index: number) => ({ tapDay: DAYS[index] as Day })
  return [
    async (network) => {
      await network.taps(large)
      await network.charges(
        large.map((tap, i) => chargeOf([tap], { number: i + 1, parts: half(tap.amountFen) })),
      )
    },
    async (network) => {
      await network.taps(free)
      await network.charges(
        free.map((tap, i) =>
          chargeOf([tap], { number: COUNT / 2 + i + 1, ...tapDay(1), parts: [] }),
        ),
      )
    },
    async () => undefined,
  ]
}

test('days of the largest amounts, of free rides and of none come to the same both ways', async () => {
  const script = await scriptOf()
  const [objects, segments] = [await openCentre({}), await openCentre({ clearing: {} })]
  const told = await liveDays(objects, script)
  const other = await liveDays(segments, script)
  expect(told.map(({ settledFen, charges }) => [settledFen, charges])).toEqual([
    [(COUNT / 2) * MOST_FEN - 6, COUNT / 2],
    [0, COUNT / 2],
    [0, 0],
  ])
  const plain = (results: typeof told) => results.map(({ root: _root, ...result }) => result)
  expect(plain(other)).toEqual(plain(told))
  expect(await readOutcome(segments)).toEqual(await readOutcome(objects))
  for (const { day, root } of other) expect((await segments.centre.rerun(day)).root).toBe(root)
})

test.each([
  ['with objects', {}],
  ['by segments', { clearing: {} }],
])(
  'a day on which corrections take back more than it brings closes %s, and opens again',
  async (_, options) => {
    const { taps, content } = await codeTaps(1)
    const ground = memoryGround()
    const network = await openCentre(options, ground)
    await network.centre.command({ do: 'publish-issuer-keys', content })
    await network.taps(taps)
    await network.charges([chargeOf(taps, { number: 1, amountFen: 3_000 })])
    await network.close(DAYS[0])
    const less = { number: 2, amountFen: 100, corrects: 1, tapDay: DAYS[1] }
    await network.charges([chargeOf(taps, less)])
    expect(await liveDay(network, [], 1)).toMatchObject({ settledFen: -2_900 })
    const told = await readOutcome(network)
    await network.centre.close()
    expect(await readOutcome(await openCentre(options, { ...ground, again: true }))).toEqual(told)
  },
)
