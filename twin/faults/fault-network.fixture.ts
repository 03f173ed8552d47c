import { type CardSlot, createCardSlot, createPsam, personalise } from '@unifare/card'
import * as centre from '@unifare/centre'
import {
  businessDayStart,
  createManualClock,
  createMemoryRepository,
  createMemoryStorage,
  createSeededRandom,
  type Env,
  type Fen,
  type Instant,
  type Storage,
  toHex,
} from '@unifare/core'
import { nodeEngine } from '@unifare/crypto/node'
import * as operatorParty from '@unifare/operator'
import { makeCardNumber } from '@unifare/registry'
import { createWallet, type Wallet } from '@unifare/rider'
import { type Charge, createProcessLink, type Link, parseCharge } from '@unifare/tap'
import { type Decision, openTerminal, type Terminal, type TerminalConfig } from '@unifare/terminal'
import {
  createNetworkKeys,
  type Ground,
  issuerPort,
  openPlannedCentre,
  openPlannedIssuer,
  openPlannedOperator,
  operatorPort,
  type Plan,
  type Ports,
  planNetwork,
  prepareNetwork,
} from '../src/index.ts'

/** A network with one bus and one metro operator, whose terminals the tests open and break. */

export const DAY = '2026-11-20'
export const BUS = '15215211'
export const METRO = '15215212'
export const ISSUER = '05215210'
const MORNING_MS = 4 * 3_600_000
const AGREEMENT = { channel: 'simulated', limitFen: 20_000, sources: ['balance'] }

/** The plan of a network with as many buses as a test needs, and gates at two stations. */
export function faultPlan(seed: string, buses: number): Plan {
  const plan = planNetwork({ seed, day: DAY, operators: [BUS, METRO], issuers: [ISSUER] })
  const operators = plan.operators.map((operator) => {
    const [like] = operator.terminals
    if (like === undefined) throw new TypeError('an operator without terminals')
    return operator.institution.id === BUS
      ? { ...operator, terminals: Array.from({ length: buses }, (_, i) => busOf(like, i)) }
      : operator
  })
  return { ...plan, operators }
}

function busOf(like: TerminalConfig, index: number): TerminalConfig {
  return { ...like, terminal: `413199${String(index).padStart(6, '0')}`, vehicle: `B${index}` }
}

export type FaultNetwork = Awaited<ReturnType<typeof openFaultNetwork>>

