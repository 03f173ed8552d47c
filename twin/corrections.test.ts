import * as centre from '@unifare/centre'
import { businessDayStart, type Day, nextDay, sumFen } from '@unifare/core'
import * as issuer from '@unifare/issuer'
import { balances, trialBalance } from '@unifare/ledger'
import * as operator from '@unifare/operator'
import { createWallet, type RiderTrip } from '@unifare/rider'
import { beforeAll, describe, expect, it } from 'vitest'
import { openMemoryNetwork } from './memory-network.fixture.ts'
import { type Plan, prepareNetwork, riderRandom } from './src/index.ts'

/** A rider with monthly steps; the gate at which the ride of the 3rd ended is cut off until the 7th. */
const FIRST = '2026-11-03'
const DAYS = ['2026-11-03', '2026-11-04', '2026-11-05', '2026-11-06'] as const
const LATE = '2026-11-07'
const GUANGZHOU = '02205810'
const METRO = '15215212'
const MINUTE = 60_000
const FUNDS_FEN = 10_000
/** The highest fare for the ride of the 3rd, which does not count, and 100, 80, 50 % of 5 yuan. */
const ASKED_FEN = [1_000, 500, 400, 250]
/** All four in their order: 100, 80, 50 and 30 %. */
const CORRECTED_FEN = [500, 400, 250, 150]

type Scene = Awaited<ReturnType<typeof openScene>>

let scene: Scene
/** What the purse held before the gate was heard, and the days' roots. */
let before: { purseFen: number; roots: ReadonlyMap<Day, string> }
beforeAll(async () => {
  scene = await openScene()
  before = await rideAndHear(scene)
})

describe('a late tap of the 3rd', () => {
  it('completes its journey and rates the three rides after it again: four corrections', async () => {
    const rows = await scene.operator.read((tx) => tx.select(operator.charges, {}))
    expect(rows.map(({ corrects, amountFen }) => [corrects, amountFen])).toEqual([
      ...ASKED_FEN.map((fen) => [0, fen]),
      ...CORRECTED_FEN.map((fen, index) => [index + 1, fen]),
    ])
  })

  it('is on the statements of both sides as reversal and new entry; positions are the difference', async () => {
    for (const lines of [await scene.linesOf('operator'), await scene.linesOf('issuer')]) {
      expect(lines.map(({ entry, amountFen }) => [entry, amountFen])).toEqual(
        ASKED_FEN.flatMap((fen, index) => [
          ['reversal', 0 - fen],
          ['correction', CORRECTED_FEN[index]],
        ]),
      )
      expect(lines.every(({ verdict }) => verdict === 'normal')).toBe(true)
    }
    const [row] = await scene.centre.read((tx) => tx.get(centre.days, [{ day: LATE }]))
    expect(row?.settledFen).toBe(sumFen(CORRECTED_FEN) - sumFen(ASKED_FEN))
    const positions = (row?.positions ?? []) as centre.Position[]
    expect(sumFen(positions.map(({ netFen }) => netFen))).toBe(0)
  })

  it('leaves the rider with what the month costs when all is priced at once', async () => {
    const paidFen = FUNDS_FEN - scene.bank.balanceFen(scene.account)
    expect(FUNDS_FEN - before.purseFen).toBe(sumFen(ASKED_FEN))
    expect(paidFen).toBe(sumFen(CORRECTED_FEN))
    const ledger = await scene.issuer.read((tx) => balances(tx))
    expect(trialBalance(ledger).sumFen).toBe(0)
    expect(ledger.get('centre/gross')).toBe(0 - paidFen)
    expect(ledger.get('channel/received')).toBe(paidFen)
    expect(ledger.get('riders/receivable')).toBe(0)
  })

  it('is told to the rider: each trip with the new amount and the old one', async () => {
    const { trips } = (await scene.wallet.look()) as { readonly trips: readonly RiderTrip[] }
    const shown = trips.toReversed().map(({ amountFen, corrected, paidFen, owedFen }) => {
      return [corrected?.amountFen, amountFen, paidFen, owedFen]
    })
    expect(shown).toEqual(
      ASKED_FEN.map((fen, index) => [fen, CORRECTED_FEN[index], CORRECTED_FEN[index], 0]),
    )
  })

  it('lets every closed day run again to its root', async () => {
    for (const [day, root] of before.roots) {
      expect((await scene.centre.rerun(day)).root).toBe(root)
    }
  })
})

