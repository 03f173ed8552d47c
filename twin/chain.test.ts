import { createCardSlot, personalise, readCard } from '@unifare/card'
import * as centre from '@unifare/centre'
import { businessDayStart, type Instant, nextDay, roundMicroFen, sumFen } from '@unifare/core'
import { compileTariff, price } from '@unifare/fares'
import * as issuer from '@unifare/issuer'
import { balances, trialBalance } from '@unifare/ledger'
import * as operator from '@unifare/operator'
import { makeCardNumber } from '@unifare/registry'
import { createWallet } from '@unifare/rider'
import { beforeAll, describe, expect, it } from 'vitest'
import { type MemoryNetwork, openMemoryNetwork } from './memory-network.fixture.ts'
import { prepareNetwork, riderRandom } from './src/index.ts'

/** A card of Beijing and a code of Guangzhou ride in Wuhan: on its metro and its buses. */
const DAY = '2026-11-20'
const BEIJING = '01011000'
const GUANGZHOU = '02205810'
const BUS = '15215211'
const METRO = '15215212'
const MINUTE = 60_000
const MORNING = businessDayStart(DAY) + 300 * MINUTE
const CLOSE = businessDayStart(nextDay(DAY))
const LOADED_FEN = 10_000

type Chain = Awaited<ReturnType<typeof openChain>>

let chain: Chain
let rides: Awaited<ReturnType<typeof rideInWuhan>>
beforeAll(async () => {
  chain = await openChain()
  rides = await rideInWuhan(chain)
})

describe('a card of one city and a code of another in a third', () => {
  it('ride offline at the price that the tariff of the place gives to visitors', async () => {
    const read = await readCard(chain.card)
    expect(read).toMatchObject({
      ok: true,
      view: { balanceFen: LOADED_FEN - rides.metroFen.card - 2 * rides.busFen.card },
    })
    const charges = await chargesOf(METRO)
    expect(charges.map(({ amountFen, pricedFen }) => [amountFen, pricedFen])).toEqual(
      [rides.metroFen.card, rides.metroFen.code].map((fen) => [fen, fen]),
    )
    for (const id of [METRO, BUS]) expect(await party(id).differences(DAY)).toEqual([])
  })

  it('are settled to the fen on the statements of their issuer and of the operators', async () => {
    const cardFen = rides.metroFen.card + 2 * rides.busFen.card
    const codeFen = rides.metroFen.code + rides.busFen.code
    const paid = {
      [BEIJING]: await linesOfIssuer(BEIJING),
      [GUANGZHOU]: await linesOfIssuer(GUANGZHOU),
    }
    expect(sumFen(paid[BEIJING].map(({ amountFen }) => amountFen))).toBe(cardFen)
    expect(sumFen(paid[GUANGZHOU].map(({ amountFen }) => amountFen))).toBe(codeFen)
    const received = [...(await linesOfOperator(METRO)), ...(await linesOfOperator(BUS))]
    const amounts = (lines: Lines) =>
      new Map(lines.map(({ charge, amountFen }) => [charge, amountFen] as const))
    expect(received).toHaveLength(5)
    expect(amounts(received)).toEqual(amounts(Object.values(paid).flat()))
    expect(received.every(({ verdict }) => verdict === 'normal')).toBe(true)
    expect(rides.result.settledFen).toBe(cardFen + codeFen)
  })

  it('leave positions that tie with their lines and sum to zero, the centre a member', async () => {
    const [row] = await network().centre.read((tx) => tx.get(centre.days, [{ day: DAY }]))
    const positions = new Map(
      ((row?.positions ?? []) as centre.Position[]).map(
        (position) => [position.id, position] as const,
      ),
    )
    expect(sumFen([...positions.values()].map(({ netFen }) => netFen))).toBe(0)
    for (const id of [METRO, BUS]) {
      expect(positions.get(id)?.receivableFen).toBe(shareFen(await linesOfOperator(id)))
    }
    for (const id of [BEIJING, GUANGZHOU]) {
      expect(positions.get(id)?.payableFen).toBe(shareFen(await linesOfIssuer(id)))
    }
  })

  it('leave ledgers of the issuers that sum to zero: the float is what is on the cards', async () => {
    const beijing = await ledgerOf(BEIJING)
    const spentFen = rides.metroFen.card + 2 * rides.busFen.card
    expect(beijing.get('cards/float')).toBe(-(LOADED_FEN - spentFen))
    const guangzhou = await ledgerOf(GUANGZHOU)
    expect(guangzhou.get('riders/receivable')).toBe(0)
    expect(guangzhou.get('riders/debt')).toBe(rides.metroFen.code + rides.busFen.code)
  })
})

