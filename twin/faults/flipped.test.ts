import { decodeEvidence, encodeEvidence } from '@unifare/card'
import { createMemoryStorage, UnifareError } from '@unifare/core'
import { encodeMessage, encodeTap, parseTap } from '@unifare/tap'
import { beforeAll, describe, expect, it } from 'vitest'
import { BUS, type FaultNetwork, openFaultNetwork } from './fault-network.fixture.ts'
import { createForger, purchaseOf } from './wire.fixture.ts'

let network: FaultNetwork
beforeAll(async () => {
  network = await openFaultNetwork({ seed: 'flipped', buses: 4 })
})

const bus = (index: number) => network.place(BUS, ({ vehicle }) => vehicle === `B${index}`)

function flip(bytes: Uint8Array, at: number): Uint8Array {
  const flipped = bytes.slice()
  flipped[at] = (flipped[at] ?? 0) ^ (1 << (at % 8))
  return flipped
}

/** Records of three real rides by card. */
async function threeRides(index: number): Promise<Uint8Array[]> {
  const terminal = await network.openTerminal(bus(index), { storage: createMemoryStorage() })
  await terminal.refresh()
  const records: Uint8Array[] = []
  for (let ride = 1; ride <= 3; ride++) {
    const card = await network.newCard()
    const decision = await terminal.presentCard(card)
    const record = await terminal.record(decision.sequence)
    if (record === undefined) throw new TypeError('no record')
    records.push(record)
  }
  return records
}

describe('one bit flipped', () => {
  it('in a TAC, signed again by the terminal: card.bad-tac, the others settle', async () => {
    const forger = createForger(network, bus(0))
    const records = (await threeRides(0)).map((record, index) => {
      if (index !== 1) return record
      const tap = parseTap(record)
      const evidence = decodeEvidence(tap.evidence)
      return encodeTap({
        ...tap,
        evidence: encodeEvidence({ ...evidence, tac: flip(evidence.tac, 3) }),
      })
    })
    expect(await forger.send('tap-batch', await forger.batch(records))).toMatchObject({ posted: 3 })
    await network.charge()
    await network.close()
    const charges = await network.charges()
    expect(charges.map(({ charge, verdict }) => [charge.taps[0]?.sequence, verdict])).toEqual([
      [1, 'normal'],
      [2, 'card.bad-tac'],
      [3, 'normal'],
    ])
  })

  it('in a batch, wherever it is: refused with a code, and the batch as it was is taken', async () => {
    const config = bus(1)
    const forger = createForger(network, config)
    const batch = await forger.batch([1, 2].map((sequence) => purchaseOf(config, sequence)))
    for (let at = 0; at < batch.length; at += 11) {
      const error: unknown = await forger
        .send('tap-batch', flip(batch, at))
        .catch((e: unknown) => e)
      expect(error, `byte ${at}`).toBeInstanceOf(UnifareError)
      expect((error as UnifareError).code, `byte ${at}`).toMatch(/^batch\./)
    }
    expect(await network.tapsOf(config)).toEqual([])
    expect(await forger.send('tap-batch', batch)).toMatchObject({ end: 3, posted: 2 })
  })

  it('in the message around it: no answer that counts, and the message as it was is taken', async () => {
    const config = bus(2)
    const forger = createForger(network, config)
    const bytes = await encodeMessage({
      kind: 'tap-batch',
      sender: config.terminal,
      receiver: BUS,
      sentAt: network.clock.now(),
      body: await forger.batch([purchaseOf(config, 1)]),
      sign: network.keys.link.sign(config.terminal),
    })
    for (let at = 0; at < bytes.length; at += 17) {
      const answer = await network.wire.send(BUS, flip(bytes, at))
      expect(new TextDecoder().decode(answer), `byte ${at}`).toMatch(/"ok":false/)
    }
    expect(await network.tapsOf(config)).toEqual([])
    expect(new TextDecoder().decode(await network.wire.send(BUS, bytes))).toMatch(/"ok":true/)
    expect(await network.tapsOf(config)).toHaveLength(1)
  })

  it('in a code: refused at the terminal, its rider goes on with a fresh one', async () => {
    const terminal = await network.openTerminal(bus(3), { storage: createMemoryStorage() })
    await terminal.refresh()
    const wallet = await network.newWallet('flipped')
    const code = wallet.makeCode()
    for (let at = 0; at < code.length; at += 29) {
      expect(await terminal.presentCode(flip(code, at)), `byte ${at}`).toMatchObject({ ok: false })
    }
    expect(await terminal.presentCode(wallet.makeCode())).toMatchObject({ ok: true })
  })

  it('in a bundle on its way to an operator: refused with its code, the next one is taken', async () => {
    const operator = network.operatorOf(BUS)
    const deny = await network.issuer.command({ do: 'publish-deny', day: '2026-11-20' })
    expect(deny).toBeDefined()
    await network.issuer.deliver()
    const { bundles } = (await operator.ask(
      network.plan.centre.id,
      'pull',
      new TextEncoder().encode('{"held":{}}'),
    )) as {
      bundles: { hash: string; signature: string; kind: string }[]
    }
    const newest = bundles.find(({ kind }) => kind === 'deny')
    if (newest === undefined) throw new TypeError('no deny list')
    const last = newest.signature.endsWith('0') ? '1' : '0'
    for (const [changes, code] of [
      [{ signature: newest.signature.slice(0, -1) + last }, 'bundle.bad-signature'],
      [{ hash: newest.signature.slice(0, 64) }, 'bundle.bad-hash'],
      [{ version: 99 }, 'bundle.bad-hash'],
      [{ kind: 'denied' }, 'bundle.malformed'],
    ] as const) {
      await expect(
        operator.command({ do: 'take-bundle', bundle: { ...newest, ...changes } }),
      ).rejects.toMatchObject({ code })
    }
    await operator.command({ do: 'take-bundle', bundle: newest })
  })
})
