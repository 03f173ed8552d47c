import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { serve } from '@hono/node-server'
import { explainCharge, type StationNetwork, tariffs } from '@unifare/fares'
import { type TapRow, taps } from '@unifare/operator'
import { type DayOutcome, prepareNetwork, rideDay } from '@unifare/twin'
import type { Hono } from 'hono'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { createApi } from './api.ts'
import { explain } from './commands/fare/explain.ts'
import { createOverviewKeeper, type OverviewKeeper } from './overview.ts'
import { type Running, startNetwork } from './running.ts'
import { type Trace, traceTap } from './tracing.ts'

interface JournalData {
  readonly record?: { readonly identity: string }
}

const HOST = { headers: { host: '127.0.0.1:4170' } }

describe('a running network on files and PGlite', () => {
  let folder: string
  let running: Running
  let keeper: OverviewKeeper
  let outcome: DayOutcome
  let app: Hono

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'unifare-'))
    running = await startNetwork({
      seed: 'running',
      day: '2026-11-20',
      riders: 60,
      dataDir: join(folder, 'network'),
      operators: ['15215211', '15215212'],
      issuers: ['05215210', '02002900'],
    })
    keeper = createOverviewKeeper(running, { seed: 'running', watched: true })
    await prepareNetwork(running.day)
    outcome = await rideDay({ ...running.day, onProgress: (at) => keeper.progress(at) })
    await keeper.settled(outcome)
    await writeFile(join(folder, 'index.html'), '<p>page</p>')
    app = createApi({ running, keeper, pages: { '/': folder } })
  }, 120_000)

  afterAll(async () => {
    await running.close()
    await rm(folder, { recursive: true })
  })

  async function aChargedTap(): Promise<string> {
    const operator = running.network.operators.get('15215212')
    const rows = await operator?.read((tx) => tx.select(taps, { state: 'charged' }))
    const row = rows?.find(({ kind }) => kind === 'exit')
    return `${row?.terminal}-${row?.sequence}`
  }

  it('shows a settled day whose nets sum to zero and whose re-run has the same root', async () => {
    const response = await app.request('/api/overview', HOST)
    const { settlement, phase } = (await response.json()) as ReturnType<OverviewKeeper['overview']>
    expect(phase).toBe('settled')
    expect(settlement?.sumFen).toBe(0)
    expect(settlement?.settledFen).toBeGreaterThan(0)
    expect(settlement?.rerunRoot).toBe(settlement?.root)
    const matrix = settlement?.matrix.amountsFen.flat().reduce((sum, fen) => sum + fen, 0)
    expect(matrix).toBe(settlement?.settledFen)
  })

  it('traces a tap from its bytes to both statements', async () => {
    const response = await app.request(`/api/trace/${await aChargedTap()}`, HOST)
    const trace = (await response.json()) as Trace
    expect(trace.steps.map(({ step }) => step)).toEqual([
      'journal',
      'operator',
      'charge',
      'verdict',
      'ledger',
      'statement-operator',
      'statement-issuer',
    ])
    expect(trace.complete).toBe(true)
  })

  it('explains the charge of a tap by rule, version and source', async () => {
    const { steps } = await traceTap(running.network, await aChargedTap())
    const charge = steps.find(({ step }) => step === 'charge')?.data
    const explained = explainCharge(charge as Parameters<typeof explainCharge>[0], tariffs())
    expect(explained.tariff).toEqual({ id: 'wuhan-metro', version: 1 })
    expect(explained.parts.every(({ source }) => source !== null)).toBe(true)
    expect(explained.lines.zh[0]).toMatch(/^计费里程 \d+\.\d{3} 公里$/)
    expect(explained.lines.zh[1]).toMatch(/^里程分段票价 \+\d\.00 元（Wuhan metro/)
  })

  it('explains on the command line what taps were charged, and why others were not', async () => {
    const server = await new Promise<{ port: number; close: () => void }>((resolve) => {
      const { fetch } = app
      const open = serve({ fetch, hostname: '127.0.0.1', port: 0 }, ({ port }) =>
        resolve({ port, close: () => open.close() }),
      )
    })
    const printed = vi.spyOn(process.stdout, 'write')
    const told = async (row: TapRow | undefined, options: { json?: boolean } = {}) => {
      printed.mockReset().mockReturnValue(true)
      const tap = `${row?.terminal}-${row?.sequence}`
      const code = await explain(tap, { lang: 'zh', port: server.port, ...options })
      return [code, printed.mock.calls.join('')] as const
    }
    const operators = [...running.network.operators.values()]
    const rows = await Promise.all(operators.map((one) => one.read((tx) => tx.select(taps, {}))))
    const all = rows.flat()
    const charged = all.filter(({ state }) => state === 'charged')
    try {
      for (const kind of ['purchase', 'entry', 'exit'] as const) {
        const row = charged.find((one) => one.kind === kind)
        expect(await told(row)).toEqual([0, expect.stringMatching(/^.+ \+\d+\.\d\d 元（.*合计/s)])
        const [, text] = await told(row, { json: true })
        const { charge, parts } = JSON.parse(text) as ReturnType<typeof explainCharge> & {
          charge: { amountFen: number }
        }
        expect(parts.every(({ policy, source }) => policy !== null && source !== null)).toBe(true)
        expect(parts.reduce((sum, { amountFen }) => sum + amountFen, 0)).toBe(charge.amountFen)
      }
      const refused = all.find(({ kind }) => kind === 'passed')
      expect(await told(refused)).toEqual([1, expect.stringContaining('没有收费（noted')])
    } finally {
      printed.mockRestore()
      server.close()
    }
  })

  it('tells by its medium the same tap as by its delivery', async () => {
    const byDelivery = await traceTap(running.network, await aChargedTap())
    const [journal] = byDelivery.steps
    expect(journal?.data).toMatchObject({
      record: { delivery: byDelivery.tap },
      lists: expect.arrayContaining([
        expect.stringMatching(/^deny of 00000156, version \d+: .*\d+ bytes/),
      ]) as string[],
    })
    const { record } = journal === undefined ? {} : (journal.data as JournalData)
    const byMedium = await traceTap(running.network, record?.identity ?? '')
    expect(byMedium.steps).toEqual(byDelivery.steps)
  })

  it('refuses a tap that nobody knows, and a name that is none', async () => {
    const unknown = await app.request('/api/trace/413100000001-99999', HOST)
    expect([unknown.status, await unknown.json()]).toMatchObject([
      422,
      { code: 'trace.unknown-tap' },
    ])
    const none = await app.request('/api/trace/hello', HOST)
    expect([none.status, await none.json()]).toMatchObject([422, { code: 'tap.bad-field' }])
  })

  it('repays a debt once, and says when there is none', async () => {
    const debts = (await (await app.request('/api/debts', HOST)).json()) as { account: string }[]
    expect(debts.length).toBe(outcome.collected.advanced > 0 ? debts.length : 0)
    const account = debts[0]?.account ?? '0'.repeat(19)
    const first = await app.request(`/api/issuer/${account}/repay`, { ...HOST, method: 'POST' })
    const again = await app.request(`/api/issuer/${account}/repay`, { ...HOST, method: 'POST' })
    expect(first.status).toBe(debts.length > 0 ? 200 : 422)
    expect(again.status).toBe(422)
  })

  it('answers no other host, and gives no file outside the page', async () => {
    const foreign = await app.request('/api/overview', { headers: { host: 'evil.example' } })
    expect(foreign.status).toBe(421)
    const order = { method: 'POST', headers: { ...HOST.headers, origin: 'http://evil.example' } }
    expect((await app.request('/api/issuer/0/repay', order)).status).toBe(403)
    expect((await app.request('/', HOST)).status).toBe(200)
    expect((await app.request('/..%2Fnetwork%2Funifare-demonstration', HOST)).status).toBe(404)
    expect((await app.request('/%2e%2e/%2e%2e/etc/passwd', HOST)).status).toBe(404)
  })

  it("writes every member's statement, whose lines sum to its totals", async () => {
    const parties = join(folder, 'network/parties/00000156')
    const names = (await readdir(parties)).filter((name) => name.startsWith('statement-'))
    expect(names.filter((name) => name.endsWith('.csv'))).toHaveLength(5)
    for (const name of names.filter((file) => file.endsWith('.json'))) {
      const { lines, position, member } = JSON.parse(
        await readFile(join(parties, name), 'utf8'),
      ) as {
        member: string
        position: { receivableFen: number; payableFen: number }
        lines: { side: string; shareMicro: string }[]
      }
      if (member === '00000156') continue
      const sum = (side: string) =>
        lines
          .filter((line) => line.side === side)
          .reduce((total, { shareMicro }) => total + BigInt(shareMicro), 0n)
      expect(Number((sum('receive') + 500_000n) / 1_000_000n)).toBe(position.receivableFen)
      expect(Number((sum('pay') + 500_000n) / 1_000_000n)).toBe(position.payableFen)
    }
  })

  it('never empties a folder that is not a demonstration', async () => {
    const foreign = startNetwork({ seed: 'x', day: '2026-11-20', riders: 1, dataDir: folder })
    await expect(foreign).rejects.toMatchObject({ code: 'start.foreign-folder' })
  })

  it('never empties the folder of a network that runs', async () => {
    const dataDir = join(folder, 'busy')
    await mkdir(dataDir)
    await writeFile(join(dataDir, 'unifare-demonstration'), `${process.ppid}\n`)
    const second = startNetwork({ seed: 'x', day: '2026-11-20', riders: 1, dataDir })
    await expect(second).rejects.toMatchObject({ code: 'start.folder-taken' })
  })

  it('refuses a station network that nobody would ride on', async () => {
    const network = { ...running.plan.operators[1]?.networks[0], id: 'elsewhere' } as StationNetwork
    const networks = new Map([['15215212', network]])
    const dataDir = join(folder, 'other')
    const wrong = startNetwork({ seed: 'x', day: '2026-11-20', riders: 1, dataDir, networks })
    await expect(wrong).rejects.toMatchObject({ code: 'fares.no-network' })
  })
})
