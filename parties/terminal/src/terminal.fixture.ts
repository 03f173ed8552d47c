import { type AcceptanceRow, type BundleKind, type SignedBundle, signBundle } from '@unifare/bundle'
import { type CardSlot, type CardTransport, createPsam } from '@unifare/card'
import {
  createManualClock,
  createMemoryRepository,
  createMemoryStorage,
  createSeededRandom,
  fromUtf8,
  type Instant,
  type ManualClock,
  parseJson,
  type Storage,
} from '@unifare/core'
import { ed25519KeyPair } from '@unifare/crypto'
import { nodeEngine } from '@unifare/crypto/node'
import { type StationNetwork, type Tariff, tariffs } from '@unifare/fares'
import {
  type Batch,
  createHandler,
  createProcessLink,
  type Link,
  MODES,
  parseBatch,
  parseTap,
  type Tap,
} from '@unifare/tap'
import { CITY_ISSUER, CITY_MASTERS, MASTERS, STORE, VISITOR } from './cards.fixture.ts'
import { codeFixture } from './code.fixture.ts'
import type { TerminalConfig } from './config.ts'
import { type Lists, NO_LISTS, type Trust, takeBundle } from './lists.ts'
import type { Metered } from './metered.ts'
import { openTerminal, type Terminal, type TerminalOptions } from './terminal.ts'

/** One terminal, its operator's end of the link, lists, cards and codes; institutions made up. */

/** 21 November 2026, 08:00 in China. */
export const AT = Date.UTC(2026, 10, 21)
export const CENTRE = '10000000'
export const OPERATOR = '15215211'
/** From Wuhan: at home. */
export const LOCAL = '05215210'
/** Listed, but its cards are being converted. */
export const CONVERTING = '03303310'

export const CONFIG: TerminalConfig = {
  terminal: '413100000001',
  operator: OPERATOR,
  city: '5210',
  division: '420100',
  mode: 'bus',
  line: 2,
  station: 0,
  vehicle: 'A1',
  role: 'single',
  gate: false,
  test: false,
}
export const ENTRY_GATE = { mode: 'metro', station: 17, role: 'entry', gate: true } as const
export const EXIT_GATE = { mode: 'metro', station: 18, role: 'exit', gate: true } as const

const engine = nodeEngine()
const random = createSeededRandom('terminal fixture')
const pairOf = (name: string) => {
  const stream = random.fork(name)
  return ed25519KeyPair((length) => stream.bytes(length))
}
const isKnown = (name: string) =>
  [CENTRE, OPERATOR, 'stranger'].includes(name) || /^4131[0-9]{8}$/.test(name)
const keyOf = (name: string) => (isKnown(name) ? pairOf(name).publicKey : undefined)

export function signOf(name: string): (message: Uint8Array) => Promise<Uint8Array> {
  if (!isKnown(name)) throw new TypeError(`nobody is ${name}`)
  const pair = pairOf(name)
  return async (message) => engine.ed25519Sign(pair.privateKey, message)
}

export const TRUST: Trust = {
  centre: CENTRE,
  operator: OPERATOR,
  publicKeyOf: keyOf,
  engine,
}

/** Stations 17 and 18 of line 2, 9.5 km apart; over the street from 18 is 19 of line 3, before 20. */
export const NETWORK: StationNetwork = {
  id: 'wuhan-metro',
  operator: null,
  generated: true,
  lines: [
    { id: 2, nameZh: '二', nameEn: 'Two', loop: false, stations: [17, 18], metres: [9_500] },
    { id: 3, nameZh: '三', nameEn: 'Three', loop: false, stations: [19, 20], metres: [1_000] },
  ],
  stations: [
    { id: 17, nameZh: '甲', nameEn: 'A' },
    { id: 18, nameZh: '乙', nameEn: 'B' },
    { id: 19, nameZh: '丙', nameEn: 'C' },
    { id: 20, nameZh: '丁', nameEn: 'D' },
  ],
  virtualTransfers: [{ from: 18, to: 19, metres: 0 }],
}
/** With the distance bus of Beijing: 2 yuan to 10 km, cards half, 6 yuan marked. */
export const DISTANCE_BUS = ['beijing-bus', 'wuhan-metro']
const TARIFFS = ['wuhan-bus', 'wuhan-metro', 'shanghai-ferry', 'nanjing-taxi', 'hangzhou-bicycle']

