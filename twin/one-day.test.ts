import type * as centre from '@unifare/centre'
import { businessDayStart, nextDay, sumFen } from '@unifare/core'
import { compileTariff, price } from '@unifare/fares'
import * as issuer from '@unifare/issuer'
import * as operator from '@unifare/operator'
import { createRiderAccount, createWallet, readRiderNews, type Wallet } from '@unifare/rider'
import type { TerminalConfig } from '@unifare/terminal'
import { beforeAll, describe, expect, it } from 'vitest'
import { type MemoryNetwork, openMemoryNetwork } from './memory-network.fixture.ts'
import { type PlannedOperator, prepareNetwork, riderRandom, settleDay } from './src/index.ts'

/**
 * One rider without a name or a contract, one opening, one day: a bus of Guangzhou, the Guangfo line to Foshan, a bus there,
 * and the metro of Beijing. No city and no mode is ever chosen.
 */
const DAY = '2026-11-20'
const ISSUER = '02002900'
const SHANGHAI = '310000'
const OPERATORS = ['12205811', '12205812', '12205881', '11011002'] as const
const [GUANGZHOU_BUS, GUANGZHOU_METRO, FOSHAN_BUS, BEIJING_METRO] = OPERATORS
const MINUTE = 60_000
const MORNING = businessDayStart(DAY) + 4 * 60 * MINUTE
const PURSE_FEN = 20_000
const SECRET = 'QRST-UVWX-YZ23'

/** One presentation: the terminal, and when. */
interface Stop {
  readonly config: TerminalConfig
  readonly minute: number
}

let network: MemoryNetwork
let wallet: Wallet
let stops: readonly Stop[]
let sums: Awaited<ReturnType<typeof settleDay>>
/** Messages that left the phone. */
let sent = 0
let sentOnTheWay = 0
/** The rider's list of trips behind every presentation, as operator and state. */
const told: string[][] = []
let lastCode: Uint8Array = new Uint8Array()
const refusedAtTheWayOut: unknown[] = []
beforeAll(async () => {
  network = await openMemoryNetwork({
    seed: 'one day',
    day: DAY,
    riders: 0,
    operators: OPERATORS,
    issuers: [ISSUER],
  })
  const { day } = network
  await prepareNetwork(day)
  await day.ports.setClock(MORNING)
  const terms = {
    issuer: ISSUER,
    issuerKey: day.keys.link.publicKey(ISSUER),
    link: {
      send: (receiver: string, message: Uint8Array) => {
        sent += 1
        return day.ports.riderLink.send(receiver, message)
      },
    },
    engine: day.engine,
    random: riderRandom(day.plan, 'one rider'),
    now: day.now,
  }
  wallet = createWallet({ ...terms, plan: { slots: 1, companions: 0 } })
  const desk = createRiderAccount({ ...terms, linkKey: wallet.state().linkKey })
  const { account } = await desk.openAnonymous(SECRET)
  await wallet.open()
  await day.ports.issuer(ISSUER).fund(account, PURSE_FEN)
  await desk.topUp('purse-of-the-day', PURSE_FEN, { channel: 'simulated', sources: ['balance'] })
  await network.network.issuers.get(ISSUER)?.issuer.payRiders()
  await wallet.renew()
  stops = theDay()
  for (const stop of stops) {
    const before = sent
    await ride(stop)
    sentOnTheWay += sent - before
    await tellTrips(stop)
    told.push(await tripsNow())
  }
  await day.ports.setClock(businessDayStart(nextDay(DAY)))
  sums = await settleDay(day, { day: DAY, at: day.now() })
})

