import {
  canonicalJson,
  createMemoryStorage,
  createSeededRandom,
  type Day,
  pureHashes,
  randomInteger,
  utf8,
} from '@unifare/core'
import type { Tap } from '@unifare/tap'
import { describe, expect, test } from 'vitest'
import { createVerifier } from '../clearing.fixture.ts'
import { FIRST_ROOT } from '../close.ts'
import { clearInput } from '../engine/clear-input.ts'
import { createShardClearer } from '../engine/clear-job.ts'
import { compareDay } from '../engine/compare-day.ts'
import { createScatterer } from '../engine/scatter-job.ts'
import { createMemorySpill } from '../engine/spill.ts'
import { readStoredDay } from '../engine/stored-day.ts'
import { readOutcome } from '../segments/segments.fixture.ts'
import { loadStatement } from '../statement-pages.ts'
import { charges, days } from '../tables.ts'
import {
  CARDS,
  CITIES,
  type City,
  HUBEI,
  NATION,
  openTierNetwork,
  type TierNetwork,
  TOP_DOWN,
} from './network.fixture.ts'
import { rootsOf } from './rides.fixture.ts'
import { tierCharges, tierDenies, tierPages, tierResults, tierTaps } from './tables.ts'

const DAYS: readonly Day[] = ['2026-11-20', '2026-11-21', '2026-11-22']
const HOLDS = [{ id: 'days', days: 1, validFrom: '2026-01-01', validTo: null, source: 'ours' }]

/** What becomes of a ride on its way. */
const FATES = [
  'fine',
  'fine',
  'fine',
  'bad-tac',
  'never-delivered',
  'a-day-late',
  'of-a-later-version',
  'asked-twice',
  'on-the-list',
  'with-one-that-went-up',
] as const

/** Three days of rides over four centres: the same in every network of a seed. */
async function lived(
  network: TierNetwork,
  seed: number,
  before: (day: Day) => Promise<void> = async () => undefined,
): Promise<TierNetwork> {
  const random = createSeededRandom(`tiers by segments ${seed}`)
  const pick = <T>(all: readonly T[]) => all[randomInteger(random, all.length)] as T
  let late: (() => Promise<unknown>)[] = []
  const denied = await network.ride('yichang', 'yichang')
  for (const city of CITIES) {
    const entry = { medium: 'card', reason: 'lost', since: 0, account: denied.account } as const
    await network.deny(city, 1, [{ ...entry, issuer: CARDS[city] }])
  }
  for (const [index, day] of DAYS.entries()) {
    network.clock.set(Date.UTC(2026, 10, 20 + index, 19, 5))
    await before(day)
    const ways = late
    late = []
    for (const way of ways) await way()
    for (let ride = 0; ride < 7; ride++) {
      const [city, card] = [pick(CITIES), pick(CITIES)]
      late.push(...(await rideOf(network, { city, card, fate: pick(FATES), day })))
    }
    await network.close(day)
  }
  return network
}

/** A ride, asked for and brought as its fate is; what is left for the next day. */
async function rideOf(
  network: TierNetwork,
  {
    city,
    card,
    fate,
    day,
  }: {
    readonly city: City
    readonly card: City
    readonly fate: (typeof FATES)[number]
    readonly day: Day
  },
): Promise<(() => Promise<unknown>)[]> {
  const made = await network.ride(city, card, {
    amountFen: 137,
    ...(fate === 'of-a-later-version' && { version: 2 }),
  })
  const evidence = made.evidence.slice()
  if (fate === 'bad-tac') evidence[23] = (evidence[23] ?? 0) ^ 1
  const tap: Tap = { ...made, evidence }
  const bring = () => network.taps(city, [tap], fate === 'on-the-list' ? 1 : 0)
  const ask = (taps: readonly Tap[]) => network.charges(city, [taps], { tapDay: day })
  switch (fate) {
    case 'never-delivered':
      await ask([tap])
      return []
    case 'a-day-late':
      await ask([tap])
      return [bring, () => ask([tap])]
    case 'asked-twice':
      await bring()
      await ask([tap])
      await ask([tap])
      return [() => ask([tap])]
    case 'with-one-that-went-up': {
      await bring()
      await ask([tap])
      const other = await network.ride(city, city)
      await network.taps(city, [other])
      await ask([other])
      await ask([other, tap])
      return []
    }
    case 'fine':
    case 'bad-tac':
    case 'of-a-later-version':
    case 'on-the-list':
      await bring()
      await ask([tap])
      return []
  }
}

/** All that others read of a centre; roots and the order of lines alone may be others. */
async function outcomeOf(network: TierNetwork, id: string): Promise<unknown> {
  const centre = network.centreOf(id)
  const outcome = await readOutcome({ centre, storage: network.storageOf(id) })
  const handed = await centre.read(async (tx) => [
    await tx.select(tierCharges, {}),
    await tx.select(tierTaps, {}),
    await tx.select(tierPages, {}),
    await tx.select(tierResults, {}),
    await tx.select(tierDenies, {}),
  ])
  return plain([outcome, handed])
}

