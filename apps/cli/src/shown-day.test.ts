import { sumFen } from '@unifare/core'
import { taps } from '@unifare/operator'
import { deliveryId } from '@unifare/tap'
import { expect, it } from 'vitest'
import { createOverviewKeeper } from './overview.ts'
import { OPERATOR, rideNetwork } from './ridden-network.fixture.ts'
import { traceTap } from './tracing.ts'

it('shows a day that was closed by segments whole, and the way of every tap', async () => {
  const network = await rideNetwork('shown', 'segments')
  const { running, outcome } = network
  try {
    const keeper = createOverviewKeeper(running, { seed: 'shown', watched: false })
    await keeper.settled(outcome)
    const { settlement } = keeper.overview()
    expect(settlement?.settledFen).toBeGreaterThan(0)
    expect(sumFen(settlement?.matrix.amountsFen.flat() ?? [])).toBe(settlement?.settledFen)
    const rows = await running.network.operators.get(OPERATOR)?.read((tx) => tx.select(taps, {}))
    expect(rows?.length).toBeGreaterThan(0)
    for (const name of (rows ?? []).map(deliveryId)) {
      const { complete } = await traceTap(running.network, name)
      expect([name, complete]).toEqual([name, true])
    }
  } finally {
    await network.end()
    await network.remove()
  }
})
