import { decodeEvidence, encodeEvidence } from '@unifare/card'
import { createMemoryStorage, nextDay } from '@unifare/core'
import { encodeTap, parseTap } from '@unifare/tap'
import { describe, expect, it } from 'vitest'
import { BUS, DAY, openFaultNetwork } from './fault-network.fixture.ts'
import { createForger } from './wire.fixture.ts'

/** A ride, and the same good TAC once more under the next counter, in the terminal's own name. */
async function forgedRide(forge: 'head' | 'evidence') {
  const network = await openFaultNetwork({ seed: `forged ${forge}` })
  const config = network.place(BUS)
  const terminal = await network.openTerminal(config, { storage: createMemoryStorage() })
  await terminal.refresh()
  const decision = await terminal.presentCard(await network.newCard())
  const original = (await terminal.record(decision.sequence)) ?? new Uint8Array()
  const tap = parseTap(original)
  const evidence = decodeEvidence(tap.evidence)
  const later = { ...evidence, offlineNumber: evidence.offlineNumber + 1 }
  const forged = encodeTap({
    ...tap,
    sequence: tap.sequence + 1,
    counter: tap.counter + 1,
    evidence: forge === 'head' ? tap.evidence : encodeEvidence(later),
  })
  return { network, original, forged, forger: createForger(network, config) }
}

const verdicts = async ({ network }: Awaited<ReturnType<typeof forgedRide>>) =>
  (await network.charges()).map(({ charge, verdict }) => [charge.taps[0]?.sequence, verdict])

describe('an operator replays a good TAC under the next counter', () => {
  it.each(['head', 'evidence'] as const)(
    'in the same batch, counter changed in the %s: a conflict, and the original settles',
    async (forge) => {
      const ride = await forgedRide(forge)
      const { network, forger, original, forged } = ride
      expect(await forger.send('tap-batch', await forger.batch([original, forged]))).toMatchObject({
        posted: 2,
      })
      await network.charge()
      const closed = await network.close()
      expect(await verdicts(ride)).toEqual([
        [1, 'normal'],
        [2, 'tap.conflict'],
      ])
      expect(closed).toMatchObject({ settledFen: 200, rejected: { 'tap.conflict': 1 } })
      expect((await network.centre.rerun(DAY)).root).toBe(closed.root)
    },
  )

  it.each(['head', 'evidence'] as const)(
    'a day later, counter changed in the %s: a conflict with the settled one',
    async (forge) => {
      const ride = await forgedRide(forge)
      const { network, forger, original, forged } = ride
      await forger.send('tap-batch', await forger.batch([original]))
      await network.charge()
      expect(await network.close()).toMatchObject({ settledFen: 200, rejected: {} })
      network.clock.set(network.clock.now() + 86_400_000)
      await forger.send('tap-batch', await forger.batch([forged]))
      await network.charge()
      expect(await network.close(nextDay(DAY))).toMatchObject({
        settledFen: 0,
        rejected: { 'tap.conflict': 1 },
      })
    },
  )

  it('before the original came in: the original settles all the same', async () => {
    const ride = await forgedRide('evidence')
    const { network, forger, original, forged } = ride
    const renumber = (record: Uint8Array, sequence: number) =>
      encodeTap({ ...parseTap(record), sequence })
    const batch = await forger.batch([renumber(forged, 1), renumber(original, 2)])
    await forger.send('tap-batch', batch)
    await network.charge()
    await network.close()
    expect(await verdicts(ride)).toEqual([
      [1, 'tap.conflict'],
      [2, 'normal'],
    ])
  })
})
