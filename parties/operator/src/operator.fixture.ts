import { type AcceptanceRow, type BundleKind, type SignedBundle, signBundle } from '@unifare/bundle'
import {
  createManualClock,
  createMemoryRepository,
  createMemoryStorage,
  createSeededRandom,
  fromHex,
  type Instant,
  toHex,
  utf8,
} from '@unifare/core'
import { ed25519PublicKey, sha256 } from '@unifare/crypto'
import { nodeEngine } from '@unifare/crypto/node'
import { type StationNetwork, tariffs } from '@unifare/fares'
import { orderOf } from '@unifare/institution'
import {
  CHAIN_START,
  type ChargeBatch,
  createHandler,
  createProcessLink,
  encodeBatch,
  encodeTap,
  exchange,
  type LinkIdentity,
  type Message,
  parseBatch,
  parseChargeBatch,
  type Tap,
} from '@unifare/tap'
import { openOperator } from './index.ts'

const engine = nodeEngine()
/** 20 November 2026, 08:00 in Shanghai, and the end of its business day. */
export const AT = Date.UTC(2026, 10, 20, 0)
export const DAY = '2026-11-20'
export const DAY_END = Date.UTC(2026, 10, 20, 19)
export const MINUTE = 60_000
export const CENTRE = '00000156'
export const OPERATOR = '17917912'
export const LOCAL = '07917910'
export const VISITOR = '01011000'
export const GATE = '413100000001'
export const OTHER_GATE = '413100000002'
export const CARD = '3190000100000000017'
export const ACCOUNT = '3190000150000000017'

/** One line with 5, 7 and 12 km between its four stations. */
export function lineOf(id: string): StationNetwork {
  const stations = [1, 2, 3, 4]
  return {
    id,
    operator: null,
    generated: true,
    lines: [
      {
        id: 1,
        nameZh: '一号线',
        nameEn: 'Line 1',
        loop: false,
        stations,
        metres: [5_000, 7_000, 12_000],
      },
    ],
    stations: stations.map((station) => ({
      id: station,
      nameZh: `第${station}站`,
      nameEn: `Station ${station}`,
    })),
    virtualTransfers: [],
  }
}

/** What the operator publishes: the metro of Xi'an on that line, and a bus with one fare. */
export const TARIFFS = {
  // Lists hold the fares of their publisher: here one operator runs both.
  tariffs: [tariffNamed('xian-metro'), { ...tariffNamed('xian-bus'), operator: OPERATOR }],
  networks: [lineOf('xian-metro')],
}

export function tariffNamed(id: string) {
  const tariff = tariffs().find((one) => one.id === id)
  if (tariff === undefined) throw new TypeError(`no tariff ${id}`)
  return tariff
}

const DIVISIONS: Readonly<Record<string, string>> = { [LOCAL]: '610100', [VISITOR]: '110000' }

export const ACCEPTANCE = {
  rows: Object.entries(DIVISIONS).flatMap(([issuer, division]) =>
    (['metro', 'bus'] as const).flatMap((mode) =>
      (['card', 'code'] as const).map(
        (medium): AcceptanceRow => ({
          operator: OPERATOR,
          mode,
          medium,
          issuer,
          division,
          status: 'in-service',
          from: 0,
        }),
      ),
    ),
  ),
}

/** A card debit on the bus; fields can be replaced. */
export function tapOf(change: Partial<Tap> = {}): Tap {
  return {
    version: 1,
    kind: 'purchase',
    terminal: GATE,
    sequence: 1,
    at: AT,
    timeQuality: 'synced-2s',
    mode: 'bus',
    operator: OPERATOR,
    city: '7910',
    line: 1,
    station: 0,
    vehicle: '',
    medium: 'card',
    issuer: VISITOR,
    account: CARD,
    counter: 1,
    amountFen: 200,
    balanceFen: 4_800,
    key: { scheme: 1, use: 3, index: 0, version: 1, algorithm: 0 },
    flags: 0,
    reason: 0,
    refersTo: 0,
    tariffVersion: 1,
    entry: null,
    distanceM: 0,
    durationS: 0,
    serial: 1,
    evidence: new Uint8Array(0),
    ...change,
  }
}

/** A code before a metro gate. */
export function codeTap(change: Partial<Tap> = {}): Tap {
  const at = change.at ?? AT
  return tapOf({
    kind: 'entry',
    mode: 'metro',
    station: 1,
    medium: 'code',
    account: ACCOUNT,
    counter: Math.floor(at / 1000),
    amountFen: 0,
    balanceFen: 0,
    serial: 0,
    tariffVersion: 0,
    ...change,
  })
}

/** A card that leaves the metro and names its entry itself. */
export function cardExit(
  change: Partial<Tap> & { readonly from: number; readonly enteredAt: Instant },
): Tap {
  const { from, enteredAt, ...rest } = change
  const entry = { city: '7910', line: 1, station: from, at: Math.floor(enteredAt / 1000) * 1000 }
  return tapOf({ kind: 'exit', mode: 'metro', entry, ...rest })
}

/** What a gate's sensor says of a record. */
export function gateEvent(
  kind: 'passed' | 'timed-out',
  refersTo: number,
  change: Partial<Tap> = {},
): Tap {
  return tapOf({
    kind,
    refersTo,
    mode: 'metro',
    medium: 'none',
    issuer: '',
    account: '',
    counter: 0,
    amountFen: 0,
    balanceFen: 0,
    serial: 0,
    reason: kind === 'timed-out' ? 20 : 0,
    ...change,
  })
}

