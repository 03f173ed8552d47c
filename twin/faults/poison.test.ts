import * as centre from '@unifare/centre'
import { toHex } from '@unifare/core'
import { TAP_KINDS } from '@unifare/tap'
import { beforeAll, describe, expect, it } from 'vitest'
import { BUS, deliverAll, type FaultNetwork, openFaultNetwork } from './fault-network.fixture.ts'
import { createForger, purchaseOf } from './wire.fixture.ts'

const RECORDS = 500
const POISONED = 250

let network: FaultNetwork
beforeAll(async () => {
  network = await openFaultNetwork({ seed: 'poison', buses: 4 })
})

/** The record with some bytes changed. */
function changed(record: Uint8Array, changes: Readonly<Record<number, number>>): Uint8Array {
  const poison = record.slice()
  for (const [at, value] of Object.entries(changes)) poison[Number(at)] = value
  return poison
}

describe('a batch of 500 with one poison record: 499 posted, one quarantined, all forwarded', () => {
  it.each([
    [0, 'of a kind of the future', { 1: 0x7f }, 'tap.unknown-kind'],
    [1, 'of a version of the future', { 0: 9 }, 'tap.unknown-version'],
    [2, 'that no decoder reads', { 4: 0xff, 5: 0xff }, 'tap.bad-field'],
    [3, 'of another place in the journal', { 13: 7 }, 'tap.bad-field'],
  ])('%i: one %s', async (index, _, bytes, code) => {
    const config = network.place(BUS, ({ vehicle }) => vehicle === `B${index}`)
    const forger = createForger(network, config)
    expect(Object.values(TAP_KINDS)).not.toContain(0x7f)
    const records = Array.from({ length: RECORDS }, (_unused, i) => {
      const record = purchaseOf(config, i + 1, { counter: index + 1 })
      return i + 1 === POISONED ? changed(record, bytes) : record
    })
    expect(await forger.send('tap-batch', await forger.batch(records))).toMatchObject({
      end: RECORDS + 1,
      posted: RECORDS - 1,
      repeated: 0,
      quarantined: [{ sequence: POISONED, code }],
    })
    const rows = await network.tapsOf(config)
    expect(rows.filter(({ state }) => state === 'open')).toHaveLength(RECORDS - 1)
    expect(rows.find(({ sequence }) => sequence === POISONED)).toMatchObject({
      state: 'quarantined',
    })
    await deliverAll(network.operatorOf(BUS))
    const { terminal } = config
    const kept = await network.centre.read((tx) => tx.select(centre.taps, {}))
    const here = kept.filter((row) => row.terminal === terminal)
    expect(here.map(({ raw }) => toHex(raw))).toEqual(records.map(toHex))
  })
})