/** Opens the institutions in memory and publishes all lists; `wrap` may spoil the carrier. */
export async function openFaultNetwork(options: {
  readonly seed: string
  readonly buses?: number
  readonly wrap?: (link: Link) => Link
  /** A plan as others make it, instead of one with `buses`. */
  readonly plan?: { readonly operators: readonly string[]; readonly issuers: readonly string[] }
}) {
  const { seed, buses = 1, wrap = (link: Link) => link } = options
  const plan =
    options.plan === undefined
      ? faultPlan(seed, buses)
      : planNetwork({ seed, day: DAY, ...options.plan })
  const engine = nodeEngine()
  const keys = createNetworkKeys({ seed, centre: plan.centre.id, engine })
  const clock = createManualClock(businessDayStart(DAY))
  const random = createSeededRandom(`${seed}/env`)
  const envOf = (): Env => ({
    clock,
    random,
    storage: createMemoryStorage(),
    repository: createMemoryRepository(),
  })
  const wire = createProcessLink()
  const link = wrap(wire)
  const ground: Ground = { plan, keys, engine, link, envOf }
  const theCentre = await openPlannedCentre(ground)
  wire.register(theCentre.id, theCentre.handler)
  const issuer = await openPlannedIssuer(ground, ISSUER)
  wire.register(ISSUER, issuer.issuer.handler)
  const operators = new Map<string, operatorParty.Operator>()
  for (const { institution } of plan.operators) {
    const { id } = institution
    const operator = await openPlannedOperator(ground, id)
    wire.register(id, operator.handler)
    operators.set(id, operator)
  }
  const operatorOf = (id: string) => {
    const operator = operators.get(id)
    if (operator === undefined) throw new TypeError(`no operator ${id}`)
    return operator
  }
  const ports: Ports = {
    setClock: async (at) => clock.set(at),
    centre: { ...theCentre, rerunRoot: async (day) => (await theCentre.rerun(day)).root },
    operator: (id) => operatorPort(ground, operatorOf(id)),
    issuer: () => issuerPort(issuer),
    // Terminals fetch their lists when a test opens them.
    terminal: () => ({ refresh: async () => 0 }) as unknown as Terminal,
    riderLink: wire,
  }
  const now = () => clock.now()
  await prepareNetwork({ plan, keys, engine, ports, now, script: { riders: [], steps: [] } })
  clock.set(businessDayStart(DAY) + MORNING_MS)
  let cards = 0
  const extra: TerminalConfig[] = []

  return {
    plan,
    keys,
    engine,
    clock,
    wire,
    ports,
    centre: theCentre,
    operatorOf,
    issuer: issuer.issuer,

    /** The place of a planned terminal. */
    place(
      operator: string,
      wanted: (config: TerminalConfig) => boolean = () => true,
    ): TerminalConfig {
      const found = plan.operators
        .find(({ institution }) => institution.id === operator)
        ?.terminals.find(wanted)
      if (found === undefined) throw new TypeError(`no such terminal of ${operator}`)
      return found
    },

    /** Opens a terminal on a disk; `refresh` it once before it is used. */
    openTerminal(
      config: TerminalConfig,
      own: {
        readonly storage: Storage
        readonly link?: Link
        readonly indicate?: (decision: Decision) => Promise<void> | void
      },
    ): Promise<Terminal> {
      const { terminal, operator } = config
      const { storage, link: carrier = wire, ...rest } = own
      return openTerminal({
        config,
        env: { ...envOf(), storage },
        link: carrier,
        sign: keys.link.sign(terminal),
        trust: {
          centre: plan.centre.id,
          operator,
          publicKeyOf: (party) => keys.link.publicKey(party),
          engine,
        },
        psam: createPsam({
          terminal,
          issuer: plan.centre.id,
          keyStore: keys.storeOf([keys.masters.purchase]),
          purchaseKeys: [keys.masters.purchase],
        }),
        ...rest,
      })
    },

    /** A card that the issuer knows. */
    async newCard(balanceFen: Fen = 20_000): Promise<CardSlot> {
      cards += 1
      const member = plan.issuers[0]
      const number = makeCardNumber({ iin: member?.iin ?? '', serial: 1_000 + cards })
      const { masters } = keys
      const card = await personalise({
        issuer: ISSUER,
        number,
        provinceCode: '5200',
        cityCode: '5210',
        validFrom: '20200101',
        validTo: '20401231',
        interoperable: true,
        balanceFen,
        keys: { store: keys.storeOf(Object.values(masters)), ...masters },
      })
      const order = { do: 'issue-cards', day: DAY, cards: [{ number, loadedFen: balanceFen }] }
      await issuer.issuer.command(order)
      const stream = createSeededRandom(`${seed}/card/${cards}`)
      return createCardSlot({ card, random: (length) => stream.bytes(length) })
    },

    /** A wallet that is ready, with money at the bank. */
    async newWallet(name: string): Promise<Wallet> {
      const stream = createSeededRandom(`${seed}/wallet/${name}`)
      const wallet = createWallet({
        issuer: ISSUER,
        issuerKey: keys.link.publicKey(ISSUER),
        link: wire,
        engine,
        random: (length) => stream.bytes(length),
        now,
      })
      await wallet.open()
      await wallet.authorise(AGREEMENT)
      await wallet.renew()
      await issuerPort(issuer).fund(wallet.state().account, 100_000)
      return wallet
    },

    /** Makes and sends the charges of all operators; nothing waits for its other end any more. */
    async charge(upTo: Instant = clock.now()): Promise<void> {
      for (const operator of operators.values()) {
        await deliverAll(operator)
        await operator.command({ do: 'make-charges', upTo, giveUpBefore: upTo })
        await deliverAll(operator)
      }
    },

    close: (day: string = DAY) =>
      theCentre.command({ do: 'close-day', day }) as Promise<centre.DayResult>,

    /** Every charge at the centre with its verdict. */
    async charges(): Promise<{ readonly charge: Charge; readonly verdict: string }[]> {
      const rows = await theCentre.read((tx) => tx.select(centre.charges, {}))
      return rows.map(({ raw, verdict }) => ({ charge: parseCharge(raw), verdict }))
    },

    /** The operator sets up more terminals beside the planned ones. */
    async publishDevices(operator: string, more: readonly TerminalConfig[]): Promise<void> {
      const own = plan.operators.find(({ institution }) => institution.id === operator)
      extra.push(...more)
      const all = [...(own?.terminals ?? []), ...extra.filter((one) => one.operator === operator)]
      const devices = all.map(({ terminal, mode, city, line, station }) => ({
        terminal,
        key: toHex(keys.link.publicKey(terminal)),
        mode,
        city,
        line,
        station,
      }))
      const party = operatorOf(operator)
      await party.command({ do: 'publish', kind: 'devices', content: { devices } })
      await deliverAll(party)
    },

    /** A terminal's records as its operator sees them. */
    tapsOf: ({ operator, terminal }: TerminalConfig) =>
      operatorOf(operator).read((tx) => tx.select(operatorParty.taps, { terminal })),

    journeysOf: (operator: string) =>
      operatorOf(operator).read((tx) => tx.select(operatorParty.journeys, {})),
  }
}

/** Sends until nothing waits; a carrier that loses messages is asked again. */
export async function deliverAll(party: { deliver(): Promise<number> }): Promise<void> {
  for (let round = 0; (await party.deliver()) > 0; round++) {
    if (round === 200) throw new Error('the outbox is not emptied')
  }
}

/** What a card holds now. */
export function balanceOf(slot: CardSlot): Fen {
  return slot.card().memory.balanceFen
}
