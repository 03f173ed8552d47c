import { UnifareError } from '@unifare/core'
import { MESSAGE_BYTES_MAX } from '@unifare/tap'
import { type Context, Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { streamSSE } from 'hono/streaming'
import { readFields } from '../request-fields.ts'
import type { LiveNetwork } from './live-network.ts'

/** Longest time that a page hears nothing on its stream of news. */
const HEARTBEAT_MS = 20_000
const RIDER = /^rider-[0-9A-F]{64}$/
const BYTES = { 'content-type': 'application/octet-stream' }

/**
 * What pages of riders and gates ask of the network: who takes part, the way of their messages to
 * the parties, news about a rider, and to become a terminal. Everything that counts is in signed
 * messages; a news stream tells only that something changed, to who knows the rider's key.
 */
export function createLiveApi(options: {
  /** The live network; undefined while the scripted day is ridden. */
  readonly live: () => LiveNetwork | undefined
  /** What a page must know to become a terminal; undefined where every page may. */
  readonly enrolCode?: string
}): Hono {
  const { enrolCode } = options
  const app = new Hono()
  const network = (): LiveNetwork => {
    const live = options.live()
    if (live !== undefined) return live
    throw new UnifareError('start.not-live', 'the scripted day is still being ridden')
  }
  app.onError((error, c) => {
    if (!(error instanceof UnifareError)) throw error
    const wait = error.code === 'start.not-live'
    if (wait) c.header('retry-after', '2')
    return c.json({ code: error.code, detail: error.message }, wait ? 503 : 422)
  })
  app.get('/api/members', (c) => c.json(network().members()))
  app.post('/api/gates/:terminal', bodyLimit({ maxSize: 1_024 }), async (c) => {
    const { key, code } = await readFields(c)
    if (enrolCode !== undefined && code !== enrolCode) {
      throw new UnifareError('start.bad-enrol-code', 'open the gate page by its QR code')
    }
    return c.json(await network().enrolGate(c.req.param('terminal'), String(key)))
  })
  app.post('/link/:party', bodyLimit({ maxSize: MESSAGE_BYTES_MAX }), async (c) => {
    const handler = network().handlerOf(c.req.param('party'))
    if (handler === undefined) return c.body(null, 404)
    const answer = await handler(new Uint8Array(await c.req.arrayBuffer()))
    return c.body(new Uint8Array(answer), 200, BYTES)
  })
  app.get('/api/events/rider/:rider', (c) => newsStream(c, network()))
  return app
}

function newsStream(c: Context, live: LiveNetwork): Response {
  const rider = c.req.param('rider') ?? ''
  if (!RIDER.test(rider)) return c.text('no rider', 404)
  return streamSSE(c, async (stream) => {
    // What changed while nobody listened is news to who begins to.
    let first = true
    let known: string | undefined
    let moved = true
    let wake = () => {}
    const stop = live.onPulse(() => {
      moved = true
      wake()
    })
    stream.onAbort(() => {
      stop()
      wake()
    })
    while (!stream.aborted) {
      const woken = new Promise<void>((resolve) => {
        wake = resolve
      })
      if (!moved) await Promise.race([woken, stream.sleep(HEARTBEAT_MS)])
      moved = false
      const now = await live.riderNews(rider)
      const event = first || now !== known ? 'changed' : 'heartbeat'
      first = false
      known = now
      await stream.writeSSE({ event, data: '' })
    }
  })
}
