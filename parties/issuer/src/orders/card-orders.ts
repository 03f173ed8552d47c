import { fromHex, requireData, type Tx, toHex } from '@unifare/core'
import type { SignatureEngine } from '@unifare/crypto'
import { type Input, orderOf } from '@unifare/institution'
import { authentic, parseMessage } from '@unifare/tap'
import type { PhoneIssuer } from '../phone/context.ts'
import { phoneOrder } from '../phone/orders.ts'
import {
  authoriseLoad,
  bookPaidLoads,
  cancelLoad,
  confirmLoad,
  findLoads,
  loadState,
  probedLoad,
  requestLoad,
} from './load-orders.ts'
import {
  claimLost,
  claimSalt,
  payClaims,
  registerCard,
  reportLost,
  type Shadows,
} from './losses.ts'
import type { Asker, OrderContext, OrderOptions } from './order-context.ts'
import { bookPaidOut } from './payouts.ts'
import { confirmRefund, requestRefund } from './refunds.ts'
import { sellCards } from './sales.ts'

type Order = Readonly<Record<string, unknown>>
type Task = (context: OrderContext) => Promise<unknown>

/** Orders that riders and agents may both give. */
const COMMON: Readonly<Record<string, Task>> = {
  'load-request': requestLoad,
  'load-state': loadState,
  'load-authorise': authoriseLoad,
  'load-confirm': confirmLoad,
  'load-probe': probedLoad,
  'load-cancel': cancelLoad,
  'claim-salt': claimSalt,
  'claim-lost': claimLost,
}

/** Orders by who may give them. */
const TASKS: Readonly<Record<Asker['role'] | 'staff', Readonly<Record<string, Task>>>> = {
  rider: { ...COMMON, 'register-card': registerCard, 'report-lost': reportLost },
  agent: {
    ...COMMON,
    'load-find': findLoads,
    'refund-request': requestRefund,
    'refund-confirm': confirmRefund,
  },
  staff: {
    'sell-cards': sellCards,
    'loads-paid': (context) =>
      bookPaidLoads(context, context.fields['decided'] as { order: string; paid: boolean }[]),
    'paid-out': bookPaidOut,
    'pay-claims': (context) => payClaims(context, context.fields['shadows'] as Shadows),
  },
}

/** Carries out orders about cards: loads, refunds, losses, sales. */
export interface CardOrders {
  /** The result of an order that is one about cards; undefined for any other. */
  take(
    role: Asker['role'] | 'staff',
    call: {
      readonly tx: Tx
      readonly order: Order
      readonly input: Input
      /** Whom the sender acts for; itself by default. */
      readonly party?: string
      readonly warrant?: string
    },
  ): Promise<unknown> | undefined
  /** An agent's signed message that the centre passes on. */
  forwarded(call: {
    readonly tx: Tx
    readonly order: Order
    readonly input: Input
  }): Promise<unknown>
}

/** Opens the orders of an issuer that has its cards' keys. */
export function createCardOrders(
  options: OrderOptions & {
    readonly engine: SignatureEngine
    readonly institutions: ReadonlyMap<string, Uint8Array>
    readonly iin: string
    readonly phone?: PhoneIssuer
  },
): CardOrders {
  const { id, centre, engine, institutions } = options
  const take: CardOrders['take'] = (role, { tx, order, input, warrant = '', ...call }) => {
    const name = String(order['do'])
    const task = Object.hasOwn(TASKS[role], name) ? TASKS[role][name] : undefined
    const party = call.party ?? input.message.sender
    const asker: Asker = { party, role: role === 'agent' ? 'agent' : 'rider', warrant }
    const context = { ...options, tx, input, asker, fields: order }
    if (task !== undefined) return task(context)
    return role === 'rider' ? phoneOrder(context) : undefined
  }
  return {
    take,
    async forwarded({ tx, order, input }) {
      const hex = order['message']
      const readable = typeof hex === 'string' && /^([0-9A-F]{2})+$/.test(hex)
      requireData(readable, 'message.malformed', "an agent's message in hexadecimal")
      const message = parseMessage(fromHex(hex))
      const { sender, receiver, kind } = message
      const key = sender === centre || sender === id ? undefined : institutions.get(sender)
      requireData(key !== undefined, 'message.unknown-sender', `${sender} is no agent`)
      const own = receiver === centre && kind === 'order' && authentic(message, key, engine)
      requireData(own, 'message.bad-signature', `not an order signed by ${sender}`)
      const body = orderOf(message)
      requireData(body['issuer'] === id, 'message.wrong-receiver', 'an order for another issuer')
      const warrant = toHex(message.bytes)
      const result = take('agent', { tx, order: body, input: { ...input, message }, warrant })
      requireData(result !== undefined, 'message.refused', `unknown order: ${String(body['do'])}`)
      return result
    },
  }
}
