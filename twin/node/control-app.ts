import { createHash, timingSafeEqual } from 'node:crypto'
import { type Instant, UnifareError } from '@unifare/core'
import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { type ControlBody, wholeField } from './control-body.ts'

const BODY_BYTES_MAX = 16 * 1024 * 1024
const LOOPBACK = /^(127\.0\.0\.1|localhost)(:\d+)?$/

/** What one party does when it is told; the keys are names of orders. */
export type ControlOrders = Readonly<Record<string, (body: ControlBody) => Promise<unknown>>>

/**
 * The interface through which the driver of a day orders the parties of a process: `POST
 * /control/<party>/<order>`. It stands on the same loopback server as the link and asks for the
 * network file's token. Every order carries the driver's instant, and the process takes it as its
 * time: driven clocks are for the twin, never for a network that moves money.
 */
export function createControlApp(options: {
  readonly token: string
  readonly setClock: (at: Instant) => void
  readonly parties: ReadonlyMap<string, ControlOrders>
}): Hono {
  const { parties } = options
  const wanted = digest(`Bearer ${options.token}`)
  const app = new Hono()
  app.use('/control/*', async (c, next) => {
    const given = digest(c.req.header('authorization') ?? '')
    // Pages in a browser on this machine may reach the port; they never know the token.
    if (!LOOPBACK.test(c.req.header('host') ?? '') || !timingSafeEqual(given, wanted)) {
      return c.json({ code: 'control.refused', detail: 'the control token is wrong' }, 403)
    }
    return next()
  })
  app.onError((error, c) =>
    error instanceof UnifareError
      ? c.json({ code: error.code, detail: error.message }, 422)
      : c.json({ code: 'control.fault', detail: error.stack ?? error.message }, 500),
  )
  app.get('/control/ready', (c) => c.json({ parties: [...parties.keys()] }))
  app.post('/control/clock', async (c) => {
    options.setClock(wholeField(await c.req.json<ControlBody>(), 'at'))
    return c.json({ result: null })
  })
  app.post('/control/:party/:order', bodyLimit({ maxSize: BODY_BYTES_MAX }), async (c) => {
    const { party, order } = c.req.param()
    const orders = parties.get(party)
    const carryOut =
      orders !== undefined && Object.hasOwn(orders, order) ? orders[order] : undefined
    if (carryOut === undefined) {
      throw new UnifareError('control.unknown', `nobody here carries out ${party}/${order}`)
    }
    const body = await c.req.json<ControlBody>()
    options.setClock(wholeField(body, 'at'))
    return c.json({ result: (await carryOut(body)) ?? null })
  })
  return app
}

function digest(text: string): Uint8Array {
  return createHash('sha256').update(text).digest()
}