function acceptance(): AcceptanceRow[] {
  const row = { operator: OPERATOR, status: 'in-service', from: 0 } as const
  const divisions = {
    [VISITOR]: '440100',
    [LOCAL]: '420100',
    [CONVERTING]: '330100',
    [CITY_ISSUER]: '420100',
  }
  return Object.keys(MODES).flatMap((mode) =>
    Object.entries(divisions).flatMap(([issuer, division]) =>
      (['card', 'code'] as const).map((medium) => ({
        ...row,
        ...(issuer === CONVERTING ? ({ status: 'converting' } as const) : {}),
        mode,
        medium,
        issuer,
        division,
      })),
    ),
  )
}

/** A list as its publisher signs it. */
export function bundle(
  kind: BundleKind,
  content: unknown,
  changes: { readonly publisher?: string; readonly version?: number; readonly from?: number } = {},
): Promise<SignedBundle> {
  const { publisher = kind === 'tariffs' ? OPERATOR : CENTRE, version = 1, from = AT } = changes
  return signBundle(
    { publisher, kind, version, validFrom: from, validTo: null, content },
    signOf(publisher),
  )
}

/** Tariffs of any city as the operator's own: nobody may publish another one's. */
export function published(list: readonly Tariff[]): Tariff[] {
  return list.map((tariff) => ({ ...tariff, operator: OPERATOR }))
}

/** The four lists of a healthy terminal; media on the deny list as `medium/issuer/account`. */
export async function bundles(
  denied: readonly string[] = [],
  options: {
    readonly version?: number
    readonly from?: number
    /** Names of other tariffs than the usual ones. */
    readonly tariffs?: readonly string[]
  } = {},
): Promise<SignedBundle[]> {
  const { tariffs: names = TARIFFS } = options
  const entries = denied.map((key) => {
    const [medium, issuer, account] = key.split('/')
    return { medium, issuer, account, reason: 'lost', since: AT }
  })
  return [
    await bundle('acceptance', { rows: acceptance() }, options),
    await bundle('issuer-keys', await codeFixture.issuerKeys([VISITOR, LOCAL]), options),
    await bundle('deny', { entries }, options),
    await bundle(
      'tariffs',
      {
        tariffs: published(tariffs().filter(({ id }) => names.includes(id))),
        networks: [NETWORK],
      },
      options,
    ),
  ]
}

/** The lists as a terminal of such a place holds them. */
export async function listsOf(
  config: TerminalConfig,
  signed?: readonly SignedBundle[],
): Promise<Lists> {
  return (signed ?? (await bundles())).reduce(
    (lists: Lists, one) => takeBundle(lists, one, { at: AT, trust: TRUST, config }),
    NO_LISTS,
  )
}

/** The operator's end of the link: hands out lists, takes batches, answers as a test wants. */
export interface OperatorEnd {
  readonly link: Link
  bundles: unknown[]
  /** Answers a pull by what it asks for; with `bundles` when not given. */
  answer: ((order: Readonly<Record<string, unknown>>) => unknown[]) | undefined
  /** When it last heard of the centre; now when not given. */
  asOf: Instant | undefined
  readonly batches: Batch[]
  /** End of the next acknowledgement; the batch's own when not given. */
  end: ((batch: Batch) => unknown) | undefined
  /** Every record that came in, by sequence. */
  taps(): Tap[]
}

