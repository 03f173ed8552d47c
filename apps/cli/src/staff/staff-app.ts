import { type Instant, requireData, toHex, utf8 } from '@unifare/core'
import { type SignatureEngine, sha256 } from '@unifare/crypto'
import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { answerRefusal } from '../answer-refusal.ts'
import { orderOfStaff, parseSignedOrder, type StaffMember, signedText } from './staff-order.ts'

/** A bank statement in an order to reconcile is the longest. */
const ORDER_BYTES_MAX = 16 * 1024 * 1024

/**
 * The edge through which a centre's own staff orders: `POST /staff/orders` with a signed order. It
 * asks for no log-in: whose signature is on the list of staff is who orders. An order that is told
 * again is answered again and not given twice; one that the centre refused may be.
 */
export function createStaffApp(options: {
  readonly staff: readonly StaffMember[]
  /** The centres that are served here, and how each is ordered. */
  readonly centres: () => ReadonlyMap<string, (order: object) => Promise<unknown>> | undefined
  readonly now: () => Instant
  readonly engine: SignatureEngine
}): Hono {
  const { staff, centres, now, engine } = options
  const since = now()
  const given = new Map<string, Promise<unknown>>()
  const app = new Hono()
  app.onError(answerRefusal)
  app.post('/staff/orders', bodyLimit({ maxSize: ORDER_BYTES_MAX }), async (c) => {
    const open = centres()
    if (open === undefined) return c.json({ code: 'network.not-running', detail: 'not open' }, 503)
    const signed = parseSignedOrder(await c.req.text())
    const command = open.get(signed.centre)
    requireData(
      command !== undefined,
      'staff.wrong-centre',
      `the order is for ${signed.centre}; here is ${[...open.keys()].join(', ')}`,
    )
    const { centre } = signed
    const order = orderOfStaff(signed, { centre, staff, now: now(), since, engine })
    const name = toHex(sha256(utf8(signedText(signed))))
    const answer = given.get(name) ?? command(order)
    given.set(name, answer)
    answer.catch(() => given.delete(name))
    return c.json({ result: (await answer) ?? null } as never)
  })
  return app
}