describe('one rider on four operators in one day', () => {
  it('is opened once: every gate and validator takes its codes, and the phone is offline', () => {
    expect(sentOnTheWay).toBe(0)
    expect(stops.map(({ config }) => config.division)).toEqual([
      '440100',
      '440100',
      '440600',
      '440600',
      '110000',
      '110000',
    ])
    const [, entry, exit] = stops.map(({ config }) => config)
    expect(entry?.operator).toBe(exit?.operator)
  })

  it('needs a fresh code to leave, also where another gate took the first one', () => {
    const refused = { ok: false, reason: 'code.wrong-state' }
    expect(refusedAtTheWayOut).toMatchObject([refused, refused])
  })

  it('pays at each the local price for a visitor, priced here apart from all of them', async () => {
    const charged = await Promise.all(OPERATORS.map((id) => chargesOf(id)))
    expect(charged.map((rows) => rows.map(({ amountFen }) => amountFen))).toEqual([
      [fareOf(stops.slice(0, 1))],
      [fareOf(stops.slice(1, 3))],
      [fareOf(stops.slice(3, 4))],
      [fareOf(stops.slice(4, 6))],
    ])
    expect(charged.flat().every(({ amountFen }) => amountFen > 0)).toBe(true)
  })

  it('is settled to the fen: four operators receive what one issuer pays', async () => {
    const paid = await linesOfIssuer()
    const received = (await Promise.all(OPERATORS.map((id) => linesOfOperator(id)))).flat()
    expect(received).toHaveLength(4)
    expect(received.every(({ verdict }) => verdict === 'normal')).toBe(true)
    const amounts = (lines: Lines) =>
      lines.map(({ charge, amountFen }) => `${charge} ${amountFen}`).sort()
    expect(amounts(received)).toEqual(amounts(paid))
    const totalFen = sumFen(paid.map(({ amountFen }) => amountFen))
    expect(sums.result).toMatchObject({ settledFen: totalFen })
    expect(sums.collected).toEqual({ paid: 4, advanced: 0 })
    const { prepaid, class: kind } = readRiderNews(await wallet.look())
    expect([kind, prepaid.balanceFen]).toEqual(['anonymous', PURSE_FEN - totalFen])
    expect(bankOf().balanceFen(wallet.state().account)).toBe(0)
  })

  it('sees one list of rides, and owes nothing', async () => {
    const seen = (await wallet.look()) as { readonly debtFen: number; readonly rides: Rides }
    expect(seen.debtFen).toBe(0)
    expect(seen.rides.map(({ state }) => state)).toEqual(['paid', 'paid', 'paid', 'paid'])
    expect(new Set(seen.rides.map((ride) => ride.operator))).toEqual(new Set(OPERATORS))
  })
})

describe('one list of trips', () => {
  it('grows as the operators learn of the rides, wherever they are', () => {
    const [bus, metro, other, capital] = OPERATORS
    const charged = (...ids: readonly string[]) => ids.map((id) => `${id} charged`)
    expect(told).toEqual([
      charged(bus),
      [`${metro} inside`, ...charged(bus)],
      charged(metro, bus),
      charged(other, metro, bus),
      [`${capital} inside`, ...charged(other, metro, bus)],
      charged(capital, other, metro, bus),
    ])
  })

  it('tells where each began and ended, what it cost and why, and that it is paid', async () => {
    const trips = await tripsOf()
    expect(trips.map(({ settlement, owedFen }) => [settlement, owedFen])).toEqual(
      trips.map(() => ['paid', 0]),
    )
    expect(trips.map(({ entry, exit }) => [entry?.station, exit?.station ?? null])).toEqual(
      [stops.slice(4, 6), stops.slice(3, 4), stops.slice(1, 3), stops.slice(0, 1)].map((ends) => [
        ends[0]?.config.station,
        ends[1]?.config.station ?? null,
      ]),
    )
    for (const { amountFen, parts, paidFen } of trips) {
      expect(sumFen(parts.map((part) => part.amountFen))).toBe(amountFen)
      expect(paidFen).toBe(amountFen)
    }
  })
})

type Lines = readonly centre.StatementLine[]
type Rides = readonly { readonly state: string; readonly operator: string }[]

/** What the rider's phone is told of a trip. */
interface SeenTrip {
  readonly operator: string
  readonly state: string
  readonly settlement: string | null
  readonly amountFen: number
  readonly paidFen: number
  readonly owedFen: number
  readonly parts: readonly { readonly amountFen: number }[]
  readonly entry: { readonly station: number } | null
  readonly exit: { readonly station: number } | null
}

const tripsOf = async () => ((await wallet.look()) as { readonly trips: readonly SeenTrip[] }).trips

const tripsNow = async () => (await tripsOf()).map(({ operator: id, state }) => `${id} ${state}`)

/** The terminal is online again: its records come in, and its operator tells the issuer. */
async function tellTrips({ config }: Stop): Promise<void> {
  const { ports } = network.day
  while ((await ports.terminal(config.terminal).upload()) > 0);
  const port = ports.operator(config.operator)
  await port.command({ do: 'make-charges', upTo: network.day.now(), giveUpBefore: 0 })
  await port.command({ do: 'tell-trips' })
  await port.deliver()
}

function planned(id: string): PlannedOperator {
  const found = network.day.plan.operators.find(({ institution }) => institution.id === id)
  if (found === undefined) throw new TypeError(`no operator ${id}`)
  return found
}

