import { type CardEvidence, decodeEvidence, numberOf } from '@unifare/card'
import {
  canonicalJson,
  type Fen,
  fromHex,
  instantFromDigits,
  requireData,
  utf8,
} from '@unifare/core'
import { cards, denials } from '../tables.ts'
import { doubtfulLoads, doubtOf, type LoadAnswer, openLoads } from './load-orders.ts'
import {
  book,
  cardByNumber,
  cardOf,
  type OrderContext,
  orderName,
  requireLive,
  systemBalance,
} from './order-context.ts'
import { type RefundRow, refunds, services } from './tables.ts'

/** How far a reader's clock may be before the order that it acts on. */
const CLOCK_SLACK_MS = 600_000

/** What an agent is told of a refund. */
export interface RefundAnswer {
  readonly ok: boolean
  readonly order: string
  readonly state: string
  /** What the agent pays out, once the refund is PAID. */
  readonly balanceFen: Fen
  readonly depositFen: Fen
  readonly code?: string
  readonly doubt?: LoadAnswer['doubt']
}

/** Lets an agent take the whole balance from a card with the terminal named. */
export async function requestRefund(context: OrderContext): Promise<RefundAnswer> {
  const { tx, asker, fields, input } = context
  const order = orderName(context)
  const { card, service } = await cardOf(context)
  const { terminal } = fields
  const fits = typeof terminal === 'string' && /^\d{12}$/.test(terminal)
  requireData(fits && asker.role === 'agent', 'message.malformed', 'an agent names its terminal')
  const [known] = await tx.get(refunds, [{ order }])
  if (known !== undefined) {
    const same =
      known.agent === asker.party && known.card === card.number && known.terminal === terminal
    requireData(same, 'issuer.order-conflict', `order ${order} was given with other content`)
    return answerOf(known)
  }
  requireLive(service)
  const row: RefundRow = {
    order,
    agent: asker.party,
    card: card.number,
    terminal,
    state: 'OPEN',
    requestedAt: input.acceptedAt,
    at: input.acceptedAt,
    balanceFen: 0,
    depositFen: 0,
  }
  const [doubtful] = await doubtfulLoads(tx, card.number)
  if (doubtful !== undefined) {
    const doubt = doubtOf(doubtful)
    return { ...answerOf(row), ok: false, state: 'REFUSED', code: 'issuer.load-in-doubt', doubt }
  }
  const waiting = await openLoads(tx, card.number)
  requireData(waiting.length === 0, 'issuer.load-open', 'write or cancel the paid load first')
  await tx.put(refunds, [row])
  return answerOf(row)
}

/**
 * Takes the evidence that the purse was emptied: its TAC proves amount, terminal and time. The
 * agent pays balance and deposit out, the issuer owes them to it through the centre.
 */
export async function confirmRefund(context: OrderContext): Promise<RefundAnswer> {
  const { tx, asker, fields, input, centre, id } = context
  const order = orderName(context)
  const [row] = await tx.get(refunds, [{ order }])
  requireData(row !== undefined, 'issuer.unknown-order', `no refund ${order}`)
  requireData(row.agent === asker.party, 'message.refused', `refund ${order} is of ${row.agent}`)
  if (row.state === 'PAID') return answerOf(row)
  const { card, service } = await cardByNumber(tx, row.card)
  requireLive(service)
  const evidence = evidenceOf(fields['evidence'])
  requireData(
    fits(evidence, row) && evidence.issuerId.startsWith(id),
    'issuer.wrong-evidence',
    'the evidence does not empty this card at this terminal after the order',
  )
  if (!(await context.cardHost.provesPurchase(evidence))) {
    return { ...answerOf(row), ok: false, code: 'card.bad-mac' }
  }
  const balanceFen = evidence.amountFen
  const held = systemBalance(card)
  requireData(balanceFen <= held, 'issuer.over-books', `${balanceFen} fen of ${held} in the books`)
  const { depositFen } = service
  const paid: RefundRow = { ...row, state: 'PAID', at: input.acceptedAt, balanceFen, depositFen }
  await tx.put(refunds, [paid])
  await tx.put(cards, [{ ...card, spentFen: card.spentFen + balanceFen }])
  await tx.put(services, [{ ...service, state: 'refunded' }])
  await deny(context, row.card)
  await book(context, { id: `refund/${order}`, kind: 'refund', order }, [
    { account: 'cards/float', amountFen: balanceFen },
    { account: 'deposits/held', amountFen: depositFen },
    { account: 'centre/gross', amountFen: -(balanceFen + depositFen) },
  ])
  const amountFen = balanceFen + depositFen
  const proof = { evidence: String(fields['evidence']) }
  const body = {
    do: 'order-settled',
    kind: 'refund',
    order,
    agent: asker.party,
    amountFen,
    ...proof,
  }
  input.send(centre, 'order', utf8(canonicalJson(body)))
  return answerOf(paid)
}

/** The next deny list names the card: no gate takes it, should it come back to life. */
async function deny({ tx, id, input }: OrderContext, account: string): Promise<void> {
  const since = input.acceptedAt
  const entry = { medium: 'card', issuer: id, account, reason: 'withdrawn', since }
  await tx.put(denials, [{ key: `card/${account}`, entry }])
}

function evidenceOf(value: unknown): CardEvidence {
  const hex = typeof value === 'string' && /^([0-9A-F]{2})+$/.test(value)
  requireData(hex, 'message.malformed', 'evidence in hexadecimal')
  return decodeEvidence(fromHex(value))
}

function fits(evidence: CardEvidence, row: RefundRow): boolean {
  const takenAt = instantFromDigits(evidence.date + evidence.time)
  return (
    numberOf(evidence) === row.card &&
    evidence.terminal === row.terminal &&
    evidence.balanceAfterFen === 0 &&
    (evidence.scheme ?? 'mot') === 'mot' &&
    takenAt >= row.requestedAt - CLOCK_SLACK_MS
  )
}

function answerOf({ order, state, balanceFen, depositFen }: RefundRow): RefundAnswer {
  return { ok: true, order, state, balanceFen, depositFen }
}
