import type { Day } from '@unifare/core'
import { expect, test } from 'vitest'
import { cardTap, chargeOf } from '../clearing.fixture.ts'
import { DAYS, liveDays, openCentre, readOutcome, type Script } from './segments.fixture.ts'

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
