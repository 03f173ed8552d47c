import * as centre from '@unifare/centre'
import { assert, type Fen, sumFen } from '@unifare/core'
import type { Institution } from '@unifare/institution'
import { loads, refunds } from '@unifare/issuer'
import { balances } from '@unifare/ledger'
import { tillOrders } from '@unifare/operator'
import { balanceOf } from './drill-cards.ts'
import type { DrillNetwork } from './drill-network.ts'
import { BANK_FEN, CARD_FEN, CASH_FEN, RIDERS, type Rider } from './load-riders.ts'
import { type DrillReport, drillReport, place } from './report.ts'

/** Where the money is, and whether the books of agents, issuer and centre say so, too. */
export async function loadSums(
  network: DrillNetwork,
  riders: readonly Rider[],
  drill: Pick<DrillReport, 'seed' | 'happened'>,
): Promise<DrillReport> {
  const { issuer, bank } = network.issuer()
  const cashFen = RIDERS * CASH_FEN - (await tillsFen(network))
  const bankFen = sumFen(riders.map(({ wallet }) => bank.balanceFen(wallet.state().account)))
  const cardsFen = sumFen(riders.map(({ card }) => balanceOf(card)))
  let [bookedFen, dueFen] = [0, 0]
  for (const id of network.operators) {
    bookedFen += await under(network.operator(id), 'till')
    dueFen -= await under(network.operator(id), 'centre/orders')
  }
  const suspenseFen = -(await under(issuer, 'suspense')) || 0
  return drillReport({
    ...drill,
    happened: { ...drill.happened, ...(await endsOf(network)) },
    drill: 'load',
    places: [
      place("riders' cash", '现金', RIDERS * CASH_FEN, cashFen),
      place("riders' bank", '银行账户', RIDERS * BANK_FEN, bankFen),
      place('on the cards', '卡内余额', RIDERS * CARD_FEN, cardsFen),
      place('orders in suspense', '订单挂账', 0, suspenseFen),
    ],
    suspenseFen,
    checks: [
      {
        en: 'on the cards, and the float in the books',
        zh: '卡内余额与备付金',
        leftFen: cardsFen,
        rightFen: -(await under(issuer, 'cards/float')) || 0,
      },
      {
        en: "in agents' tills, and what agents owe in their books",
        zh: '服务点现金与其账上应付',
        leftFen: bookedFen,
        rightFen: dueFen,
      },
      {
        en: "in agents' tills, and what the issuer gets in its books",
        zh: '服务点现金与发卡机构账上应收',
        leftFen: RIDERS * CASH_FEN - cashFen,
        rightFen: (await under(issuer, 'centre/gross')) + (await under(issuer, 'agents')),
      },
      {
        en: "in agents' tills, and what agents pay in the day's settlement",
        zh: '服务点现金与当日清分净额',
        leftFen: bookedFen,
        rightFen: await settledWithAgents(network),
      },
    ],
  })
}

/** How the issuer's orders ended. */
async function endsOf(network: DrillNetwork): Promise<Record<string, number>> {
  const { issuer } = network.issuer()
  const rows = await issuer.read((tx) => tx.select(loads, {}))
  const refunded = await issuer.read((tx) => tx.select(refunds, {}))
  const times = (wanted: string) => rows.filter(({ state }) => state === wanted).length
  return {
    confirmed: times('CONFIRMED'),
    reversed: times('REVERSED'),
    refunded: refunded.filter(({ state }) => state === 'PAID').length,
  }
}

/** Cash that agents really hold: what riders gave and did not get back. */
async function tillsFen(network: DrillNetwork): Promise<Fen> {
  const rows = await network.read(tillOrders, {})
  return sumFen(
    rows.map(({ kind, state, amountFen }) => {
      if (kind === 'refund') return state === 'PAID' ? -amountFen : 0
      return state === 'RETURNED' ? 0 : amountFen
    }),
  )
}

async function under(party: Pick<Institution, 'read'>, path: string): Promise<Fen> {
  return sumFen((await party.read((tx) => balances(tx, path))).values())
}

/** What agents pay for the day, as the centre's positions say it; the re-run says the same. */
async function settledWithAgents(network: DrillNetwork): Promise<Fen> {
  await network.settle()
  const { day } = network.plan
  const [closed] = await network.centre().read((tx) => tx.get(centre.days, [{ day }]))
  assert(closed !== undefined, 'the day is closed')
  assert(closed.root === (await network.centre().rerun(day)).root, 'the day runs again')
  const agents = new Set(network.operators)
  return sumFen(
    (closed.positions as centre.Position[]).map(({ id, netFen }) => (agents.has(id) ? -netFen : 0)),
  )
}
