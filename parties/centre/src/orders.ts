import { type CardEvidence, decodeEvidence, numberOf, purchaseCounter } from '@unifare/card'
import {
  businessDay,
  canonicalJson,
  type Fen,
  fromHex,
  requireData,
  type Tx,
  toHex,
  utf8,
} from '@unifare/core'
import { type SignatureEngine, sha256 } from '@unifare/crypto'
import { type Input, type Institution, orderOf } from '@unifare/institution'
import { postEntries } from '@unifare/ledger'
import {
  authentic,
  createHandler,
  type Message,
  type MessageHandler,
  parseMessage,
} from '@unifare/tap'
import { type OrderMove, partiesOf } from './order-moves.ts'
import { fromHistory, type SettledHistory } from './settled/from-history.ts'
import { settledMarks } from './settled/settled-marks.ts'
import { noteSerials } from './settled/terminal-serials.ts'
import { cards, days, orders, refunds, serials, settled } from './tables.ts'

type Order = Readonly<Record<string, unknown>>

/** Orders about cards that agents may send to an issuer through the centre. */
const PASSED_ON: ReadonlySet<string> = new Set([
  'load-request',
  'load-find',
  'load-state',
  'load-authorise',
  'load-confirm',
  'load-probe',
  'load-cancel',
  'refund-request',
  'refund-confirm',
  'claim-salt',
  'claim-lost',
])

/**
 * Passes agents' orders about cards on to the issuer and its answer back, at once: a card lies on
 * the reader. The centre keeps nothing of them and signs nothing in an agent's name: the issuer
 * checks the agent's own signature, and books and journals. All else goes to the intake.
 */
export function passingOrders(
  institution: Institution,
  options: { readonly issuers: readonly string[] },
): MessageHandler {
  const pass = createHandler(institution.identity, async (message) => {
    const issuer = String(orderOf(message)['issuer'])
    requireData(options.issuers.includes(issuer), 'message.refused', `${issuer} is no issuer`)
    const body = { do: 'forwarded', message: toHex(message.bytes) }
    return { result: await institution.ask(issuer, 'order', utf8(canonicalJson(body))) }
  })
  return (bytes) => (isPassedOn(bytes) ? pass(bytes) : institution.handler(bytes))
}

function isPassedOn(bytes: Uint8Array): boolean {
  try {
    const message = parseMessage(bytes)
    return message.kind === 'order' && PASSED_ON.has(String(orderOf(message)['do']))
  } catch {
    // The intake says what is wrong with it.
    return false
  }
}

/** What a centre needs to check an issuer's word about an order. */
export interface OrderRules {
  readonly id: string
  readonly engine: SignatureEngine
  readonly issuers: readonly string[]
  readonly institutions: ReadonlyMap<string, Uint8Array>
  readonly history: SettledHistory
}

/**
 * Books an order that an issuer says is done. Of a load the agent owes: its own signed order must
 * say so. Of a refund the issuer owes: its word is enough, and the purchase that emptied the purse
 * is marked as settled, so that no charge can bring it a second time.
 */
export async function settleOrder(
  tx: Tx,
  order: Order,
  { input, rules }: { readonly input: Input; readonly rules: OrderRules },
): Promise<null> {
  const issuer = input.message.sender
  requireData(rules.issuers.includes(issuer), 'message.refused', `${issuer} is not an issuer`)
  const { kind, order: name, agent, amountFen } = order
  const fits =
    (kind === 'load' || kind === 'refund') &&
    typeof name === 'string' &&
    /^[a-z0-9-]{8,64}$/.test(name) &&
    typeof agent === 'string' &&
    rules.institutions.has(agent) &&
    Number.isSafeInteger(amountFen) &&
    Number(amountFen) >= 0
  requireData(fits, 'message.malformed', 'an order has kind, name, agent and amount')
  const sum: Fen = Number(amountFen)
  if (kind === 'load') checkWarrant(order, { issuer, agent, rules })
  else await markRefund(tx, order, { issuer, history: rules.history })
  if (sum === 0) return null
  const move: OrderMove = { issuer, order: name, kind, agent, amountFen: sum }
  const { creditor, debtor } = partiesOf(move)
  const booked = await postEntries(tx, [
    {
      id: `order/${issuer}/${name}`,
      day: businessDay(input.acceptedAt),
      kind: `order-${kind}`,
      postings: [
        { account: `member/${creditor}/receivable`, amountFen: sum },
        { account: `member/${debtor}/payable`, amountFen: -sum },
      ],
      refs: { order: name, issuer, agent },
      textKey: `centre.order-${kind}`,
    },
  ])
  // Told again, it may stand in a closed day.
  if (booked.length > 0) {
    await tx.put(orders, [{ ...move, tapDay: businessDay(input.acceptedAt), day: '' }])
  }
  return null
}

