import type { Tap } from '@unifare/tap'
import { describe, expect, it } from 'vitest'
import { openTestCentre } from '../centre.fixture.ts'
import { cardTap, chargeOf, OPERATOR, TERMINAL } from '../clearing.fixture.ts'
import { differingFields } from './conflict-case.ts'
import { readConflicts } from './read-conflicts.ts'

type Network = Awaited<ReturnType<typeof openTestCentre>>
const casesOf = ({ centre, storage }: Network) => centre.read((tx) => readConflicts(tx, storage))

async function twoDays(changes: Partial<Tap>) {
  const network = await openTestCentre()
  const first = await cardTap({ sequence: 1 })
  const second = await cardTap({ sequence: 2, ...changes })
  await network.taps([first, second])
  await network.charges([chargeOf([first], { number: 1 })])
  await network.close()
  await network.charges([chargeOf([second], { number: 2 })], '2026-11-21')
  const closed = await network.close('2026-11-21')
  return { network, first, second, closed }
}

describe('a conflict is a case with both contents and who delivered them', () => {
  it('where two records have one place in the count of a card', async () => {
    const { counter } = await cardTap({ sequence: 1 })
    const { network, first, second, closed } = await twoDays({ counter })
    expect(closed.rejected).toEqual({ 'tap.conflict': 1 })
    const side = { deliveredBy: OPERATOR, terminal: TERMINAL }
    expect(await casesOf(network)).toEqual([
      {
        kind: 'medium',
        key: `card-${first.issuer}-${first.account}-${counter}`,
        day: '2026-11-21',
        at: null,
        state: 'HELD',
        deadline: expect.any(String) as string,
        standing: { ...side, sequence: 1, charge: `${OPERATOR}-1`, tap: first },
        other: { ...side, sequence: 2, charge: `${OPERATOR}-2`, tap: second },
      },
    ])
  })

  it('where one number of a terminal stands at two places in the count of a card', async () => {
    const { serial } = await cardTap({ sequence: 1 })
    const { network, first, second } = await twoDays({ serial })
    expect(await casesOf(network)).toMatchObject([
      {
        kind: 'serial',
        key: `${first.issuer}/${first.account}/${first.terminal}/${serial}`,
        standing: { charge: `${OPERATOR}-1`, tap: first },
        other: { charge: `${OPERATOR}-2`, tap: second },
      },
    ])
  })

  it('where a record was delivered again with other content, which the journal alone has', async () => {
    const network = await openTestCentre()
    const first = await cardTap({ sequence: 1 })
    const changed = await cardTap({ sequence: 1, amountFen: 100 })
    await network.taps([first])
    const at = network.clock.now()
    await expect(network.taps([changed])).rejects.toMatchObject({ code: 'batch.forked' })
    const side = { deliveredBy: OPERATOR, terminal: TERMINAL, sequence: 1, charge: null }
    expect(await casesOf(network)).toEqual([
      {
        kind: 'delivery',
        key: `${TERMINAL}-1`,
        day: null,
        at,
        state: 'REFUSED',
        deadline: null,
        standing: { ...side, tap: first },
        other: { ...side, tap: changed },
      },
    ])
    const differ = differingFields(first, changed)
    expect(differ['amountFen']).toEqual([first.amountFen, 100])
    expect(Object.keys(differ)).not.toContain('account')
  })

  it('a duplicate is none', async () => {
    const network = await openTestCentre()
    const tap = await cardTap({ sequence: 1 })
    await network.taps([tap])
    await network.taps([tap])
    await network.charges([chargeOf([tap], { number: 1 }), chargeOf([tap], { number: 2 })])
    expect((await network.close()).rejected).toEqual({ 'tap.charged': 1 })
    expect(await casesOf(network)).toEqual([])
  })
})
