import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { ClearedSegments } from '@unifare/centre'
import {
  createLeasedWorkers,
  finishRun,
  openCarriedFiles,
  openCarrier,
  openLeaseClient,
} from '@unifare/centre/node'
import {
  RABBIT_MAX_BYTES,
  startTestNats,
  startTestRabbit,
  type TestBrokers,
  type TestNats,
} from '@unifare/centre/testing'
import { startTestPostgres } from '@unifare/core/testing'
import type { NationalPlan } from '@unifare/twin'
import { generateDay, openNationalClearing } from '@unifare/twin/node'
import { startPostgresPair } from '@unifare/twin/testing'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { type Program, startProgram } from './program.fixture.ts'

const PLAN: NationalPlan = {
  seed: 'carried',
  day: '2026-11-20',
  taps: 10_000,
  codesPpm: 0,
  nodes: 4,
  cities: 20,
  tapsPerFault: 1_000,
}
/** What the day's four segments are cleared in. */
const SHARDS = 32
const VERIFIER = fileURLToPath(
  new URL('../../../../../twin/node/national/national-verifier.ts', import.meta.url),
)
const TEST_MS = 180_000

let dir: string
let expected: ClearedSegments
/** Brokers take seconds: one to start, the others to agree on a first leader. The day is made meanwhile. */
let rabbit: Promise<TestBrokers>
let nats: Promise<TestNats>
const programs: Program[] = []
const endings: (() => Promise<void>)[] = []

beforeAll(async () => {
  rabbit = startTestRabbit()
  nats = startTestNats()
  // Who needs them hears of it.
  for (const one of [rabbit, nats]) one.catch(() => undefined)
  dir = await mkdtemp(join(tmpdir(), 'unifare-clear-'))
  await generateDay({ plan: PLAN, dir: join(dir, 'made'), threads: 2 })
  await cp(join(dir, 'made'), join(dir, 'alone'), { recursive: true })
  const alone = await openNationalClearing({ plan: PLAN, dir: join(dir, 'alone'), threads: 2 })
  expected = await alone.clear()
  await alone.close()
})

afterEach(async () => {
  for (const program of programs.splice(0)) await program.kill()
  for (const end of endings.splice(0).reverse()) await end()
})

afterAll(async () => {
  await Promise.all([rabbit, nats].map((starting) => starting.then((one) => one.stop())))
  await rm(dir, { recursive: true, force: true })
})

/** What is being started; it ends with the test. */
async function lasting<One extends { stop(): Promise<void> }>(
  starting: Promise<One>,
): Promise<One> {
  const one = await starting
  endings.push(() => one.stop())
  return one
}

/**
 * An intake node, to which the day's segments come when it is cleared, and workers: with folders of
 * their own over brokers.
 */
async function openCountry(kind: string, urls: readonly string[], carrier?: string) {
  const client = openLeaseClient({ urls })
  endings.push(() => client.close())
  const folderOf = (name: string) => join(dir, `${kind}-${name}`)
  await mkdir(folderOf('intake'))
  await cp(join(dir, 'made'), folderOf('made'), { recursive: true })

  /** Every file at once whole. */
  async function arrive(): Promise<void> {
    for (const name of await readdir(folderOf('made'))) {
      await rename(join(folderOf('made'), name), join(folderOf('intake'), name))
    }
  }

  function start(command: string, name: string, more: readonly string[]): Program {
    const place = ['--database', urls.join(','), '--data', folderOf(name), '--name', name]
    const brokers = carrier === undefined ? [] : ['--carrier', carrier, '--piece-kib', '32']
    const program = startProgram(['clear', command, '--json', ...place, ...brokers, ...more])
    programs.push(program)
    return program
  }
  function worker(name: string): Program {
    const options = JSON.stringify({ seed: PLAN.seed })
    const keys = ['--verifier', VERIFIER, '--verifier-options', options]
    return start('worker', name, [...keys, '--threads', '1', '--lease', '2'])
  }
  return {
    client,
    folderOf,
    worker,
    /** Two workers and who sends them the day, all of them ready. */
    async everybody() {
      const [victim, heir] = [worker('victim'), worker('heir')]
      const carry = start('carry', 'intake', ['--ended'])
      const idle = `${folderOf('intake')} has nothing to send`
      await Promise.all([victim.line('victim takes'), heir.line('heir takes'), carry.line(idle)])
      return { victim, heir, carry }
    },
    async clear(run = 'day'): Promise<ClearedSegments> {
      await arrive()
      const others = await createLeasedWorkers(client, { run, pollMs: 50 })
      const clearing = await openNationalClearing({ plan: PLAN, dir: folderOf('intake'), others })
      return await clearing.clear()
    },
  }
}

type Country = Awaited<ReturnType<typeof openCountry>>

const hashOf = async (file: string) =>
  createHash('sha256')
    .update(await readFile(file))
    .digest('hex')
    .toUpperCase()

/** Everything that anybody said to have is on that one's disk, with the announced content. */
async function expectNothingLost({ client, folderOf }: Country): Promise<void> {
  const { rows } = await client.query(
    'select receiver, name, hash from carried_receipts join carried_files using (name)',
  )
  expect(rows.length).toBeGreaterThan(0)
  for (const { receiver, name, hash } of rows) {
    const file = join(folderOf(String(receiver)), String(name))
    expect([file, await hashOf(file)]).toEqual([file, hash])
  }
}

