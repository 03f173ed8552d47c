import { type Tx, UnifareError } from '@unifare/core'
import type { Input } from '@unifare/institution'
import type { DenyPublisher } from '../deny.ts'
import type { PhoneContext, PhoneIssuer, PhoneOrder } from './context.ts'
import { addDevice, moveCard, requestCard, resumeCard, suspendCard } from './life.ts'
import { authoriseLoad, confirmLoad } from './load.ts'
import { giveScript, takeReceipt } from './scripts.ts'

const ORDERS: Readonly<
  Record<string, (context: PhoneContext, order: PhoneOrder) => Promise<unknown>>
> = {
  'phone-add-device': addDevice,
  'phone-request': requestCard,
  'phone-script': giveScript,
  'phone-done': takeReceipt,
  'phone-suspend': suspendCard,
  'phone-resume': resumeCard,
  'phone-move': moveCard,
  'phone-load': authoriseLoad,
  'phone-load-done': confirmLoad,
}

/** An order of a rider's device about phone cards; `message.refused` for any other. */
export async function phoneOrder(
  tx: Tx,
  order: PhoneOrder,
  input: Input,
  issuer: DenyPublisher & { readonly iin: string; readonly phone?: PhoneIssuer },
): Promise<unknown> {
  const name = String(order['do'])
  const { phone } = issuer
  const run = Object.hasOwn(ORDERS, name) && phone ? ORDERS[name] : undefined
  if (!run || !phone) throw new UnifareError('message.refused', `unknown order: ${name}`)
  return run({ tx, input, issuer: { ...issuer, phone } }, order)
}
