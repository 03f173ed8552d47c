import type { AcceptanceRow, DenyEntry } from '@unifare/bundle'
import { signBundle } from '@unifare/bundle'
import {
  createManualClock,
  createMemoryRepository,
  createMemoryStorage,
  createSeededRandom,
  type Day,
  fromHex,
  fromUtf8,
  type Repository,
  type Storage,
  toHex,
} from '@unifare/core'
import { pureEngine } from '@unifare/crypto'
import { sendBundle } from '@unifare/institution'
import {
  CHAIN_START,
  type Charge,
  createHandler,
  createProcessLink,
  encodeBatch,
  encodeChargeBatch,
  encodeTap,
  exchange,
  type Link,
  type LinkIdentity,
  type MessageKind,
  parseBatch,
  parseChargeBatch,
  type Tap,
} from '@unifare/tap'
import { CLOSE_AT, keysOf } from '../centre.fixture.ts'
import { type Centre, type CentreOptions, openCentre } from '../centre.ts'
import { CENTRE, cardTap, chargeOf, DAY, keyStore } from '../clearing.fixture.ts'
import type { DayResult } from '../day-outcome.ts'
import type { SegmentClearing } from '../segments/segment-clearing.ts'
import type { Statement } from '../statement.ts'
import { DEMONSTRATION_TIER_RULES, type TierCentre, type Tiers } from './tiers.ts'

export const [NATION, HUBEI, WUHAN, GUANGDONG] = [CENTRE, '10420000', '10420100', '10440000']
/** Issuers by place. */
export const CARDS = { wuhan: '20420100', yichang: '20420500', guangzhou: '20440100' } as const
/** Operators by place, and the centre that each talks to. */
export const BUSES = {
  wuhan: { id: '30420100', centre: WUHAN },
  yichang: { id: '30420500', centre: HUBEI },
  guangzhou: { id: '30440100', centre: GUANGDONG },
} as const
export type City = keyof typeof CARDS
export const CITIES = ['wuhan', 'yichang', 'guangzhou'] as const
const DIVISIONS = { wuhan: '420100', yichang: '420500', guangzhou: '440100' } as const

/** A centre of the tiers, there since the beginning of the year. */
export const place = (
  centre: string,
  tier: TierCentre['tier'],
  parent: string,
  division: string,
) => ({
  id: centre,
  centre,
  tier,
  parent,
  division,
  validFrom: '2026-01-01',
  validTo: null,
  source: 'ours',
})
export const TIERS: Tiers = {
  centres: [
    place(NATION, 'national', '', ''),
    place(HUBEI, 'province', NATION, '42'),
    place(WUHAN, 'city', HUBEI, '4201'),
    place(GUANGDONG, 'province', NATION, '44'),
  ],
  rules: DEMONSTRATION_TIER_RULES,
}
/** From the top: results of a centre are there before those below it close. */
export const TOP_DOWN = [NATION, HUBEI, GUANGDONG, WUHAN] as const

async function journalOf(disk: Storage): Promise<Storage> {
  const storage = createMemoryStorage()
  for (const name of await disk.list('intake')) {
    await storage.replace(name, (await disk.read(name)) ?? new Uint8Array(0))
  }
  return storage
}

export function divisionOf(member: string): string | undefined {
  const city = CITIES.find((one) => CARDS[one] === member || BUSES[one].id === member)
  return city === undefined ? undefined : DIVISIONS[city]
}

/** Everybody accepts everybody's cards on buses. */
const ACCEPTANCE = {
  rows: CITIES.flatMap((city) =>
    CITIES.map(
      (issuer): AcceptanceRow => ({
        operator: BUSES[city].id,
        mode: 'bus',
        medium: 'card',
        issuer: CARDS[issuer],
        division: '',
        status: 'in-service',
        from: 0,
      }),
    ),
  ),
}

/** What an operator has sent so far. */
interface Sent {
  sequence: number
  number: number
  tapChain: Uint8Array
  chargeChain: Uint8Array
}