describe('a rider who could not pay', () => {
  it('sees the debt, gets no new credential, and is refused at a gate after it pulled the list', async () => {
    const { wallet } = chain
    expect(await wallet.look()).toMatchObject({
      state: 'arrears',
      debtFen: rides.metroFen.code + rides.busFen.code,
      rides: [{ state: 'advanced' }, { state: 'advanced' }],
    })
    await expect(wallet.renew()).rejects.toMatchObject({ code: 'issuer.arrears' })
    const before = await tapCode(CLOSE + 60 * MINUTE)
    expect(before).toMatchObject({ ok: true })
    await spreadDeny()
    expect(await tapCode(CLOSE + 70 * MINUTE)).toMatchObject({ ok: false, reason: 'deny.listed' })
    expect(await tapCard(CLOSE + 71 * MINUTE)).toMatchObject({ ok: true })
  })

  it('is let in again, there and with a new credential, once the debt is repaid', async () => {
    const { wallet } = chain
    const port = issuerOf(GUANGZHOU)
    const { account } = wallet.state()
    await port.command({ do: 'repay', account, day: nextDay(DAY) })
    expect(await tapCode(CLOSE + 80 * MINUTE)).toMatchObject({ ok: false, reason: 'deny.listed' })
    await spreadDeny()
    expect(await tapCode(CLOSE + 90 * MINUTE)).toMatchObject({ ok: true })
    await wallet.renew()
    expect(await wallet.look()).toMatchObject({
      state: 'ready',
      debtFen: 0,
      rides: [{ state: 'repaid' }, { state: 'repaid' }],
    })
    expect((await ledgerOf(GUANGZHOU)).get('riders/debt')).toBe(0)
  })
})

const network = () => chain.network
const issuerOf = (id: string) => {
  const found = network().issuers.get(id)
  if (found === undefined) throw new TypeError(`no issuer ${id}`)
  return found.issuer
}
const party = (id: string) => {
  const found = network().operators.get(id)
  if (found === undefined) throw new TypeError(`no operator ${id}`)
  return found
}
const chargesOf = (id: string) => party(id).read((tx) => tx.select(operator.charges, {}))

async function ledgerOf(id: string): Promise<ReadonlyMap<string, number>> {
  const all = await issuerOf(id).read((tx) => balances(tx))
  expect(trialBalance(all).sumFen).toBe(0)
  return all
}

type Lines = readonly centre.StatementLine[]

async function linesOfIssuer(id: string): Promise<Lines> {
  const parts = await issuerOf(id).read((tx) => tx.select(issuer.statements, { day: DAY }))
  return parts.flatMap(({ statement }) => (statement as { lines: Lines }).lines)
}

async function linesOfOperator(id: string): Promise<Lines> {
  const parts = await party(id).read((tx) => tx.select(operator.statements, { day: DAY }))
  return parts.flatMap(({ statement }) => (statement as { lines: Lines }).lines)
}

function shareFen(lines: Lines): number {
  return roundMicroFen(lines.reduce((sum, { shareMicro }) => sum + BigInt(shareMicro), 0n))
}

/** Issuer → centre → operator → terminals: the way of a deny entry. */
async function spreadDeny(): Promise<void> {
  await issuerOf(GUANGZHOU).command({ do: 'publish-deny' })
  await issuerOf(GUANGZHOU).deliver()
  for (const { institution, terminals } of chain.day.plan.operators) {
    await party(institution.id).refresh()
    for (const { terminal } of terminals) await chain.day.ports.terminal(terminal).refresh()
  }
}

async function tapCode(at: Instant, terminal = chain.places.bus) {
  await chain.day.ports.setClock(at)
  return chain.day.ports.terminal(terminal).presentCode(chain.wallet.makeCode())
}

async function tapCard(at: Instant, terminal = chain.places.bus) {
  await chain.day.ports.setClock(at)
  chain.card.reset()
  return chain.day.ports.terminal(terminal).presentCard(chain.card)
}

async function openChain() {
  const opened: MemoryNetwork = await openMemoryNetwork({
    seed: 'a chain',
    day: DAY,
    riders: 0,
    operators: [BUS, METRO],
    issuers: [BEIJING, GUANGZHOU],
  })
  const { day } = opened
  await prepareNetwork(day)
  const { plan, keys, ports } = day
  const beijing = plan.issuers.find(({ id }) => id === BEIJING)
  const number = makeCardNumber({ iin: beijing?.iin ?? '', serial: 1 })
  const { masters } = keys
  const card = createCardSlot({
    card: await personalise({
      issuer: BEIJING,
      number,
      provinceCode: '1100',
      cityCode: '1000',
      validFrom: '20200101',
      validTo: '20401231',
      interoperable: true,
      balanceFen: LOADED_FEN,
      keys: { store: keys.storeOf(Object.values(masters)), ...masters },
    }),
    random: riderRandom(plan, 'card'),
  })
  await ports
    .issuer(BEIJING)
    .command({ do: 'issue-cards', day: DAY, cards: [{ number, loadedFen: LOADED_FEN }] })
  await ports.setClock(MORNING)
  const wallet = createWallet({
    issuer: GUANGZHOU,
    issuerKey: keys.link.publicKey(GUANGZHOU),
    link: ports.riderLink,
    engine: day.engine,
    random: riderRandom(plan, 'code'),
    now: day.now,
  })
  await wallet.open()
  await wallet.authorise({ channel: 'simulated', limitFen: 20_000, sources: ['balance'] })
  await wallet.renew()
  return { ...opened, card, wallet, places: placesOf(opened) }
}