function plain(value: unknown): unknown {
  const text = JSON.stringify(value, (key, one: unknown) => {
    if (key === 'root') return undefined
    if (key !== 'lines' || !Array.isArray(one)) return one
    return one.map((line) => canonicalJson(line)).sort()
  })
  return JSON.parse(text)
}

/** Clears the closed days of a centre again in a folder of its own, and compares them with their closes. */
async function differencesOf(network: TierNetwork, id: string) {
  const storage = createMemoryStorage()
  const spill = createMemorySpill()
  const tools = { storage, spill, hashes: pureHashes, verifier: createVerifier() }
  const workers = { scatter: createScatterer(tools), clear: createShardClearer(tools) }
  const all: unknown[] = []
  let previousRoot = FIRST_ROOT
  for (const [index, day] of DAYS.entries()) {
    const stored = await network
      .centreOf(id)
      .read((tx) => readStoredDay(tx, { centre: id, day, storage: network.storageOf(id) }))
    const before = { centre: id, previousRoot, closedDays: DAYS.slice(0, index) }
    const cleared = await clearInput(stored, before, { storage, workers, spill })
    all.push(...(await compareDay(storage, cleared, stored.closed)))
    previousRoot = cleared.root
  }
  return all
}

const clearing = { pageCharges: 2 }

/** The days of a seed with objects, and by segments: made once, only read. */
const made = new Map<string, Promise<TierNetwork>>()
function closed(way: 'objects' | 'segments'): Promise<TierNetwork> {
  const options = way === 'segments' ? { clearing } : {}
  const network = made.get(way) ?? openTierNetwork(options).then((one) => lived(one, 1))
  made.set(way, network)
  return network
}

async function expectSame(one: TierNetwork, other: TierNetwork): Promise<void> {
  for (const id of TOP_DOWN) {
    expect(await outcomeOf(one, id)).toEqual(await outcomeOf(other, id))
  }
  for (const [member, told] of one.heard) {
    expect(plain(told)).toEqual(plain(other.heard.get(member)))
  }
}

describe('days of centres among others, closed by segments', () => {
  test('come to what they come to with objects, for everybody who reads it', async () => {
    const segments = await closed('segments')
    await expectSame(segments, await closed('objects'))
    const asked = await Promise.all(
      TOP_DOWN.map((id) => segments.centreOf(id).read((tx) => tx.select(charges, {}))),
    )
    expect(new Set(asked.flat().map(({ verdict }) => verdict))).toEqual(
      new Set(['normal', 'tap.missing', 'tap.charged', 'card.bad-tac', 'deny.listed']),
    )
  })

  test('also where charges wait for records, and a record cannot be read', async () => {
    const settling = { holds: HOLDS }
    const segments = await lived(await openTierNetwork({ settling, clearing }), 3)
    await expectSame(segments, await lived(await openTierNetwork({ settling }), 3))
  })

  test('run again to their roots, and are cleared again to what their closes said', async () => {
    const network = await closed('segments')
    for (const id of TOP_DOWN) {
      const centre = network.centreOf(id)
      for (const { day, root } of await centre.read((tx) => tx.select(days, {}))) {
        expect((await centre.rerun(day)).root).toBe(root)
      }
      expect(await differencesOf(network, id)).toEqual([])
      expect(await differencesOf(await closed('objects'), id)).toEqual([])
    }
  })

  test('follow days that were closed with objects', async () => {
    const network = await openTierNetwork()
    await lived(network, 1, async (day) => {
      if (day !== DAYS[1]) return
      for (const id of TOP_DOWN) await network.open(id, { clearing })
    })
    await expectSame(network, await closed('objects'))
  })

  test('are the same when every centre begins anew from its journal alone', async () => {
    const network = await closed('segments')
    const roots = await rootsOf(network)
    for (const id of TOP_DOWN) await network.open(id, { rebuilt: true, journalOnly: true })
    expect(await rootsOf(network)).toEqual(roots)
    await expectSame(network, await closed('objects'))
  })

  test('state lines from above as they came, whatever stands in them', async () => {
    const network = await openTierNetwork({ clearing })
    const [member, day] = [CARDS.yichang, DAYS[0] as Day]
    const position = { id: member, receivableFen: 0, payableFen: 0, netFen: 0 }
    const line = {
      charge: '1-1',
      taps: ['"1"-1'],
      verdict: 'normal',
      side: 'pay',
      amountFen: 0,
      counterparty: '","charge":"2-2',
      medium: 'card',
      account: '1',
      note: 'of later days',
    }
    const statement = { member, day, root: '00', position, roundingFen: 0, orders: [] }
    for (const body of [
      { tier: 'page', day, member, part: 0, statement: { ...statement, lines: [line] } },
      { tier: 'result', day, root: '00', netFen: 0, members: [position], pages: 1 },
    ]) {
      await network.send(NATION, HUBEI, 'statement', utf8(canonicalJson(body)))
    }
    await network.centreOf(HUBEI).command({ do: 'close-day', day })
    const told = await network.centreOf(HUBEI).read((tx) => loadStatement(tx, { day, member }))
    expect(told?.lines).toEqual([{ ...line, clearedBy: NATION }])
  })
})
