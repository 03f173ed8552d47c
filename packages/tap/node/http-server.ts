import type { AddressInfo } from 'node:net'
import { serve } from '@hono/node-server'
import { UnifareError } from '@unifare/core'
import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { MESSAGE_BYTES_MAX, type MessageHandler } from '../src/index.ts'

export interface HttpServerOptions {
  /** Address to listen on; loopback unless told otherwise. */
  readonly host?: string
  /** 0 takes any free port. */
  readonly port: number
  /** The party that a message is for; undefined when it does not live here (404). */
  readonly handlers: (receiver: string) => MessageHandler | undefined
  /** Further routes on the same port. */
  readonly extra?: Hono
  /** Time in which a request's head must have arrived (10 s), and the whole request (30 s). */
  readonly headersTimeoutMs?: number
  readonly requestTimeoutMs?: number
  /** Told what a handler or route threw: the sender sees 503 and tries again. */
  readonly onFault?: (error: unknown, path: string) => void
}

export interface HttpServer {
  readonly port: number
  /** Stops listening; resolves when requests under way are answered. */
  close(): Promise<void>
}

/**
 * Serves parties over HTTP: `POST /link/<receiver>` with the bytes of a message answers 200 with
 * the bytes of the answer. Throws `link.address-in-use`.
 */
export async function serveHttp(options: HttpServerOptions): Promise<HttpServer> {
  const { host = '127.0.0.1', headersTimeoutMs = 10_000, requestTimeoutMs = 30_000 } = options
  let closing = false
  const server = serve({
    fetch: createApp(options, () => closing).fetch,
    hostname: host,
    port: options.port,
    serverOptions: {
      headersTimeout: headersTimeoutMs,
      requestTimeout: requestTimeoutMs,
      connectionsCheckingInterval: Math.min(headersTimeoutMs, 1_000),
    },
  })
  await new Promise<void>((resolve, reject) => {
    server.once('listening', resolve)
    server.once('error', (error: NodeJS.ErrnoException) => {
      const taken = error.code === 'EADDRINUSE'
      const text = `${host}:${options.port} is taken by another program`
      reject(taken ? new UnifareError('link.address-in-use', text) : error)
    })
  })
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve, reject) => {
        closing = true
        server.close((error) => (error === undefined ? resolve() : reject(error)))
        if ('closeIdleConnections' in server) server.closeIdleConnections()
      }),
  }
}

function createApp(
  { handlers, extra, onFault }: HttpServerOptions,
  isClosing: () => boolean,
): Hono {
  const app = new Hono()
  app.use(async (context, next) => {
    await next()
    // Else a client that keeps its connection open would keep the closing server up.
    if (isClosing()) context.header('connection', 'close')
  })
  const limit = bodyLimit({
    maxSize: MESSAGE_BYTES_MAX,
    onError: (context) => context.body(null, 413),
  })
  app.post('/link/:receiver', limit, async (context) => {
    const handler = handlers(context.req.param('receiver'))
    if (handler === undefined) return context.body(null, 404)
    const answer = await handler(new Uint8Array(await context.req.arrayBuffer()))
    const headers = { 'content-type': 'application/octet-stream' }
    return context.body(new Uint8Array(answer), 200, headers)
  })
  if (extra !== undefined) app.route('/', extra)
  app.onError((error, context) => {
    onFault?.(error, context.req.path)
    return context.body(null, 503)
  })
  return app
}