/** A bus, and the gates of a pair of stations whose fare is not the lowest. */
function placesOf({ day: { plan } }: MemoryNetwork) {
  const metro = plan.operators.find(({ institution }) => institution.id === METRO)
  const bus = plan.operators.find(({ institution }) => institution.id === BUS)?.terminals[0]
  const [from, to] = metro?.ladder[3] ?? []
  const gate = (role: string, station: number | undefined) =>
    metro?.terminals.find((terminal) => terminal.role === role && terminal.station === station)
  const [entry, exit] = [gate('entry', from), gate('exit', to)]
  if (bus === undefined || entry === undefined || exit === undefined) {
    throw new TypeError('the plan has no such places')
  }
  return { bus: bus.terminal, entry: entry.terminal, exit: exit.terminal, from, to }
}

/** Metro and bus by both media, everything uploaded, cleared, stated and collected. */
async function rideInWuhan({ day, network: parties, places, wallet, card }: Chain) {
  const { ports } = day
  const present = {
    card: async (terminal: string) => {
      card.reset()
      return ports.terminal(terminal).presentCard(card)
    },
    code: (terminal: string) => ports.terminal(terminal).presentCode(wallet.makeCode()),
  }
  for (const [medium, start] of [
    ['card', 0],
    ['code', 1],
  ] as const) {
    for (const [minute, terminal] of [
      [0, places.entry],
      [30, places.exit],
      [60, places.bus],
    ] as const) {
      await ports.setClock(MORNING + (minute + start) * MINUTE)
      const decision = await present[medium](terminal)
      expect(decision).toMatchObject({ ok: true })
      if (terminal !== places.bus)
        await ports.terminal(terminal).gateEvent(decision.sequence, 'passed')
    }
  }
  await ports.setClock(MORNING + 120 * MINUTE)
  await present.card(places.bus)
  await ports.setClock(CLOSE)
  for (const { institution, terminals } of day.plan.operators) {
    await ports.operator(institution.id).refresh()
    for (const { terminal } of terminals) {
      while ((await ports.terminal(terminal).upload()) > 0);
      await ports.terminal(terminal).refresh()
    }
    const port = ports.operator(institution.id)
    await port.command({ do: 'make-charges', upTo: CLOSE, giveUpBefore: CLOSE })
    expect(await port.deliver()).toBe(0)
  }
  const result = (await parties.centre.command({ do: 'close-day', day: DAY })) as {
    settledFen: number
  }
  await parties.centre.deliver()
  for (const id of [BEIJING, GUANGZHOU]) await ports.issuer(id).collect(DAY)
  return { result, metroFen: faresOf(day, METRO, places), busFen: faresOf(day, BUS, {}) }
}

/** What the tariff of the place asks of visitors, priced apart from any terminal. */
function faresOf(
  { plan }: MemoryNetwork['day'],
  id: string,
  { from, to }: { readonly from?: number | undefined; readonly to?: number | undefined },
) {
  const planned = plan.operators.find(({ institution }) => institution.id === id)
  const tariff = planned?.tariffs[0]
  const mode = planned?.institution.modes[0]
  if (tariff === undefined || mode === undefined) throw new TypeError(`${id} has no tariff`)
  const compiled = compileTariff(tariff, planned?.networks[0])
  const fareOf = (medium: 'card' | 'code', institution: string, division: string) => {
    const at = MORNING + 30 * MINUTE
    const points =
      from === undefined || to === undefined
        ? {}
        : { entry: { station: from, at: MORNING }, exit: { station: to, at } }
    const issued = { institution, division }
    const ride = { mode, line: 1, at, medium, riderClass: 'adult', issuer: issued, ...points }
    const priced = price(compiled, ride)
    if (!priced.ok) throw new TypeError(priced.code)
    return priced.amountFen
  }
  return { card: fareOf('card', BEIJING, '110000'), code: fareOf('code', GUANGZHOU, '440100') }
}
