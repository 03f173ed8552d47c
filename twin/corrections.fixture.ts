import type * as centre from '@unifare/centre'
import { businessDayStart, type Day, type Instant, nextDay } from '@unifare/core'
import * as issuer from '@unifare/issuer'
import * as operator from '@unifare/operator'
import { createWallet } from '@unifare/rider'
import { openMemoryNetwork } from './memory-network.fixture.ts'
import { type Plan, prepareNetwork, riderRandom } from './src/index.ts'

/** The metro of one city with monthly steps, riders of another, and gates that can be cut off. */
export const PAYER = '02205810'
export const METRO = '15215212'
export const FUNDS_FEN = 10_000
const MINUTE = 60_000

export type MonthlyMetro = Awaited<ReturnType<typeof openMonthlyMetro>>

/** Steps early enough for four rides of 5 yuan; an end that is missing costs the highest fare at once. */
function withSteps(plan: Plan): Plan {
  const month = {
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
  }
  const operators = plan.operators.map((one) => ({
    ...one,
    tariffs: one.tariffs.map((tariff) =>
      tariff.operator === METRO ? { ...tariff, incomplete: [], accumulation: [month] } : tariff,
    ),
  }))
  return { ...plan, operators }
}

/** Opens the network a day before it is ridden, with riders whose purses are filled. */
export async function openMonthlyMetro({
  first,
  riders,
  clearing,
}: {
  readonly first: Day
  readonly riders: number
  readonly clearing?: centre.SegmentClearing
}) {
  const { day, network } = await openMemoryNetwork({
    seed: 'corrections',
    day: first,
    riders: 0,
    operators: [METRO],
    issuers: [PAYER],
    change: withSteps,
    ...(clearing && { clearing }),
  })
  await prepareNetwork(day)
  const { ports, plan } = day
  const metro = plan.operators.find(({ institution }) => institution.id === METRO)
  const [payer, acquirer] = [network.issuers.get(PAYER), network.operators.get(METRO)]
  if (metro === undefined || payer === undefined || acquirer === undefined) {
    throw new TypeError('the network has no such members')
  }
  await ports.setClock(businessDayStart(first) + 60 * MINUTE)
  const wallets = await Promise.all(
    Array.from({ length: riders }, async (_, index) => {
      const wallet = createWallet({
        issuer: PAYER,
        issuerKey: day.keys.link.publicKey(PAYER),
        link: ports.riderLink,
        engine: day.engine,
        random: riderRandom(plan, `rider ${index}`),
        now: day.now,
      })
      await wallet.open()
      await wallet.authorise({ channel: 'simulated', limitFen: 20_000, sources: ['balance'] })
      await wallet.joinScheme(METRO)
      await ports.issuer(PAYER).fund(wallet.state().account, FUNDS_FEN)
      return wallet
    }),
  )
  const [from, to] = metro.ladder[3] ?? []
  const gate = (role: string, station: number | undefined) =>
    metro.terminals.find((one) => one.role === role && one.station === station)?.terminal ?? ''
  const gates = {
    out: [gate('entry', from), gate('exit', to)],
    back: [gate('entry', to), gate('exit', from)],
  } as const
  const present = async (terminal: string, who: number) => {
    const wallet = wallets[who]
    if (wallet === undefined) throw new TypeError(`no rider ${who}`)
    const decision = await ports.terminal(terminal).presentCode(wallet.makeCode())
    if (!decision.ok) throw new TypeError(decision.reason)
    await ports.terminal(terminal).gateEvent(decision.sequence, 'passed')
  }
  return {
    wallets,
    gates,
    bank: payer.bank,
    centre: network.centre,
    issuer: payer.issuer,
    operator: acquirer,
    /** Newest lists for the terminals, codes for the riders. */
    async begin(date: Day): Promise<void> {
      await ports.setClock(businessDayStart(date) + 300 * MINUTE)
      await acquirer.refresh()
      for (const { terminal } of metro.terminals) await ports.terminal(terminal).refresh()
      for (const wallet of wallets) await wallet.renew()
    },
    /** A ride of half an hour that begins so many minutes after the day did. */
    async ride(date: Day, minute: number, { who, way }: { who: number; way: keyof typeof gates }) {
      const at: Instant = businessDayStart(date) + (300 + minute) * MINUTE
      for (const [index, terminal] of gates[way].entries()) {
        await ports.setClock(at + index * 30 * MINUTE)
        await present(terminal, who)
      }
    },
    /** Hears the gates that are not cut off, charges, clears and collects; the day's result. */
    async close(date: Day, cutOff: readonly string[] = []): Promise<centre.DayResult> {
      const end = businessDayStart(nextDay(date))
      await ports.setClock(end)
      for (const { terminal } of metro.terminals) {
        if (cutOff.includes(terminal)) continue
        while ((await ports.terminal(terminal).upload()) > 0);
      }
      await acquirer.command({ do: 'make-charges', upTo: end, giveUpBefore: end })
      await acquirer.command({ do: 'tell-trips' })
      await acquirer.deliver()
      const result = await network.centre.command({ do: 'close-day', day: date })
      await network.centre.deliver()
      await payer.issuer.collect(date)
      await payer.issuer.payRiders()
      return result as centre.DayResult
    },
    /** Lines of the statements that a party got, of one day or of all. */
    async linesOf(
      party: 'operator' | 'issuer',
      date?: Day,
    ): Promise<readonly centre.StatementLine[]> {
      const where = date === undefined ? {} : { day: date }
      const parts =
        party === 'operator'
          ? await acquirer.read((tx) => tx.select(operator.statements, where))
          : await payer.issuer.read((tx) => tx.select(issuer.statements, where))
      return parts.flatMap(({ statement }) => (statement as centre.Statement).lines)
    },
  }
}
