import { type Instant, requireData, toHex, utf8 } from '@unifare/core'
import { type SignatureEngine, sha256 } from '@unifare/crypto'
import { MESSAGE_BYTES_MAX } from '@unifare/tap'
import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { answerRefusal } from '../answer-refusal.ts'
import {
  ORDER_VALID_MS,
  orderOfStaff,
  parseSignedOrder,
  type StaffMember,
  signedText,
} from './staff-order.ts'

/** More than an order to itself that a centre's journal takes: a bank statement is the longest. */
const ORDER_BYTES_MAX = MESSAGE_BYTES_MAX

/**
 * The edge through which a centre's own staff orders: `POST /staff/orders` with a signed order. It
 * asks for no log-in: whose signature is on the list of staff is who orders. An order that is told
 * again is answered again; that none is carried out twice is the centre's to see (`giveOnce`), which
 * remembers longer than a process. One that the centre refused may come again.
 */
export function createStaffApp(options: {
  readonly staff: readonly StaffMember[]
  /** The centres that are served here, and how each is ordered. */
  readonly centres: () => ReadonlyMap<string, (order: object) => Promise<unknown>> | undefined
  readonly now: () => Instant
  readonly engine: SignatureEngine
}): Hono {
  const { staff, centres, now, engine } = options
  /** Answers to orders that are still valid, by what was signed. */
  const given = new Map<string, { readonly at: Instant; readonly answer: Promise<unknown> }>()
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
    const order = orderOfStaff(signed, { centre, staff, now: now(), engine })
    for (const [name, { at }] of given) if (at < now() - ORDER_VALID_MS) given.delete(name)
    const name = toHex(sha256(utf8(signedText(signed))))
    const answer = given.get(name)?.answer ?? command(order)
    given.set(name, { at: signed.at, answer })
    answer.catch(() => given.delete(name))
    return c.json({ result: (await answer) ?? null } as never)
  })
  return app
}
