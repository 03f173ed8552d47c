import { expect, test } from 'vitest'
import { cardTap, chargeOf, sendRefund } from '../clearing.fixture.ts'
import {
  DAYS,
  judgedCharges,
  liveDays,
  openCentre,
  readOutcome,
  type Script,
  type SegmentsNetwork,
} from './segments.fixture.ts'

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
      const rows = await network.centre.read(judgedCharges)
      expect(rows.map(({ verdict }) => verdict)).toEqual(['normal', 'normal', 'tap.conflict'])
    }
    expect(await readOutcome(segments)).toEqual(await readOutcome(objects))
  },
)

test.each([
  ['comes before the other debit', true],
  ['comes behind it', false],
])(
  'the serial of a purchase that was paid out stands for no other debit: the refund %s',
  async (...given) => {
    const paid = await cardTap({ sequence: 1, counter: 1, serial: 1 })
    const other = await cardTap({ sequence: 2, counter: 2, serial: 1 })
    const refund = (network: SegmentsNetwork) => sendRefund(network, paid)
    const script: Script = [
      async (network) => {
        if (given[1]) await refund(network)
        await network.taps([other])
        if (!given[1]) await refund(network)
      },
      (network) => network.charges([chargeOf([other], { number: 1, tapDay: DAYS[1] })]),
    ]
    const [objects, segments] = [await openCentre({}), await openCentre({ clearing: {} })]
    for (const network of [objects, segments]) {
      await liveDays(network, script)
      const [row] = await network.centre.read(judgedCharges)
      expect(row?.verdict).toBe('tap.conflict')
    }
    expect(await readOutcome(segments)).toEqual(await readOutcome(objects))
  },
)
