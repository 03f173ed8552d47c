import {
  canonicalJson,
  createMemoryStorage,
  type MemoryStorage,
  UnifareError,
  utf8,
} from '@unifare/core'
import { describe, expect, test } from 'vitest'
import { OPERATOR } from '../clearing.fixture.ts'
import { createFaultyStorage } from '../faulty-storage.fixture.ts'
import { days } from '../tables.ts'
import type { CentreFault } from '../watch/centre-faults.ts'
import { storedAlarms } from '../watch/stored-alarms.ts'
import {
  DAYS,
  liveDay,
  memoryGround,
  openCentre,
  readOutcome,
  type Script,
  type SegmentsNetwork,
  scriptOf,
} from './segments.fixture.ts'

const clearing = {}
/** The morning of the second close. */
const MORNING = Date.UTC(2026, 10, 21, 19, 5)

async function whole(script: Script) {
  const network = await openCentre({ clearing })
  for (const index of [0, 1, 2]) await liveDay(network, script, index)
  return { outcome: await readOutcome(network), files: await network.storage.list('') }
}

/** A centre before the close of its second day, everything of which has come. */
async function beforeClose(script: Script, storage: MemoryStorage = createMemoryStorage()) {
  const ground = { ...memoryGround(), storage }
  const told: CentreFault[] = []
  const options = { clearing, onFault: (fault: CentreFault) => void told.push(fault) }
  const network = await openCentre(options, ground)
  await liveDay(network, script, 0)
  network.clock.set(MORNING)
  await script[1]?.(network)
  const open = () => openCentre(options, { ...ground, again: true })
  return { ...ground, network, told, open }
}

/** Whatever somebody sends: an order that waits is carried out before it. */
const somethingComes = ({ send }: SegmentsNetwork) =>
  send(OPERATOR, 'order', utf8(canonicalJson({ do: 'nothing' }))).catch(() => undefined)

const isClosed = ({ centre }: SegmentsNetwork, day: string) =>
  centre.read(async (tx) => (await tx.get(days, [{ day }]))[0] !== undefined)

/** Goes on from whatever a close left, as staff would, to the end of the third day. */
async function goOn(
  network: SegmentsNetwork,
  open: () => Promise<SegmentsNetwork>,
  script: Script,
) {
  await somethingComes(network)
  let own = network
  // What the disk did not take the journal does not take any more: the centre is started again.
  if (!(await isClosed(own, DAYS[1]))) {
    await own.centre.close()
    own = await open()
    own.clock.set(MORNING)
  }
  if (!(await isClosed(own, DAYS[1]))) await own.close(DAYS[1])
  await liveDay(own, script, 2)
  return { outcome: await readOutcome(own), files: await own.storage.list('') }
}

/** Points of a close at which something is tried. */
const POINTS = 12

describe('a close by segments', () => {
  test('over which the disk fails once, at whatever write, comes to the same', async () => {
    const script = await scriptOf()
    const expected = await whole(script)
    const untouched = await beforeClose(script)
    const before = touchesOf(untouched.storage)
    await untouched.network.close(DAYS[1])
    const touches = touchesOf(untouched.storage) - before
    expect(touches).toBeGreaterThan(POINTS)
    let failures = 0
    for (let point = 0; point < POINTS; point++) {
      const n = 1 + Math.round((point * (touches - 1)) / (POINTS - 1))
      const { network, storage, open } = await beforeClose(script)
      storage.failAt(n)
      const closed = await network.close(DAYS[1]).catch((error: unknown) => error)
      storage.failAt(undefined)
      if (closed instanceof Error) failures += 1
      expect([n, await goOn(network, open, script)]).toEqual([n, expected])
    }
    // Files behind the commit are written later.
    expect(failures).toBeGreaterThan(POINTS / 3)
    expect(failures).toBeLessThan(POINTS)
  })

  test('for which the disk has no room waits, and closes the day when there is some', async () => {
    const script = await scriptOf()
    const expected = await whole(script)
    let waited = 0
    for (const roomBytes of [0, 500, 1_500, 5_000]) {
      const { network, storage, open, told } = await beforeClose(script)
      storage.leaveRoom(roomBytes)
      const closed = await network.close(DAYS[1]).catch((error: unknown) => error)
      // With a little more room the day closes, and files behind the commit have none.
      if (closed instanceof Error) expect(closed.message).toContain('no room on the disk')
      else expect(told).not.toEqual([])
      waited += closed instanceof Error ? 1 : 0
      // Nothing is lost over it, and nothing hangs.
      await somethingComes(network)
      storage.leaveRoom(undefined)
      expect([roomBytes, await goOn(network, open, script)]).toEqual([roomBytes, expected])
    }
    expect(waited).toBeGreaterThan(1)
  })

  test('whose folder is away or takes no file waits, too', async () => {
    const script = await scriptOf()
    const expected = await whole(script)
    for (const fault of [
      new UnifareError('storage.bad-folder', 'cannot be written'),
      Object.assign(new Error('ENOENT: no such file or directory'), { code: 'ENOENT' }),
    ]) {
      const storage = createFaultyStorage()
      const { network, open } = await beforeClose(script, storage)
      storage.onReplace = () => {
        throw fault
      }
      await expect(network.close(DAYS[1])).rejects.toThrow(fault.message)
      await expect(network.close(DAYS[1])).rejects.toThrow(fault.message)
      storage.onReplace = () => undefined
      expect(await goOn(network, open, script)).toEqual(expected)
    }
  })

  test('under a clock that jumped back is the same day, with objects as by segments', async () => {
    const script = await scriptOf()
    const outcomeOf = async (options: Parameters<typeof openCentre>[0]) => {
      const network = await openCentre(options)
      await liveDay(network, script, 0)
      // Years before anything was issued, and before the close of the day before.
      for (const [index, jump] of [
        [1, Date.UTC(2020, 0, 1)],
        [2, MORNING - 30_000],
      ] as const) {
        network.clock.set(jump)
        await script[index]?.(network)
        await network.close(DAYS[index])
      }
      const alarms = await network.centre.read((tx) =>
        storedAlarms(tx, { at: Date.UTC(2020, 0, 1) }),
      )
      const { root } = await network.centre.rerun(DAYS[1])
      const closed = await network.centre.read((tx) => tx.get(days, [{ day: DAYS[1] }]))
      expect(closed[0]?.root).toBe(root)
      return { outcome: await readOutcome(network), alarms }
    }
    expect(await outcomeOf({ clearing })).toEqual(await outcomeOf({}))
  })
})

function touchesOf({ counts }: MemoryStorage): number {
  return counts.writes + counts.syncs + counts.replaces
}
