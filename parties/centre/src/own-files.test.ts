import { createMemoryRepository, UnifareError } from '@unifare/core'
import { CHAIN_START } from '@unifare/tap'
import { describe, expect, test } from 'vitest'
import { openTestCentre } from './centre.fixture.ts'
import { cardTap, chargeOf, DAY, ISSUER, OPERATOR } from './clearing.fixture.ts'
import { createFaultyStorage } from './faulty-storage.fixture.ts'
import type { CentreFault } from './watch/centre-faults.ts'
import { storedAlarms } from './watch/stored-alarms.ts'

const HOUR = 3_600_000
const fileMembers = [
  { id: OPERATOR, roles: ['acquirer' as const] },
  { id: ISSUER, roles: ['issuer' as const] },
]

/** A centre on a disk that can fail, and what it tells of its faults, over its lives. */
function ground() {
  const storage = createFaultyStorage()
  const repository = createMemoryRepository()
  const chains = { taps: CHAIN_START, charges: CHAIN_START }
  const told: CentreFault[] = []
  const onFault = (fault: CentreFault) => void told.push(fault)
  return {
    storage,
    told,
    open: (again = false) =>
      openTestCentre({ fileMembers, onFault }, { storage, repository, chains, again }),
  }
}

type Network = Awaited<ReturnType<typeof openTestCentre>>

const alarmsOf = ({ centre, clock }: Network) =>
  centre.read(async (tx) =>
    (await storedAlarms(tx, { at: clock.now() })).filter(({ kind }) => kind === 'centre'),
  )

async function rideAndClose(network: Network) {
  const tap = await cardTap({ sequence: 1 })
  await network.taps([tap])
  await network.charges([chargeOf([tap], { number: 1 })])
  return network.close()
}

describe.each([
  ['a statement', `statement-${DAY}-${OPERATOR}`, new Error('write EIO')],
  [
    'one of its two files',
    `statement-${DAY}-${OPERATOR}.csv`,
    new UnifareError('storage.full', 'no room'),
  ],
  ['a result file', 'FB', new UnifareError('money.not-integer', 'a sum \0 without end')],
])('%s that cannot be written when a day closes', (_, name, fault) => {
  const breakOn = (storage: ReturnType<typeof createFaultyStorage>) => {
    storage.onReplace = (asked) => {
      if (asked.startsWith(name)) throw fault
    }
  }

  test('is an alarm and stops nothing: it is written when it can be, at a close', async () => {
    const { storage, told, open } = ground()
    breakOn(storage)
    const network = await open()
    expect(await rideAndClose(network)).toMatchObject({ day: DAY, charges: 1 })
    expect(told).toMatchObject([
      { alarm: 'unwritten', owner: OPERATOR, since: network.clock.now() },
    ])
    await network.clock.advance(24 * HOUR)
    expect(await alarmsOf(network)).toMatchObject([
      {
        alarm: 'unwritten',
        operator: OPERATOR,
        lastsS: 24 * 3_600,
        reason: expect.stringContaining(fault.message.split(' \0')[0] as string) as string,
      },
    ])
    // What other members get is there.
    expect(await storage.list(`statement-${DAY}-${ISSUER}`)).toHaveLength(2)
    expect(await storage.list('CL')).toHaveLength(1)
    expect(await storage.list(name)).toEqual([])

    storage.onReplace = () => undefined
    await network.close('2026-11-21')
    expect(await storage.list(name)).not.toEqual([])
    expect(await alarmsOf(network)).toEqual([])
    expect(told).toHaveLength(1)
  })

  test('does not keep the centre from opening, and is written by a later start', async () => {
    const { storage, told, open } = ground()
    breakOn(storage)
    const first = await open()
    await rideAndClose(first)
    await first.centre.close()
    const second = await open(true)
    expect(await alarmsOf(second)).toMatchObject([{ alarm: 'unwritten', operator: OPERATOR }])
    await second.taps([await cardTap({ sequence: 2 })])
    await second.centre.close()
    expect(told).toHaveLength(1)

    storage.onReplace = () => undefined
    const last = await open(true)
    expect(await storage.list(name)).not.toEqual([])
    expect(await alarmsOf(last)).toEqual([])
  })
})

test('a file that a crash left out, of any member, comes at the next start', async () => {
  const { storage, told, open } = ground()
  const first = await open()
  await rideAndClose(first)
  const names = await storage.list('')
  await first.centre.close()
  const lost = createFaultyStorage()
  for (const name of names) {
    if (name === `statement-${DAY}-${OPERATOR}.json`) continue
    await lost.replace(name, (await storage.read(name)) ?? new Uint8Array(0))
  }
  const network = await openTestCentre({ fileMembers }, { storage: lost })
  expect(await lost.list('')).toEqual(names)
  expect(await alarmsOf(network)).toEqual([])
  expect(told).toEqual([])
})
