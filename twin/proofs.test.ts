import { charges, orders, proveStored, statements, verifyProof } from '@unifare/centre'
import { nodeEngine } from '@unifare/crypto/node'
import { parseCharge } from '@unifare/tap'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type MemoryNetwork, openMemoryNetwork } from './memory-network.fixture.ts'
import { prepareNetwork, rideDay } from './src/index.ts'

const DAY = '2026-11-20'

let ridden: MemoryNetwork
beforeAll(async () => {
  ridden = await openMemoryNetwork({
    seed: 'orders a',
    day: DAY,
    riders: 90,
    operators: ['15215211', '15215212', '01001000'],
    issuers: ['05215210', '02002900'],
  })
  await prepareNetwork(ridden.day)
  await rideDay(ridden.day)
})
afterAll(() => ridden.network.close())

it('every charge, tap, order and position of a day is proved to whoever has the key of the centre', async () => {
  const { centre } = ridden.network
  const trust = { publicKey: ridden.day.keys.link.publicKey(centre.id), engine: nodeEngine() }
  const names = await centre.read(async (tx) => {
    const asked = (await tx.select(charges, { day: DAY })).map(({ raw }) => parseCharge(raw))
    const moved = await tx.select(orders, { day: DAY })
    const members = await tx.select(statements, { day: DAY })
    return [
      ...asked.map(({ operator, number }) => `${operator}-${number}`),
      ...asked.flatMap(({ taps }) => taps.map((tap) => `${tap.terminal}-${tap.sequence}`)),
      ...moved.map(({ issuer, order }) => `order/${issuer}/${order}`),
      ...members.map(({ member }) => `position/${member}`),
    ]
  })
  expect(names.length).toBeGreaterThan(100)
  expect(names.some((name) => name.startsWith('order/'))).toBe(true)
  await centre.read(async (tx) => {
    for (const name of names) {
      const verdict = verifyProof(await proveStored(tx, name), trust)
      expect([name, verdict.ok]).toEqual([name, true])
    }
  })
})
