import { expect, test } from 'vitest'
import { cardTap, chargeOf } from '../clearing.fixture.ts'
import { charges } from '../tables.ts'
import { DAYS, liveDays, openCentre, readOutcome, type Script } from './segments.fixture.ts'

/**
 * A debit, and on the next day another one of the card with, beside its record, one that says the same
 * counter under the serial of the first.
 */
async function scriptOf(bad: boolean): Promise<Script> {
  const one = await cardTap({ sequence: 1, counter: 1, serial: 1 })
  const good = await cardTap({ sequence: 2, counter: 2, serial: 2 })
  const other = await cardTap({ sequence: 3, counter: 2, serial: 1 })
  if (bad) other.evidence[20]! ^= 1
  const at = { tapDay: DAYS[1] }
  return [
    async (network) => {
      await network.taps([one])
      await network.charges([chargeOf([one], { number: 1 })])
    },
    async (network) => {
      await network.taps([good, other])
      await network.charges([
        chargeOf([good], { number: 2, ...at }),
        chargeOf([other], { number: 3, ...at }),
      ])
    },
  ]
}

test.each([
  ['good', false],
  ['bad', true],
])(
  'beside a record under a serial of an earlier day, of %s evidence, the true one settles',
  async (...given) => {
    const script = await scriptOf(given[1])
    const [objects, segments] = [await openCentre({}), await openCentre({ clearing: {} })]
    for (const network of [objects, segments]) {
      await liveDays(network, script)
      const rows = await network.centre.read((tx) => tx.select(charges, {}))
      expect(rows.map(({ verdict }) => verdict)).toEqual(['normal', 'normal', 'tap.conflict'])
    }
    expect(await readOutcome(segments)).toEqual(await readOutcome(objects))
  },
)
