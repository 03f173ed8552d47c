import { nodeEngine } from '@unifare/crypto/node'
import { describe, expect, it } from 'vitest'
import { drillTear } from './src/index.ts'

const engine = nodeEngine()

describe('the tear drill', () => {
  it('loses no fen, whatever is cut, and says where each is', async () => {
    const report = await drillTear({ seed: 'a', rides: 300, engine })
    expect(report).toMatchObject({ drill: 'tear', equal: true, beforeFen: 600_000 })
    const { fieldLost, powerLost, walkedAway, completedLater } = report.happened
    for (const times of [fieldLost, powerLost, walkedAway, completedLater]) {
      expect(times).toBeGreaterThan(2)
    }
    const settled = report.places.find(({ en }) => en === 'settled by their taps')
    expect(settled?.afterFen).toBeGreaterThan(10_000)
    expect(report.suspenseFen).toBeLessThan(2_000)
  })

  it('tells the same of the same seed, and something else of another', async () => {
    const drill = (seed: string) => drillTear({ seed, rides: 40, engine })
    const report = await drill('b')
    expect(await drill('b')).toEqual(report)
    expect((await drill('c')).happened).not.toEqual(report.happened)
  })
})