/** What the day left arrives at the intake node: the same bytes that one process alone left. */
async function expectSameDay({ client, folderOf }: Country): Promise<void> {
  const files = await openCarriedFiles(client)
  while ((await files.lacking('intake')).length > 0) await sleep(50)
  const closed = (await readdir(join(dir, 'alone'))).filter((name) => name.startsWith('closed-'))
  expect(closed.length).toBe(SHARDS)
  for (const name of closed) {
    const file = join(folderOf('intake'), name)
    expect([name, await hashOf(file)]).toEqual([name, await hashOf(join(dir, 'alone', name))])
  }
}

test('three NATS servers whose leader is killed, a worker and the primary database too: nothing that was told is lost, same root', {
  timeout: TEST_MS,
}, async () => {
  const [pair, brokers] = await Promise.all([lasting(startPostgresPair()), nats])
  const country = await openCountry('nats', pair.urls, brokers.addresses)
  const { victim, heir, carry } = await country.everybody()
  const cleared = country.clear()
  await carry.line('sent intake-00')
  // The servers need seconds to agree on another leader; the databases change meanwhile.
  await brokers.killLeader()
  await pair.killPrimary()
  pair.promote()
  await victim.line('cleared')
  await victim.kill()
  expect((await cleared).root).toBe(expected.root)
  expect(await cleared).toEqual(expected)
  await expectSameDay(country)
  await expectNothingLost(country)
  expect(await Promise.all([heir.end(), carry.end()])).toMatchObject([
    { name: 'heir' },
    { name: 'intake', copies: 1 },
  ])
})

test('a RabbitMQ server that loses everything, and a killed worker: the same', {
  timeout: TEST_MS,
}, async () => {
  const [server, brokers] = await Promise.all([lasting(startTestPostgres()), rabbit])
  const carrier = await openCarrier(brokers.addresses)
  await expect(carrier.publish(new Uint8Array(RABBIT_MAX_BYTES + 1))).rejects.toMatchObject({
    code: 'carrier.too-large',
  })
  await carrier.close()
  const country = await openCountry('rabbit', [server.url], brokers.addresses)
  const { victim, heir, carry } = await country.everybody()
  const cleared = country.clear()
  await carry.line('sent intake-00')
  await brokers.wipe()
  await victim.line('cleared')
  await victim.kill()
  expect(await cleared).toEqual(expected)
  await expectSameDay(country)
  await expectNothingLost(country)

  // The day is finished: its segments stay at the intake, and come again when they are asked for.
  await finishRun(country.client, 'day')
  const segmentsOf = async (name: string) =>
    (await readdir(country.folderOf(name))).filter((one) => one.endsWith('.seg'))
  await vi.waitUntil(async () => (await segmentsOf('heir')).length === 0, { timeout: 10_000 })
  expect((await segmentsOf('intake')).length).toBe(PLAN.nodes)
  expect((await country.clear('again')).root).toBe(expected.root)
  await Promise.all([heir.end(), carry.end()])
})

test('a worker without brokers works in the folder that all see, and tells what it did', async () => {
  const server = await startTestPostgres()
  endings.push(() => server.stop())
  const country = await openCountry('shared', [server.url])
  const worker = country.worker('intake')
  expect(await country.clear()).toEqual(expected)
  expect(await worker.end()).toEqual({
    name: 'intake',
    scattered: PLAN.nodes,
    cleared: SHARDS,
    charges: expected.charges,
  })
})

test('told to end while the database is away it ends soon, as the signal says', async () => {
  const deaf = createServer().listen(0, '127.0.0.1')
  await once(deaf, 'listening')
  endings.push(async () => void deaf.close())
  const { port } = deaf.address() as AddressInfo
  const nobody = [`postgres://unifare@127.0.0.1:${port}/postgres`]
  const server = await startTestPostgres()
  const [waiting, working] = await Promise.all([
    openCountry('deaf', nobody),
    openCountry('lost', [server.url]),
  ])
  const programs = [waiting.worker('early'), working.worker('late')] as const
  await Promise.all([programs[0].line('early looks for'), programs[1].line('late takes')])
  await server.stop()
  // It sees the loss before it is told to end.
  await sleep(500)
  const ended = await Promise.all(programs.map((one) => one.stopped()))
  for (const { by, ms } of ended) {
    expect(by).toBe('SIGTERM')
    expect(ms).toBeLessThan(2_500)
  }
})

test('what can never work is refused at once and in one line, before anything is waited for', async () => {
  const refused = async (...args: string[]) => {
    const program = startProgram(['clear', ...args, '--data', join(dir, 'none')])
    programs.push(program)
    return await program.told()
  }
  const nobody = ['--database', 'postgres://nobody']
  const noVerifier = import.meta.filename.replace('.test', '-worker')
  const told = await Promise.all([
    refused('worker', ...nobody, '--verifier', join(dir, 'none.ts')),
    refused('worker', ...nobody, '--verifier', noVerifier),
    refused('worker', ...nobody, '--verifier', VERIFIER, '--verifier-options', '{'),
    refused('worker', '--database', 'mysql://a', '--verifier', VERIFIER),
    refused('carry', ...nobody, '--carrier', 'http://a'),
  ])
  for (const one of told.slice(0, 3)) {
    expect(one).toMatch(/^unifare: .*\[clear\.bad-verifier\] · 验签模块无效$/)
  }
  expect(told[3]).toMatch(/^unifare: .*\[clear\.bad-database\] · 数据库地址无效$/)
  expect(told[4]).toMatch(/^unifare: .*\[carrier\.bad-address\] · 消息中间件地址无效$/)
})