export function createOperatorEnd(clock: ManualClock): OperatorEnd {
  const link = createProcessLink()
  const operator: OperatorEnd = {
    link,
    bundles: [],
    answer: undefined,
    asOf: undefined,
    batches: [],
    end: undefined,
    taps: () => {
      const records = operator.batches.flatMap((batch) =>
        batch.records.map((raw, index) => [batch.header.first + index, parseTap(raw)] as const),
      )
      return [...new Map(records)].toSorted(([a], [b]) => a - b).map(([, tap]) => tap)
    },
  }
  const self = {
    id: OPERATOR,
    sign: signOf(OPERATOR),
    publicKeyOf: async (party: string) => keyOf(party),
    engine,
    now: () => clock.now(),
  }
  link.register(
    OPERATOR,
    createHandler(self, async ({ kind, body }) => {
      if (kind === 'pull') {
        const { answer, asOf = clock.now() } = operator
        const order = parseJson(fromUtf8(body)) as Readonly<Record<string, unknown>>
        return { result: { bundles: answer?.(order) ?? operator.bundles, asOf } }
      }
      const batch = parseBatch(body)
      operator.batches.push(batch)
      return { result: { end: operator.end?.(batch) ?? batch.header.end } }
    }),
  )
  return operator
}

/** A terminal on a disk in memory, and everything around it. */
export interface Bench {
  readonly terminal: Terminal
  readonly clock: ManualClock
  readonly storage: Storage
  readonly operator: OperatorEnd
  readonly config: TerminalConfig
  /** The process starts again on the same disk, with its lists and nothing else. */
  restart(changes?: Partial<TerminalOptions>): Promise<Bench>
}

/** Opens a terminal; with `lists: false` it has none yet. */
export async function openBench(
  place: Partial<TerminalConfig> = {},
  options: Partial<TerminalOptions> & {
    readonly storage?: Storage
    readonly clock?: ManualClock
    readonly operator?: OperatorEnd
    readonly lists?: readonly SignedBundle[] | false
  } = {},
): Promise<Bench> {
  const {
    storage = createMemoryStorage(),
    clock = createManualClock(AT),
    lists,
    ...changes
  } = options
  const config = { ...CONFIG, ...place }
  const operator = options.operator ?? createOperatorEnd(clock)
  const terminal = await openTerminal({
    config,
    env: { clock, random, storage, repository: createMemoryRepository() },
    link: operator.link,
    trust: TRUST,
    sign: signOf(config.terminal),
    psam: createPsam({
      terminal: config.terminal,
      issuer: CENTRE,
      keyStore: STORE,
      purchaseKeys: [MASTERS.purchase, CITY_MASTERS.purchase],
      maintenanceKeys: [MASTERS.maintenance],
    }),
    ...changes,
  })
  if (lists !== false) {
    operator.bundles = [...(lists ?? (await bundles()))]
    await terminal.refresh()
  }
  return {
    terminal,
    clock,
    storage,
    operator,
    config,
    restart: (again = {}) => openBench(place, { ...again, storage, clock, operator, lists: false }),
  }
}

/** A card transport that calls back before every command and may lose the field at one. */
export function watched(
  slot: CardSlot,
  before: (instruction: number) => Promise<void> | void,
): CardTransport {
  return {
    async transmit(apdu) {
      await before(apdu[1] ?? 0)
      return slot.transmit(apdu)
    },
  }
}

/** Instruction byte of DEBIT, the card's one commit. */
export const DEBIT = 0x54

/** A tap of the rider: the card leaves the field and comes back. */
export function tap(bench: Bench, slot: CardSlot, metered: Metered = {}) {
  slot.reset()
  return bench.terminal.presentCard(slot, metered)
}

/** Another terminal of the same operator, or of another one, under the same clock. */
export function beside(
  { clock, operator }: Bench,
  place: Partial<TerminalConfig>,
  options: Parameters<typeof openBench>[1] = {},
): Promise<Bench> {
  return openBench(place, { clock, operator, ...options })
}

/** Every record that a terminal has stored, uploaded now. */
export async function recordsOf({ terminal, operator, config, clock }: Bench): Promise<Tap[]> {
  clock.set(clock.now() + 121_000)
  while ((await terminal.upload()) > 0);
  const own = operator.batches.filter(({ header }) => header.terminal === config.terminal)
  const records = own.flatMap(({ header, records: raw }) =>
    raw.map((bytes, index) => [header.first + index, parseTap(bytes)] as const),
  )
  return [...new Map(records)].toSorted(([a], [b]) => a - b).map(([, record]) => record)
}
