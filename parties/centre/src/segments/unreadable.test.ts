import { expect, test } from 'vitest'
import { cardTap, chargeOf, tapOf } from '../clearing.fixture.ts'
import {
  DAYS,
  judgedCharges,
  liveDays,
  openCentre,
  readOutcome,
  type Script,
} from './segments.fixture.ts'

/**
 * Records of a terminal: a good one, one of a later version, and one that claims the place of a debit
 * that is still to come. What was delivered is never replaced.
 */
async function scriptOf(): Promise<Script> {
  const good = await cardTap({ sequence: 1 })
  const future = await cardTap({ sequence: 2, version: 2 })
  const claims = await cardTap({ sequence: 4 })
  const placed = { ...claims, sequence: 3 }
  const at = { tapDay: DAYS[1] }
  return [
    async (network) => {
      await network.taps([good, future, claims])
      await network.charges([
        chargeOf([good], { number: 1 }),
        chargeOf([future], { number: 2 }),
        chargeOf([placed], { number: 3 }),
        chargeOf([claims], { number: 4 }),
      ])
    },
    async (network) => {
      await network.charges([
        chargeOf([future], { number: 5, ...at }),
        chargeOf([tapOf({ sequence: 5 })], { number: 6, ...at }),
      ])
    },
  ]
}

test('a record that came and cannot be read is told from one that never came, on any day', async () => {
  const script = await scriptOf()
  const [objects, segments] = [await openCentre({}), await openCentre({ clearing: {} })]
  for (const network of [objects, segments]) {
    await liveDays(network, script)
    const rows = await network.centre.read(judgedCharges)
    expect(rows.map(({ verdict }) => verdict)).toEqual([
      'normal',
      'tap.unreadable',
      'tap.unreadable',
      'tap.missing',
      'tap.unreadable',
      'tap.missing',
    ])
  }
  expect(await readOutcome(segments)).toEqual(await readOutcome(objects))
})
