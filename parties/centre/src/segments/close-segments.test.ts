import { createMemoryStorage, UnifareError } from '@unifare/core'
import { nodeEngine } from '@unifare/crypto/node'
import { chargeId, deliveryId, parseCharge } from '@unifare/tap'
import { describe, expect, test } from 'vitest'
import { CENTRE, ISSUER, OPERATOR } from '../clearing.fixture.ts'
import { shardFile } from '../engine/shard-file.ts'
import { refusal } from '../files/files.fixture.ts'
import { verifyProof } from '../proof/proof.ts'
import { proveStored } from '../proof/stored-proof.ts'
import { days, orders } from '../tables.ts'
import type { SegmentClearing } from './segment-clearing.ts'
import {
  DAYS,
  fileScriptOf,
  judgedCharges,
  liveDay,
  liveDays,
  memoryGround,
  openCentre,
  readOutcome,
  type SegmentsNetwork,
  scriptOf,
} from './segments.fixture.ts'

const HOLDS = [{ id: 'week', days: 7, validFrom: '2026-01-01', validTo: null, source: 'ours' }]

async function rootsOf({ centre }: SegmentsNetwork): Promise<readonly string[]> {
  return (await centre.read((tx) => tx.select(days, {}))).map(({ root }) => root)
}

async function liveNetwork(): Promise<SegmentsNetwork> {
  const network = await openCentre({ clearing: {} })
  await liveDays(network, await scriptOf())
  return network
}

describe('days closed by segments', () => {
  test.each([
    ['charges are judged at once', {}, scriptOf],
    ['charges wait for missing records', { settling: { holds: HOLDS } }, scriptOf],
    ['an operator brings files', {}, fileScriptOf],
  ])('come to what they come to with objects, for everybody who reads it: %s', async (...given) => {
    const [, rules, scriptOfDays] = given
    const script = await scriptOfDays()
    const objects = await openCentre(rules)
    const segments = await openCentre({ ...rules, clearing: { pageCharges: 1 } })
    const [told, other] = [await liveDays(objects, script), await liveDays(segments, script)]
    const plain = (results: typeof told) => results.map(({ root: _root, ...result }) => result)
    expect(plain(other)).toEqual(plain(told))
    expect(await readOutcome(segments)).toEqual(await readOutcome(objects))
  })

  test('judge all that can become of a charge', async () => {
    const network = await openCentre({ clearing: {} })
    const results = await liveDays(network, await scriptOf())
    expect(results.map(({ charges, rejected }) => [charges, rejected])).toEqual([
      [6, { 'tap.conflict': 1, 'tap.missing': 1, 'code.over-cap': 1 }],
      [7, { 'tap.charged': 1, 'deny.listed': 1 }],
      [6, { test: 1, 'charge.corrected': 1, 'tap.conflict': 1 }],
    ])
  })

  test('run again to their roots', async () => {
    const network = await openCentre({ clearing: {} })
    for (const { day, root, settledFen } of await liveDays(network, await scriptOf())) {
      expect(await network.centre.rerun(day)).toMatchObject({ root, settledFen })
    }
  })

  test('are the same when the centre begins anew from its journal alone', async () => {
    const ground = memoryGround()
    const network = await openCentre({ clearing: {} }, ground)
    const results = await liveDays(network, await scriptOf())
    const told = await readOutcome(network)
    await network.centre.close()
    const { storage: disk } = ground
    // What was cleared is gone, too.
    const storage = createMemoryStorage()
    for (const name of await disk.list('intake')) {
      await storage.replace(name, (await disk.read(name)) ?? new Uint8Array(0))
    }
    const again = await openCentre({ clearing: {} }, { storage, again: true })
    expect(await readOutcome(again)).toEqual(told)
    for (const { day, root } of results) {
      expect((await again.centre.rerun(day)).root).toBe(root)
    }
  })

  test('follow days that were closed with objects, and those follow them', async () => {
    const ground = memoryGround()
    const script = await scriptOf()
    const objects = await openCentre({})
    await liveDays(objects, script)
    let network = await openCentre({}, ground)
    await liveDay(network, script, 0)
    for (const [index, clearing] of [
      [1, {}],
      [2, undefined],
    ] as const) {
      await network.centre.close()
      network = await openCentre({ ...(clearing && { clearing }) }, { ...ground, again: true })
      await liveDay(network, script, index)
    }
    expect(await readOutcome(network)).toEqual(await readOutcome(objects))
    // The journal says how each was closed.
    const roots = await rootsOf(network)
    await network.centre.close()
    const again = await openCentre({}, { storage: ground.storage, again: true })
    expect(await rootsOf(again)).toEqual(roots)
  })

  test('are not disturbed by what a close left that was refused', async () => {
    const script = await fileScriptOf()
    const close = async (clearing?: SegmentClearing) => {
      const ground = memoryGround()
      const options = clearing && { clearing }
      const broken = await openCentre({ ...options, settling: { windows: [] } }, ground)
      await script[0]?.(broken)
      expect(await refusal(broken.close())).toBe('window.no-rule')
      await broken.centre.close()
      // Another attempt was cleared in other shards.
      const stale = shardFile(DAYS[0], 0, 256)
      await ground.storage.replace(stale, new Uint8Array(64))
      const network = await openCentre({ ...options }, { ...ground, again: true })
      await script[1]?.(network)
      await network.close()
      await liveDay(network, script, 2)
      return readOutcome(network)
    }
    expect(await close({})).toEqual(await close())
  })

  test('wait for workers that failed: the order stays, and closes the day when they are back', async () => {
    const ground = memoryGround()
    const fail = async () => {
      throw new UnifareError('lease.failed', 'no worker could do the job')
    }
    const broken = { workers: { scatter: fail, clear: fail } }
    const network = await openCentre({ clearing: broken }, ground)
    const script = await scriptOf()
    await expect(liveDay(network, script, 0)).rejects.toThrow('2026-11-20 could not be cleared')
    await network.centre.close()
    const again = await openCentre({ clearing: {} }, { ...ground, again: true })
    expect(await again.centre.read((tx) => tx.select(days, {}))).toMatchObject([{ day: DAYS[0] }])
    expect(await refusal(again.close(DAYS[0]))).toBe('centre.day-closed')
    const objects = await openCentre({})
    await liveDay(objects, script, 0)
    expect(await readOutcome(again)).toEqual(await readOutcome(objects))
  })

  test('are proved by their verdict rows to whoever has the key of the centre', async () => {
    const { centre, storage, publicKeyOf } = await liveNetwork()
    const trust = { publicKey: publicKeyOf(CENTRE), engine: nodeEngine() }
    const names = await centre.read(async (tx) => {
      const asked = await judgedCharges(tx)
      return [
        ...asked.filter(({ day }) => day !== '').map(chargeId),
        ...asked.flatMap(({ raw }) => parseCharge(raw).taps).map(deliveryId),
        ...(await tx.select(orders, {})).map(({ issuer, order }) => `order/${issuer}/${order}`),
        ...[CENTRE, ISSUER, OPERATOR].map((member) => `position/${member}`),
      ]
    })
    for (const name of names) {
      const proof = await centre.read((tx) => proveStored(tx, name, { storage }))
      expect([name, verifyProof(proof, trust)]).toMatchObject([name, { ok: true }])
    }
    expect(names.length).toBeGreaterThan(30)
  })
})