/** Steps of a month early enough for four rides; an end that is missing costs the highest fare at once. */
function withSteps(plan: Plan): Plan {
  const operators = plan.operators.map((one) => ({
    ...one,
    tariffs: one.tariffs.map((tariff) =>
      tariff.operator === METRO
        ? {
            ...tariff,
            incomplete: [],
            accumulation: [
              {
                id: 'month',
                when: {},
                kind: 'following-trips' as const,
                counts: 'paid' as const,
                period: 'calendar-month' as const,
                steps: [
                  { fromFen: 100, payPpm: 800_000 },
                  { fromFen: 501, payPpm: 500_000 },
                  { fromFen: 1_000, payPpm: 300_000 },
                ],
                source: 0,
                textZh: '月累计优惠',
                textEn: 'monthly steps',
              },
            ],
          }
        : tariff,
    ),
  }))
  return { ...plan, operators }
}

async function openScene() {
  const { day, network } = await openMemoryNetwork({
    seed: 'corrections',
    day: FIRST,
    riders: 0,
    operators: [METRO],
    issuers: [GUANGZHOU],
    change: withSteps,
  })
  await prepareNetwork(day)
  const { ports, plan } = day
  await ports.setClock(businessDayStart(FIRST) + 60 * MINUTE)
  const wallet = createWallet({
    issuer: GUANGZHOU,
    issuerKey: day.keys.link.publicKey(GUANGZHOU),
    link: ports.riderLink,
    engine: day.engine,
    random: riderRandom(plan, 'a rider'),
    now: day.now,
  })
  await wallet.open()
  await wallet.authorise({ channel: 'simulated', limitFen: 20_000, sources: ['balance'] })
  await wallet.joinScheme(METRO)
  const { account } = wallet.state()
  await ports.issuer(GUANGZHOU).fund(account, FUNDS_FEN)
  const metro = plan.operators.find(({ institution }) => institution.id === METRO)
  const parties = { issuer: network.issuers.get(GUANGZHOU), operator: network.operators.get(METRO) }
  if (parties.issuer === undefined || parties.operator === undefined || metro === undefined) {
    throw new TypeError('the network has no such members')
  }
  const lines = (parts: readonly { readonly statement: unknown }[]) =>
    parts.flatMap(({ statement }) => (statement as centre.Statement).lines)
  const { issuer: payer, bank } = parties.issuer
  const { operator: metroOperator } = parties
  return {
    day,
    wallet,
    account,
    metro,
    bank,
    centre: network.centre,
    issuer: payer,
    operator: metroOperator,
    async linesOf(party: 'operator' | 'issuer') {
      return party === 'operator'
        ? lines(await metroOperator.read((tx) => tx.select(operator.statements, { day: LATE })))
        : lines(await payer.read((tx) => tx.select(issuer.statements, { day: LATE })))
    },
  }
}

/** Rides on four days, each closed and collected; then the gate of the 3rd is heard. */
async function rideAndHear({ day, wallet, metro, operator: party, issuer: payer, ...rest }: Scene) {
  const { ports } = day
  const [from, to] = metro.ladder[3] ?? []
  const gate = (role: string, station: number | undefined) =>
    metro.terminals.find((one) => one.role === role && one.station === station)?.terminal ?? ''
  const cutOff = gate('exit', to)
  const roots = new Map<Day, string>()
  async function close(date: Day, heard: (terminal: string) => boolean) {
    const end = businessDayStart(nextDay(date))
    await ports.setClock(end)
    for (const { terminal } of metro.terminals.filter((one) => heard(one.terminal))) {
      while ((await ports.terminal(terminal).upload()) > 0);
    }
    await party.command({ do: 'make-charges', upTo: end, giveUpBefore: end })
    await party.command({ do: 'tell-trips' })
    await party.deliver()
    const { root } = (await rest.centre.command({ do: 'close-day', day: date })) as centre.DayResult
    roots.set(date, root)
    await rest.centre.deliver()
    await ports.issuer(GUANGZHOU).collect(date)
    await payer.payRiders()
  }
  for (const [index, date] of DAYS.entries()) {
    const start = businessDayStart(date) + 300 * MINUTE
    await ports.setClock(start)
    await party.refresh()
    for (const { terminal } of metro.terminals) await ports.terminal(terminal).refresh()
    await wallet.renew()
    const [a, b] = index === 0 ? [from, to] : [to, from]
    for (const [minute, terminal] of [
      [0, gate('entry', a)],
      [30, gate('exit', b)],
    ] as const) {
      await ports.setClock(start + minute * MINUTE)
      const decision = await ports.terminal(terminal).presentCode(wallet.makeCode())
      expect(decision).toMatchObject({ ok: true })
      await ports.terminal(terminal).gateEvent(decision.sequence, 'passed')
    }
    await close(date, (terminal) => terminal !== cutOff)
  }
  const purseFen = rest.bank.balanceFen(rest.account)
  await close(LATE, () => true)
  return { purseFen, roots }
}
