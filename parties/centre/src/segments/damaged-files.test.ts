import { canonicalJson, type Storage, UnifareError, utf8 } from '@unifare/core'
import { chargeId } from '@unifare/tap'
import { describe, expect, test } from 'vitest'
import { OPERATOR } from '../clearing.fixture.ts'
import { shardFiles } from '../engine/shard-file.ts'
import { createFaultyStorage, type FaultyStorage } from '../faulty-storage.fixture.ts'
import { refusal } from '../files/files.fixture.ts'
import { proveStored } from '../proof/stored-proof.ts'
import type { CentreFault } from '../watch/centre-faults.ts'
import { storedAlarms } from '../watch/stored-alarms.ts'
import {
  DAYS,
  fileScriptOf,
  judgedCharges,
  liveDay,
  memoryGround,
  openCentre,
  readOutcome,
  type Script,
  type SegmentsNetwork,
  scriptOf,
} from './segments.fixture.ts'

/** A change of what is found of a file; undefined where the file is gone. */
type Change = (name: string, bytes: Uint8Array) => Uint8Array | undefined

/** The files of a folder as they are found after something happened to them. */
async function copyOf(storage: Storage, change: Change): Promise<FaultyStorage> {
  const copy = createFaultyStorage()
  for (const name of await storage.list('')) {
    const bytes = change(name, (await storage.read(name)) ?? new Uint8Array(0))
    if (bytes !== undefined) await copy.replace(name, bytes)
  }
  return copy
}

const [DAY, NEXT] = DAYS
const isOf = (day: string) => (name: string) => name.startsWith(shardFiles(day))

/** Turns a bit of the files that are meant. */
const turned =
  (isMeant: (name: string) => boolean, place: number): Change =>
  (name, bytes) => {
    if (!isMeant(name)) return bytes
    const own = bytes.slice()
    own[Math.floor(own.length * place)]! ^= 4
    return own
  }

/** A centre that has closed two days by segments, and comes back when its files were changed. */
async function comesBack(script: Script, change: Change) {
  const ground = memoryGround()
  const told: CentreFault[] = []
  const options = { clearing: {}, onFault: (fault: CentreFault) => void told.push(fault) }
  const network = await openCentre(options, ground)
  for (const index of [0, 1]) await liveDay(network, script, index)
  await network.centre.close()
  const storage = await copyOf(ground.storage, change)
  const open = () => openCentre(options, { ...ground, storage, again: true })
  return { storage, told, open, network: await open() }
}

const alarmsOf = ({ centre, clock }: SegmentsNetwork) =>
  centre.read(async (tx) =>
    (await storedAlarms(tx, { at: clock.now() })).filter(({ kind }) => kind === 'centre'),
  )

async function whole(script: Script) {
  const network = await openCentre({ clearing: {} })
  for (const index of [0, 1, 2]) await liveDay(network, script, index)
  return readOutcome(network)
}

describe('files of cleared days that are not as they were written', () => {
  test('are put aside, told, and made again from the journal: the close comes to the same', async () => {
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
      ['any day', 0.3, (name: string) => isOf(DAY)(name) || isOf(NEXT)(name)],
      ...['fees', 'rules', 'delivered'].flatMap((kind) =>
        [DAY, NEXT].map((day) => [day, 0.3, (name: string) => name === `${kind}-${day}`] as const),
      ),
    ] as readonly (readonly [string, number, ((name: string) => boolean)?])[]) {
      const one = await comesBack(script, turned(damaged, place))
      const found = await one.storage.list('')
      const kept = await Promise.all(found.map((name) => one.storage.read(name)))
      expect(await liveDay(one.network, script, 2)).toMatchObject({ day: DAYS[2] })
      expect([day, place, await readOutcome(one.network)]).toEqual([day, place, expected])
      const aside = await one.storage.list('damaged-')
      for (const name of aside) {
        const at = found.indexOf(name.slice('damaged-'.length))
        expect([name, await one.storage.read(name)]).toEqual([name, kept[at]])
      }
      expect(one.told.map(({ file }) => file)).toEqual(aside)
      expect((await alarmsOf(one.network)).map(({ alarm, id }) => [alarm, id])).toEqual(
        aside.map((name) => ['damaged-file', name]),
      )
      told += aside.length
    }
    expect(told).toBeGreaterThan(10)
  })

  test('are no alarm any more when what was put aside is gone', async () => {
    const script = await scriptOf()
    const one = await comesBack(script, turned(isOf(NEXT), 0.5))
    await liveDay(one.network, script, 2)
    expect(await alarmsOf(one.network)).not.toEqual([])
    await one.network.centre.close()
    const storage = await copyOf(one.storage, (name, bytes) =>
      name.startsWith('damaged-') ? undefined : bytes,
    )
    Object.assign(one.storage, storage)
    expect(await alarmsOf(await one.open())).toEqual([])
  })

  test('that a disk damages again and again keep the day open, told by name, until it is mended', async () => {
    const script = await scriptOf()
    const expected = await whole(script)
    const { storage, network } = await comesBack(script, (_, bytes) => bytes)
    storage.onRead = (name, bytes) =>
      name.startsWith('damaged-') ? bytes : (turned(isOf(NEXT), 0.5)(name, bytes) ?? bytes)
    await expect(liveDay(network, script, 2)).rejects.toThrow(
      /could not be cleared: closed-2026-11-21-\d+-of-\d+ is not as it was written/,
    )
    await expect(network.close(DAYS[2])).rejects.toThrow('is not as it was written')
    // The same is not kept twice.
    expect(await storage.list('damaged-')).toHaveLength(1)
    storage.onRead = (_, bytes) => bytes
    // The order was taken in: it closes the day with whatever comes next.
    await network.send(OPERATOR, 'order', utf8(canonicalJson({ do: 'nothing' }))).catch(() => null)
    expect(await readOutcome(network)).toEqual(expected)
    // What the close writes is there, too.
    expect(await storage.list(`statement-${DAYS[2]}-`)).not.toEqual([])
  })

  test('among them the records that came by file, are made again from what is stored', async () => {
    const script = await fileScriptOf()
    const expected = await whole(script)
    const isFiles = (name: string) => name.startsWith(`files-${DAY}`)
    const { storage, network } = await comesBack(script, (name, bytes) =>
      isOf(DAY)(name) ? undefined : turned(isFiles, 0.01)(name, bytes),
    )
    await liveDay(network, script, 2)
    expect(await readOutcome(network)).toEqual(expected)
    expect(await storage.list('damaged-files-')).toHaveLength(1)
  })

  test('of the day itself, damaged between clearing and reading, refuse nothing for ever', async () => {
    const script = await scriptOf()
    const expected = await whole(script)
    const { storage, network } = await comesBack(script, (_, bytes) => bytes)
    storage.onRead = (name, bytes) => turned(isOf(DAYS[2]), 0.9)(name, bytes) ?? bytes
    const refused = await liveDay(network, script, 2).catch((error: unknown) => error)
    expect(refused).toBeInstanceOf(Error)
    expect(refused).not.toBeInstanceOf(UnifareError)
    storage.onRead = (_, bytes) => bytes
    await network.send(OPERATOR, 'order', utf8(canonicalJson({ do: 'nothing' }))).catch(() => null)
    expect(await readOutcome(network)).toEqual(expected)
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
    const { network } = await comesBack(script, turned(isOf(DAY), 0.999))
    const { centre, storage } = network
    const found = await centre.read(async (tx) => {
      const codes: string[] = []
      for (const row of await judgedCharges(tx)) {
        if (row.day !== DAY) continue
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