function place(id: string, wanted: Partial<TerminalConfig>): TerminalConfig {
  const fits = (config: TerminalConfig) =>
    Object.entries(wanted).every(([key, value]) => config[key as keyof TerminalConfig] === value)
  const found = planned(id).terminals.find(fits)
  if (found === undefined) throw new TypeError(`${id} has no terminal ${JSON.stringify(wanted)}`)
  return found
}

/** The bus of the morning, the line over the border of the city, the bus there, and the metro of the evening. */
function theDay(): Stop[] {
  const abroad = place(GUANGZHOU_METRO, { role: 'exit', division: '440600' })
  const line = planned(GUANGZHOU_METRO).networks[0]?.lines.find(({ id }) => id === abroad.line)
  expect(line?.nameZh).toBe('广佛线')
  const near = planned(GUANGZHOU_METRO).terminals.find(
    ({ role, division, line: own }) =>
      role === 'entry' && division === '440100' && own === abroad.line,
  )
  const [from, to] = planned(BEIJING_METRO).ladder[2] ?? []
  const gates = [
    near ?? place(GUANGZHOU_METRO, { role: 'entry', division: '440100' }),
    abroad,
    place(BEIJING_METRO, { role: 'entry', station: from ?? 0 }),
    place(BEIJING_METRO, { role: 'exit', station: to ?? 0 }),
  ] as const
  return [
    { config: place(GUANGZHOU_BUS, {}), minute: 0 },
    { config: gates[0], minute: 30 },
    { config: gates[1], minute: 80 },
    { config: place(FOSHAN_BUS, {}), minute: 100 },
    { config: gates[2], minute: 600 },
    { config: gates[3], minute: 640 },
  ]
}

async function ride({ config, minute }: Stop): Promise<void> {
  const { ports } = network.day
  await ports.setClock(MORNING + minute * MINUTE)
  const terminal = ports.terminal(config.terminal)
  lastCode = wallet.makeCode()
  const decision = await terminal.presentCode(lastCode)
  expect(decision).toMatchObject({ ok: true })
  if (config.role === 'entry') await showAtTheWayOut(config)
  if (config.gate) await terminal.gateEvent(decision.sequence, 'passed')
}

/** Gates of one station know of each other: the code of the way in does not lead out. */
async function showAtTheWayOut({ operator: id, station }: TerminalConfig): Promise<void> {
  const { terminal } = place(id, { role: 'exit', station })
  refusedAtTheWayOut.push(await network.day.ports.terminal(terminal).presentCode(lastCode))
}

function fareOf([first, last = first]: readonly Stop[]): number {
  if (first === undefined || last === undefined) throw new TypeError('no ride')
  const { operator: id, mode, line } = last.config
  const { tariffs, networks } = planned(id)
  const tariff = tariffs.find(({ modes }) => modes.includes(mode))
  if (tariff === undefined) throw new TypeError(`${id} has no tariff`)
  const point = ({ config, minute }: Stop) => ({
    station: config.station,
    at: MORNING + minute * MINUTE,
  })
  const priced = price(compileTariff(tariff, networks[0]), {
    mode,
    line,
    at: point(last).at,
    medium: 'code',
    riderClass: 'adult',
    issuer: { institution: ISSUER, division: SHANGHAI },
    ...(first === last ? {} : { entry: point(first), exit: point(last) }),
  })
  if (!priced.ok) throw new TypeError(priced.code)
  return priced.amountFen
}

function partyOf(id: string) {
  const found = network.network.operators.get(id)
  if (found === undefined) throw new TypeError(`no operator ${id}`)
  return found
}

const issuerOf = () => {
  const found = network.network.issuers.get(ISSUER)
  if (found === undefined) throw new TypeError(`no issuer ${ISSUER}`)
  return found
}
const bankOf = () => issuerOf().bank

const chargesOf = (id: string) => partyOf(id).read((tx) => tx.select(operator.charges, {}))

async function linesOfIssuer(): Promise<Lines> {
  const parts = await issuerOf().issuer.read((tx) => tx.select(issuer.statements, { day: DAY }))
  return parts.flatMap(({ statement }) => (statement as { lines: Lines }).lines)
}

async function linesOfOperator(id: string): Promise<Lines> {
  const parts = await partyOf(id).read((tx) => tx.select(operator.statements, { day: DAY }))
  return parts.flatMap(({ statement }) => (statement as { lines: Lines }).lines)
}
