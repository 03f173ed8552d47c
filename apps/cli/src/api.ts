import { UnifareError } from '@unifare/core'
import { accounts, DEMONSTRATION_TERMS, orderViews, termsOn } from '@unifare/issuer'
import { Hono } from 'hono'
import { streamSSE } from 'hono/streaming'
import { answerRefusal } from './answer-refusal.ts'
import { exposureTerms } from './api-exposure.ts'
import { createFilesApi, type FilesNetwork } from './api-files.ts'
import { createReadingsApi } from './api-readings.ts'
import { createTariffsApi } from './api-tariffs.ts'
import { guard } from './guard.ts'
import { joinPage, type LanInvitation } from './live/join-page.ts'
import { createLiveApi } from './live/live-api.ts'
import type { LiveNetwork } from './live/live-network.ts'
import type { OverviewKeeper } from './overview.ts'
import { type Pages, servePage } from './pages.ts'
import type { Running } from './running.ts'
import { traceTap } from './tracing.ts'

const EVENT_EVERY_MS = 250
const LOCAL = /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/

/** The running network's local interface: the page, and what page and commands ask for. */
export function createApi(options: {
  readonly running: Running
  readonly keeper: OverviewKeeper
  readonly pages: Pages
  /** The live network, once the scripted day is over. */
  readonly live?: () => LiveNetwork | undefined
  /** Where phones find the network, when it is open to them. */
  readonly lan?: LanInvitation
}): Hono {
  const { running, keeper, live = () => undefined, lan } = options
  const app = new Hono()
  app.use(guard('http', (host) => LOCAL.test(host)))
  app.onError(answerRefusal)
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
  app.get('/api/exposure', (c) => c.json(exposureTerms(running.plan.day)))
  app.route('/', createTariffsApi(running.plan))
  app.route('/', createFilesApi(filesNetwork(running)))
  app.route('/', createReadingsApi(running))
  app.get('/api/debts', async (c) => c.json(await debts(running)))
  app.get('/api/orders', async (c) => c.json(await orders(running)))
  app.post('/api/issuer/:account/repay', async (c) =>
    c.json(await repay(running, c.req.param('account'))),
  )
  app.post('/api/settle', async (c) => c.json(await settle(live())))
  app.route('/', createLiveApi({ live }))
  app.get('/join/', async (c) => c.html(await joinPage({ lan, origin: new URL(c.req.url).origin })))
  app.get('*', (c) => servePage(options.pages, c.req.path))
  return app
}

function filesNetwork({ network }: Running): FilesNetwork {
  const { centre, operators, issuers } = network
  return { centre, operators, issuers: new Set(issuers.keys()) }
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

/** Settles the day that people ride on now. */
function settle(live: LiveNetwork | undefined): Promise<unknown> {
  if (live !== undefined) return live.settle()
  throw new UnifareError('start.not-live', 'the scripted day is still being ridden')
}
