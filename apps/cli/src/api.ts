import { readFile } from 'node:fs/promises'
import { extname, join, normalize, sep } from 'node:path'
import { UnifareError } from '@unifare/core'
import { accounts, DEMONSTRATION_TERMS, orderViews, termsOn } from '@unifare/issuer'
import { Hono } from 'hono'
import { streamSSE } from 'hono/streaming'
import type { OverviewKeeper } from './overview.ts'
import type { Running } from './running.ts'
import { traceTap } from './tracing.ts'

const EVENT_EVERY_MS = 250
const LOCAL = /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/
const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.json': 'application/json',
}

/** The running network's local interface: the page, and what page and commands ask for. */
export function createApi(options: {
  readonly running: Running
  readonly keeper: OverviewKeeper
  readonly pageDir: string
}): Hono {
  const { running, keeper } = options
  const app = new Hono()
  app.use(async (c, next) => {
    // Pages of other origins must not read the network through a rebound name.
    const host = c.req.header('host') ?? ''
    if (!LOCAL.test(host)) return c.text('wrong host', 421)
    // A page of another origin may not give orders either.
    const origin = c.req.header('origin')
    if (origin !== undefined && origin !== `http://${host}`) return c.text('wrong origin', 403)
    await next()
    c.header('X-Content-Type-Options', 'nosniff')
    c.header('Content-Security-Policy', "default-src 'self'; style-src 'self' 'unsafe-inline'")
    return undefined
  })
  app.onError((error, c) => {
    if (!(error instanceof UnifareError)) throw error
    return c.json({ code: error.code, detail: error.message }, 422)
  })
  app.get('/api/overview', (c) => c.json(keeper.overview()))
  app.get('/api/events', (c) =>
    streamSSE(c, async (stream) => {
      let changed = true
      const stop = keeper.onChange(() => {
        changed = true
      })
      stream.onAbort(stop)
      while (!stream.aborted) {
        if (changed) {
          changed = false
          await stream.writeSSE({ event: 'overview', data: JSON.stringify(keeper.overview()) })
        }
        await stream.sleep(EVENT_EVERY_MS)
      }
    }),
  )
  app.get('/api/trace/:tap', async (c) =>
    c.json(await traceTap(running.network, c.req.param('tap'))),
  )
  app.get('/api/debts', async (c) => c.json(await debts(running)))
  app.get('/api/orders', async (c) => c.json(await orders(running)))
  app.post('/api/issuer/:account/repay', async (c) =>
    c.json(await repay(running, c.req.param('account'))),
  )
  app.get('*', (c) => page(options.pageDir, c.req.path))
  return app
}

async function debts({ network }: Running): Promise<unknown[]> {
  const all: unknown[] = []
  for (const [issuer, { issuer: party }] of network.issuers) {
    const rows = await party.read((tx) => tx.select(accounts, { state: 'arrears' }))
    all.push(...rows.map(({ account, debtFen }) => ({ issuer, account, debtFen })))
  }
  return all
}

/** Loads, refunds and losses of all issuers, with what happens next. */
async function orders({ network, clock, plan }: Running): Promise<unknown[]> {
  const { doubtS } = termsOn(DEMONSTRATION_TERMS, plan.day)
  const all: unknown[] = []
  for (const [issuer, { issuer: party }] of network.issuers) {
    const views = await party.read((tx) => orderViews(tx, { at: clock.now(), doubtS }))
    all.push(...views.map((view) => ({ issuer, ...view })))
  }
  return all
}

/** Repays an account and takes it off the deny list, up to the terminals. */
async function repay({ network, plan }: Running, account: string): Promise<unknown> {
  for (const { issuer } of network.issuers.values()) {
    const [row] = await issuer.read((tx) => tx.get(accounts, [{ account }]))
    if (row === undefined) continue
    const result = await issuer.command({ do: 'repay', account, day: plan.day })
    await issuer.command({ do: 'publish-deny' })
    await issuer.deliver()
    for (const operator of network.operators.values()) await operator.refresh()
    for (const terminal of network.terminals.values()) await terminal.refresh()
    return result
  }
  throw new UnifareError('issuer.no-account', `no issuer of this network knows account ${account}`)
}

async function page(dir: string, path: string): Promise<Response> {
  const file = normalize(join(dir, path.endsWith('/') ? `${path}index.html` : path))
  if (!file.startsWith(dir + sep)) return new Response('not found', { status: 404 })
  try {
    const content = await readFile(file)
    const type = CONTENT_TYPES[extname(file)] ?? 'application/octet-stream'
    return new Response(content, { headers: { 'content-type': type } })
  } catch {
    return new Response('not found', { status: 404 })
  }
}