/** Four centres of three tiers as whole programs, with operators and issuers that are only voices. */
export async function openTierNetwork(
  changes: {
    readonly tiers?: Tiers
    readonly linkOf?: (link: Link) => Link
    /** Centres close their days by segments. */
    readonly clearing?: SegmentClearing
    readonly settling?: CentreOptions['settling']
  } = {},
) {
  const random = createSeededRandom('tiers')
  const clock = createManualClock(CLOSE_AT)
  const members = CITIES.flatMap((city) => [CARDS[city], BUSES[city].id])
  const terminalOf = (city: City) => `4000${BUSES[city].id}`
  const names = [...TOP_DOWN, ...members, ...CITIES.map(terminalOf)]
  const { pairOf, signOf } = keysOf(names, random)
  const institutions = new Map(
    [...TOP_DOWN, ...members].map((name) => [name, pairOf(name).publicKey] as const),
  )
  const link = createProcessLink()
  const grounds = new Map<string, { storage: Storage; repository: Repository }>()
  const centres = new Map<string, Centre>()
  const identityOf = (id: string): LinkIdentity => ({
    id,
    sign: signOf(id),
    publicKeyOf: async (party) => pairOf(party).publicKey,
    engine: pureEngine,
    now: () => clock.now(),
  })
  /** Statements that members got, page by page. */
  const heard = new Map<string, Statement[]>(members.map((id) => [id, []]))
  const known = new Set<string>()
  for (const member of members) {
    link.register(
      member,
      createHandler(identityOf(member), async ({ body, bodyHash }) => {
        // As every institution: once, however often it comes.
        if (known.has(bodyHash)) return { result: null }
        known.add(bodyHash)
        const { statement } = JSON.parse(fromUtf8(body)) as { statement: Statement }
        heard.get(member)?.push(statement)
        return { result: null }
      }),
    )
  }

  /** Opens a centre on what it kept; with an empty repository it is rebuilt from its journal. */
  async function open(
    id: string,
    {
      rebuilt = false,
      tiers = changes.tiers ?? TIERS,
      clearing = changes.clearing,
      journalOnly = false,
    }: {
      rebuilt?: boolean
      tiers?: Tiers
      clearing?: SegmentClearing | undefined
      /** Every other file of it is lost. */
      journalOnly?: boolean
    } = {},
  ): Promise<Centre> {
    const before = grounds.get(id)
    await centres.get(id)?.close()
    const disk = before?.storage ?? createMemoryStorage()
    const storage = journalOnly ? await journalOf(disk) : disk
    const kept = rebuilt ? undefined : before?.repository
    const repository = kept ?? createMemoryRepository()
    grounds.set(id, { storage, repository })
    const ref = { scheme: 'unifare', issuer: CENTRE, use: 'code-root', index: 0x55 } as const
    const centre = await openCentre({
      id,
      env: { clock, random: random.fork(`${id} runs`), storage, repository },
      link: changes.linkOf?.(link) ?? link,
      engine: pureEngine,
      sign: signOf(id),
      keyStore,
      keyOwner: CENTRE,
      codeRoot: { ref: { ...ref, version: 1, algorithm: 'sm2' }, index: 0x55 },
      institutions,
      issuers: Object.values(CARDS),
      tiers: { tiers, divisionOf },
      ...(changes.settling && { settling: changes.settling }),
      ...(clearing && { clearing }),
    })
    link.register(id, centre.handler)
    centres.set(id, centre)
    return centre
  }

  const send = (sender: string, receiver: string, kind: MessageKind, body: Uint8Array) =>
    exchange(link, identityOf(sender), { receiver, kind, body })
  const sent = new Map<City, Sent>(
    CITIES.map((city) => [
      city,
      { sequence: 0, number: 0, tapChain: CHAIN_START, chargeChain: CHAIN_START },
    ]),
  )
  const sentOf = (city: City) => sent.get(city) as Sent
  const centreOf = (id: string) => centres.get(id) as Centre
  const storageOf = (id: string) => (grounds.get(id) as { storage: Storage }).storage

  const network = {
    centreOf,
    storageOf,
    open,
    heard,
    send,
    clock,
    signOf,
    institutions,
    terminalOf,
    /** A ride on a bus of a city by a card of one. */
    async ride(city: City, issuer: City, tap: Partial<Tap> = {}): Promise<Tap> {
      const own = sentOf(city)
      own.sequence += 1
      return cardTap({
        terminal: terminalOf(city),
        operator: BUSES[city].id,
        issuer: CARDS[issuer],
        sequence: own.sequence,
        // Cards of a city count on through all buses.
        counter: own.sequence + 1_000 * CITIES.indexOf(city),
        ...tap,
      })
    },
    /** The operator forwards its terminal's taps to its centre. */
    async taps(city: City, taps: readonly Tap[], denyVersion = 0): Promise<unknown> {
      const own = sentOf(city)
      const { id, centre } = BUSES[city]
      const body = await encodeBatch({
        terminal: terminalOf(city),
        operator: id,
        first: taps[0]?.sequence ?? 1,
        previous: own.tapChain,
        records: taps.map(encodeTap),
        bundles:
          denyVersion === 0 ? [] : [{ kind: 'deny', publisher: centre, version: denyVersion }],
        createdAt: clock.now(),
        sign: signOf(terminalOf(city)),
      })
      own.tapChain = fromHex(parseBatch(body).header.chain)
      return send(id, centre, 'tap-batch', body)
    },
    /** The operator asks for rides, one charge each unless charges are given. */
    async charges(
      city: City,
      asked: readonly (readonly Tap[])[],
      charge: Partial<Charge> = {},
      day: Day = DAY,
    ): Promise<unknown> {
      const own = sentOf(city)
      const { id, centre } = BUSES[city]
      const all = asked.map((taps) => {
        own.number += 1
        return chargeOf(taps, { number: own.number, ...charge })
      })
      const body = await encodeChargeBatch({
        operator: id,
        previous: own.chargeChain,
        charges: all,
        day,
        sign: signOf(id),
      })
      own.chargeChain = fromHex(parseChargeBatch(body).header.chain)
      return send(id, centre, 'charge-batch', body)
    },
    async bundle(
      publisher: string,
      centre: string,
      kind: 'devices' | 'deny',
      { version, content }: { readonly version: number; readonly content: unknown },
    ): Promise<void> {
      const bundle = await signBundle(
        { publisher, kind, version, content, validFrom: clock.now(), validTo: null },
        signOf(publisher),
      )
      const bodies: Uint8Array[] = []
      sendBundle((_receiver, _kind, body) => bodies.push(body), { receiver: centre, bundle })
      for (const body of bodies) await send(publisher, centre, 'bundle', body)
    },
    deny: (city: City, version: number, entries: readonly DenyEntry[]) =>
      network.bundle(CARDS[city], BUSES[city].centre, 'deny', { version, content: { entries } }),
    /** Delivers, also what comes of it: a message passes four centres at most. */
    async deliver(): Promise<number> {
      let waiting = 0
      for (const _ of TOP_DOWN) {
        waiting = 0
        for (const id of TOP_DOWN) waiting += await centreOf(id).deliver()
      }
      return waiting
    },
    /** Closes a day from the top down. */
    async close(day: Day = DAY): Promise<ReadonlyMap<string, DayResult>> {
      const results = new Map<string, DayResult>()
      for (const id of TOP_DOWN) {
        await network.deliver()
        const result = await centreOf(id).command({ do: 'close-day', day })
        results.set(id, result as DayResult)
      }
      await network.deliver()
      return results
    },
  }
  for (const id of TOP_DOWN) {
    await open(id)
    await centreOf(id).command({ do: 'publish-acceptance', content: ACCEPTANCE })
  }
  for (const city of CITIES) {
    const device = {
      terminal: terminalOf(city),
      key: toHex(pairOf(terminalOf(city)).publicKey),
      mode: 'bus',
      city: '1000',
      line: 1,
      station: 0,
    }
    const { id, centre } = BUSES[city]
    await network.bundle(id, centre, 'devices', { version: 1, content: { devices: [device] } })
  }
  await network.deliver()
  return network
}
export type TierNetwork = Awaited<ReturnType<typeof openTierNetwork>>
