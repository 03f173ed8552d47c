import { createMemoryStorage, type Storage } from '@unifare/core'
import { chargeId } from '@unifare/tap'
import { describe, expect, test } from 'vitest'
import { shardFiles } from '../engine/shard-file.ts'
import { refusal } from '../files/files.fixture.ts'
import { proveStored } from '../proof/stored-proof.ts'
import { charges } from '../tables.ts'
import {
  DAYS,
  liveDay,
  memoryGround,
  openCentre,
  readOutcome,
  type Script,
  scriptOf,
} from './segments.fixture.ts'

/** The files of a folder as they are found after something happened to them; undefined is gone. */
async function copyOf(
  storage: Storage,
  change: (name: string, bytes: Uint8Array) => Uint8Array | undefined,
): Promise<Storage> {
  const copy = createMemoryStorage()
  for (const name of await storage.list('')) {
    const bytes = change(name, (await storage.read(name)) ?? new Uint8Array(0))
    if (bytes !== undefined) await copy.replace(name, bytes)
  }
  return copy
}

const [DAY, NEXT] = DAYS
const isOf = (day: string) => (name: string) => name.startsWith(shardFiles(day))
const isAnyOf = (day: string) => (name: string) => name.includes(`-${day}`)

/** A centre that has closed two days by segments, and comes back when its files were changed. */
async function comesBack(
  script: Script,
  change: (name: string, bytes: Uint8Array) => Uint8Array | undefined,
) {
  const ground = memoryGround()
  const network = await openCentre({ clearing: {} }, ground)
  for (const index of [0, 1]) await liveDay(network, script, index)
  await network.centre.close()
  const own = { ...ground, storage: await copyOf(ground.storage, change) }
  return { ground: own, network: await openCentre({ clearing: {} }, { ...own, again: true }) }
}

async function whole(script: Script) {
  const network = await openCentre({ clearing: {} })
  for (const index of [0, 1, 2]) await liveDay(network, script, index)
  return readOutcome(network)
}

describe('files of cleared days that are not as they were written', () => {
  test('are told before anything is believed; without them the journal says it all again', async () => {
    const script = await scriptOf()
    const expected = await whole(script)
    let told = 0
    for (const [day, place, damaged = isOf(day)] of [
      [NEXT, 0.01],
      [NEXT, 0.2],
      [NEXT, 0.4],
      [NEXT, 0.6],
      [NEXT, 0.9],
      [DAY, 0.1],
      [DAY, 0.7],
      ...['fees', 'rules', 'delivered'].flatMap((kind) =>
        [DAY, NEXT].map((day) => [day, 0.3, (name: string) => name === `${kind}-${day}`] as const),
      ),
    ] as readonly (readonly [string, number, ((name: string) => boolean)?])[]) {
      const { network, ground } = await comesBack(script, (name, bytes) => {
        if (damaged(name)) {
          const at = Math.floor(bytes.length * place)
          bytes[at] = bytes[at]! ^ 4
        }
        return bytes
      })
      const closed = await liveDay(network, script, 2).catch((error: unknown) => error)
      let back = network
      if (closed instanceof Error) {
        expect(String(closed)).toContain('is not as it was written')
        told += 1
        await network.centre.close()
        const storage = await copyOf(ground.storage, (name, bytes) =>
          isAnyOf(day)(name) ? undefined : bytes,
        )
        // The order was taken in: it closes the day now.
        back = await openCentre({ clearing: {} }, { ...ground, storage, again: true })
      }
      expect([day, place, await readOutcome(back)]).toEqual([day, place, expected])
    }
    expect(told).toBeGreaterThan(3)
  })

  test('that are gone are made again', async () => {
    const script = await scriptOf()
    const expected = await whole(script)
    for (const isGone of [isOf(NEXT), isOf(DAY), (name: string) => /-001-of-/.test(name)]) {
      const { network } = await comesBack(script, (name, bytes) =>
        isGone(name) ? undefined : bytes,
      )
      await liveDay(network, script, 2)
      expect(await readOutcome(network)).toEqual(expected)
    }
  })

  test('prove nothing', async () => {
    const script = await scriptOf()
    const { network } = await comesBack(script, (name, bytes) => {
      if (isOf(DAY)(name)) bytes[bytes.length - 1]! ^= 1
      return bytes
    })
    const { centre, storage } = network
    const found = await centre.read(async (tx) => {
      const codes: string[] = []
      for (const row of await tx.select(charges, { day: DAY })) {
        codes.push(String(await refusal(proveStored(tx, chargeId(row), { storage }))))
      }
      return codes
    })
    expect(found).toContain('centre.damaged-file')
    expect(found.filter((code) => code !== 'centre.damaged-file' && code !== 'accepted')).toEqual(
      [],
    )
  })
})