/** The agent's own signature under the order that makes it owe. */
function checkWarrant(
  order: Order,
  { issuer, agent, rules }: { issuer: string; agent: string; rules: OrderRules },
): void {
  const { warrant, order: name, amountFen } = order
  const hex = typeof warrant === 'string' && /^([0-9A-F]{2})+$/.test(warrant)
  requireData(hex, 'message.malformed', "the agent's order in hexadecimal")
  const message: Message = parseMessage(fromHex(warrant))
  const key = rules.institutions.get(agent)
  const asked = orderOf(message)
  const own =
    key !== undefined &&
    message.sender === agent &&
    message.receiver === rules.id &&
    authentic(message, key, rules.engine) &&
    asked['do'] === 'load-request' &&
    asked['order'] === name &&
    asked['issuer'] === issuer &&
    asked['amountFen'] === amountFen
  requireData(own, 'message.bad-signature', `${agent} did not sign this order`)
}

async function markRefund(
  tx: Tx,
  order: Order,
  { issuer, history }: { readonly issuer: string; readonly history: SettledHistory },
): Promise<void> {
  const hex = order['evidence']
  const readable = typeof hex === 'string' && /^([0-9A-F]{2})+$/.test(hex)
  requireData(readable, 'message.malformed', 'evidence in hexadecimal')
  const evidence: CardEvidence = decodeEvidence(fromHex(hex))
  const own = evidence.issuerId.startsWith(issuer)
  requireData(own, 'message.refused', 'the evidence is of another issuer')
  const account = numberOf(evidence)
  const counter = purchaseCounter(evidence)
  const identity = `card-${issuer}-${account}-${counter}`
  const serial = `${issuer}/${account}/${evidence.terminal}/${evidence.terminalSerial}`
  // Seen by every day that closes from now on, and by no closed day that is run again.
  const day = (await tx.select(days, {})).at(-1)?.day ?? ''
  const charge = `refund-${String(order['order'])}`
  const [known] = await fromHistory(history, () => settledMarks(tx, history.storage, [identity]))
  const fresh = known === undefined || known.charge === charge
  requireData(fresh, 'message.refused', `${identity} was charged before`)
  const hash = toHex(sha256(utf8(hex)))
  await tx.put(settled, [{ identity, charge, hash, day }])
  await tx.put(serials, [{ serial, identity, day }])
  await noteSerials(tx, [{ terminal: evidence.terminal, serial: evidence.terminalSerial }])
  await tx.put(refunds, [{ issuer, account, counter, day }])
}

/** Balances of an issuer's cards after their last settled transaction; null where none was seen. */
export async function shadowsOf(
  tx: Tx,
  { issuer, numbers }: { readonly issuer: string; readonly numbers: unknown },
): Promise<{ readonly shadows: Readonly<Record<string, Fen | null>> }> {
  const list = Array.isArray(numbers) && numbers.every((one) => typeof one === 'string')
  requireData(list, 'message.malformed', 'shadows are asked of a list of card numbers')
  const rows = await tx.get(
    cards,
    numbers.map((number) => ({ card: `${issuer}/${number}` })),
  )
  const entries = numbers.map((number, index) => [number, rows[index]?.balanceFen ?? null])
  return { shadows: Object.fromEntries(entries) as Record<string, Fen | null> }
}
