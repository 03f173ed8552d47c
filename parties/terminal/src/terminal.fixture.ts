import { type AcceptanceRow, type BundleKind, type SignedBundle, signBundle } from '@unifare/bundle'
import {
  type CardProfile,
  type CardSlot,
  type CardTransport,
  createCardSlot,
  createPsam,
  personalise,
} from '@unifare/card'
import {
  createManualClock,
  createMemoryRepository,
  createMemoryStorage,
  createSeededRandom,
  type ManualClock,
  type Storage,
} from '@unifare/core'
import { createSoftwareKeyStore, ed25519KeyPair, type KeyRef, type KeyUse } from '@unifare/crypto'
import { nodeEngine } from '@unifare/crypto/node'
import { type StationNetwork, tariffs } from '@unifare/fares'
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
import { codeFixture } from './code.fixture.ts'
import type { TerminalConfig } from './config.ts'
import { type Lists, NO_LISTS, type Trust, takeBundle } from './lists.ts'
import { openTerminal, type Terminal, type TerminalOptions } from './terminal.ts'

/** One terminal, its operator's end of the link, lists, cards and codes; institutions made up. */

/** 21 November 2026, 08:00 in China. */
export const AT = Date.UTC(2026, 10, 21)
export const CENTRE = '10000000'
export const OPERATOR = '15215211'
/** From Guangzhou: a visitor of Wuhan. */
export const VISITOR = '02205810'
/** From Wuhan: at home. */
export const LOCAL = '05215210'
/** Listed, but its cards are being converted. */
export const CONVERTING = '03303310'
export const NUMBER = '3120000001000000017'

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
const pairs = new Map(
  [CENTRE, OPERATOR, CONFIG.terminal, 'stranger'].map((name) => {
    const stream = random.fork(name)
    return [name, ed25519KeyPair((length) => stream.bytes(length))] as const
  }),
)
const keyOf = (name: string) => pairs.get(name)?.publicKey

export function signOf(name: string): (message: Uint8Array) => Promise<Uint8Array> {
  const pair = pairs.get(name)
  if (pair === undefined) throw new TypeError(`nobody is ${name}`)
  return async (message) => engine.ed25519Sign(pair.privateKey, message)
}

export const TRUST: Trust = {
  centre: CENTRE,
  operator: OPERATOR,
  publicKeyOf: keyOf,
  engine,
}

const master = (use: KeyUse, index: number): KeyRef => ({
  scheme: 'mot',
  issuer: CENTRE,
  use,
  index,
  version: 1,
  algorithm: '3des',
})
const MASTERS = {
  purchase: master('purchase', 1),
  load: master('load', 1),
  tac: master('tac', 0),
  maintenance: master('maintenance', 1),
}
const STORE = createSoftwareKeyStore({
  engine,
  random: (length) => random.fork('store').bytes(length),
  keys: Object.values(MASTERS).map((ref) => ({ ref, material: random.fork(ref.use).bytes(16) })),
})

/** A visitor's card with 50 yuan. */
export async function newCard(changes: Partial<CardProfile> = {}): Promise<CardSlot> {
  const card = await personalise({
    issuer: VISITOR,
    number: NUMBER,
    provinceCode: '5810',
    cityCode: '5810',
    validFrom: '20200101',
    validTo: '20401231',
    interoperable: true,
    balanceFen: 5_000,
    keys: { store: STORE, ...MASTERS },
    ...changes,
  })
  const stream = random.fork(`card ${changes.number ?? NUMBER}`)
  return createCardSlot({ card, random: (length) => stream.bytes(length) })
}

/** Stations 17 and 18 of line 2, 9.5 km apart. */
const NETWORK: StationNetwork = {
  id: 'wuhan-metro',
  operator: null,
  generated: true,
  lines: [{ id: 2, nameZh: '二', nameEn: 'Two', loop: false, stations: [17, 18], metres: [9_500] }],
  stations: [
    { id: 17, nameZh: '甲', nameEn: 'A' },
    { id: 18, nameZh: '乙', nameEn: 'B' },
  ],
  virtualTransfers: [],
}
const TARIFFS = ['wuhan-bus', 'wuhan-metro', 'shanghai-ferry', 'nanjing-taxi', 'hangzhou-bicycle']

function acceptance(): AcceptanceRow[] {
  const row = { operator: OPERATOR, status: 'in-service', from: 0 } as const
  const divisions = { [VISITOR]: '440100', [LOCAL]: '420100', [CONVERTING]: '330100' }
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

/** The four lists of a healthy terminal; media on the deny list as `medium/issuer/account`. */
export async function bundles(
  denied: readonly string[] = [],
  options: { readonly version?: number; readonly from?: number } = {},
): Promise<SignedBundle[]> {
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
      { tariffs: tariffs().filter(({ id }) => TARIFFS.includes(id)), networks: [NETWORK] },
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
      if (kind === 'pull') return { result: { bundles: operator.bundles } }
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
      purchaseKeys: [MASTERS.purchase],
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
export function tap(bench: Bench, slot: CardSlot, distanceM = 0) {
  slot.reset()
  return bench.terminal.presentCard(slot, { distanceM })
}
