import { nodeEngine } from '@unifare/crypto/node'
import { describe, expect, it } from 'vitest'
import { drillLoad } from './src/index.ts'

const engine = nodeEngine()

describe('the load drill', () => {
  it.each(['a', 'b'])('loses no fen under seed %s, whatever is cut', async (seed) => {
    const report = await drillLoad({ seed, orders: 60, engine })
    expect(report.checks.filter(({ leftFen, rightFen }) => leftFen !== rightFen)).toEqual([])
    expect(report).toMatchObject({ drill: 'load', equal: true, suspenseFen: 0 })
    const { orders = 0, confirmed = 0, reversed = 0, refunded, ...faults } = report.happened
    // Who took the card away before it was read made no order.
    expect(confirmed + reversed).toBeGreaterThan(orders / 2)
    expect([reversed > 0, refunded]).toEqual([true, 4])
    const { fieldLost, messagesLost, restarts, rebuilt } = faults
    for (const times of [fieldLost, messagesLost, restarts, rebuilt]) {
      expect(times).toBeGreaterThan(5)
    }
    const onCards = report.places.find(({ en }) => en === 'on the cards')
    expect(onCards?.afterFen).toBeGreaterThan(onCards?.beforeFen ?? 0)
  })

  it('tells the same of the same seed', async () => {
    const report = await drillLoad({ seed: 'c', orders: 12, engine })
    expect(await drillLoad({ seed: 'c', orders: 12, engine })).toEqual(report)
  })
})