const secretOf = (party: string) => sha256(utf8(`unifare test key of ${party}`))
export const keyOf = (party: string) => ed25519PublicKey(secretOf(party))
export const signOf = (party: string) => async (message: Uint8Array) =>
  engine.ed25519Sign(secretOf(party), message)

/** What survives a restart of the operator, and what it sees of the world. */
export function createWorld() {
  return {
    clock: createManualClock(AT),
    storage: createMemoryStorage(),
    repository: createMemoryRepository(),
    link: createProcessLink(),
    /** What came to the centre, and the lists that it hands out. */
    centre: {
      heard: [] as Message[],
      lists: [] as SignedBundle[],
      /** Answers a pull by what it asks for; with the lists when not given. */
      answer: undefined as ((order: Readonly<Record<string, unknown>>) => unknown[]) | undefined,
      deaf: false,
    },
    /** What came to the local issuer. */
    issuer: { heard: [] as Message[] },
  }
}

export type World = ReturnType<typeof createWorld>

/** A party on the link with a key of its own; the operator's devices are known by theirs. */
export function party(world: World, id: string): LinkIdentity {
  return {
    id,
    sign: signOf(id),
    publicKeyOf: async (other) => keyOf(other),
    engine,
    now: () => world.clock.now(),
  }
}

/** A list signed by its publisher. */
export function listOf(
  kind: BundleKind,
  content: unknown,
  { publisher = CENTRE, version = 1 } = {},
): Promise<SignedBundle> {
  const times = { validFrom: AT, validTo: null }
  return signBundle({ publisher, kind, version, ...times, content }, signOf(publisher))
}

/** Opens the operator with its centre on the link, lists and devices published. */
export async function openTestOperator(world: World = createWorld()) {
  const { link, centre, clock, storage, repository } = world
  const operator = await openOperator({
    id: OPERATOR,
    centre: CENTRE,
    env: { clock, storage, repository, random: createSeededRandom('operator') },
    link,
    engine,
    sign: signOf(OPERATOR),
    institutions: new Map([OPERATOR, CENTRE, LOCAL].map((id) => [id, keyOf(id)])),
  })
  link.register(OPERATOR, operator.handler)
  link.register(
    LOCAL,
    createHandler(party(world, LOCAL), async (message) => {
      world.issuer.heard.push(message)
      return {}
    }),
  )
  link.register(
    CENTRE,
    createHandler(party(world, CENTRE), async (message) => {
      if (message.kind === 'pull') {
        return { result: { bundles: centre.answer?.(orderOf(message)) ?? centre.lists } }
      }
      centre.heard.push(message)
      return {}
    }),
  )
  return operator
}

/** Opens the operator as it works: tariffs, devices and the acceptance of the network are there. */
export async function openWorking(world: World = createWorld()) {
  const operator = await openTestOperator(world)
  const devices = [GATE, OTHER_GATE].map((terminal) => ({
    terminal,
    key: toHex(keyOf(terminal)),
    mode: 'metro',
    city: '7910',
    line: 1,
    station: 1,
  }))
  await operator.command({ do: 'publish', kind: 'tariffs', content: TARIFFS })
  await operator.command({ do: 'publish', kind: 'devices', content: { devices } })
  world.centre.lists.push(await listOf('acceptance', ACCEPTANCE))
  await operator.refresh()
  await operator.deliver()
  world.centre.heard.length = 0
  const uploads = uploader(world)
  return {
    world,
    operator,
    ...uploads,
    charge: (span: { readonly upTo?: Instant; readonly giveUpBefore?: Instant } = {}) =>
      operator.command({ do: 'make-charges', upTo: DAY_END, giveUpBefore: 0, ...span }),
    /** Batches of charges that have reached the centre. */
    async sent(): Promise<ChargeBatch[]> {
      await operator.deliver()
      return world.centre.heard
        .filter(({ kind }) => kind === 'charge-batch')
        .map(({ body }) => parseChargeBatch(body))
    },
  }
}

/** Terminals that number and chain their records. */
export function uploader(world: World) {
  const places = new Map<string, { next: number; chain: Uint8Array }>()
  const placeOf = (terminal: string) => places.get(terminal) ?? { next: 1, chain: CHAIN_START }

  async function batchOf(
    taps: readonly (Tap | Uint8Array)[],
    change: Partial<Parameters<typeof encodeBatch>[0]> = {},
  ): Promise<Uint8Array> {
    const terminal = change.terminal ?? GATE
    const { next, chain } = placeOf(terminal)
    const first = change.first ?? next
    return encodeBatch({
      terminal,
      operator: OPERATOR,
      first,
      previous: chain,
      records: taps.map((tap, index) =>
        tap instanceof Uint8Array ? tap : encodeTap({ ...tap, terminal, sequence: first + index }),
      ),
      bundles: [],
      createdAt: world.clock.now(),
      sign: signOf(terminal),
      ...change,
    })
  }

  async function send(body: Uint8Array, sender = GATE): Promise<unknown> {
    return exchange(world.link, party(world, sender), {
      receiver: OPERATOR,
      kind: 'tap-batch',
      body,
    })
  }

  return {
    batchOf,
    send,
    /** Uploads records of a terminal behind those it uploaded before. */
    async upload(taps: readonly (Tap | Uint8Array)[], terminal = GATE): Promise<unknown> {
      const body = await batchOf(taps, { terminal })
      const answer = await send(body, terminal)
      const { end, chain } = parseBatch(body).header
      places.set(terminal, { next: end, chain: fromHex(chain) })
      return answer
    },
  }
}
