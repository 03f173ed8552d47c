import type { OrderContext } from '../orders/order-context.ts'
import type { PhoneContext, PhoneIssuer } from './context.ts'
import { addDevice, giveChallenge } from './devices.ts'
import { moveCard, requestCard, resumeCard, suspendCard } from './life.ts'
import { giveScript, takeReceipt } from './scripts.ts'

const TASKS: Readonly<Record<string, (context: PhoneContext) => Promise<unknown>>> = {
  'phone-add-device': addDevice,
  'phone-challenge': giveChallenge,
  'phone-request': requestCard,
  'phone-script': giveScript,
  'phone-done': takeReceipt,
  'phone-suspend': suspendCard,
  'phone-resume': resumeCard,
  'phone-move': moveCard,
}

/** Carries out a rider's order about phone cards; undefined for any other, or without phones. */
export function phoneOrder(
  context: OrderContext & { readonly iin: string; readonly phone?: PhoneIssuer },
): Promise<unknown> | undefined {
  const name = String(context.fields['do'])
  const { phone } = context
  const task = Object.hasOwn(TASKS, name) ? TASKS[name] : undefined
  return task && phone && task({ ...context, phone })
}
