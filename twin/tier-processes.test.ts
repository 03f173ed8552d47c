import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createManualClock, createMemoryRepository, createMemoryStorage } from '@unifare/core'
import { systemRandom } from '@unifare/core/node'
import { freePorts } from '@unifare/core/testing'
import { nodeEngine } from '@unifare/crypto/node'
import { rides } from '@unifare/issuer'
import { makeCardNumber } from '@unifare/registry'
import { createHttpLink, type HttpServer, serveHttp } from '@unifare/tap/node'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createControlClient } from './node/index.ts'
import { createProcesses, type PartyProcess } from './processes.fixture.ts'
import {
  createNetworkKeys,
  deviceRow,
  newPlannedCard,
  openPlannedIssuer,
  openPlannedOperator,
  openPlannedTerminal,
  parseNetworkFile,
  planOfFile,
} from './src/index.ts'

const [NATION, HUBEI] = ['00000156', '00420000']
const [WUHAN_BUS, WUHAN_CARDS, GUANGZHOU_CARDS] = ['15215211', '05215210', '02205810']
const TOKEN = 'a secret of this test only'
/** 20 November 2026, 08:00 in China, and 03:30 of the next day. */
const [MORNING, NIGHT] = [Date.UTC(2026, 10, 20), Date.UTC(2026, 10, 20, 19, 30)]
const DAY = '2026-11-20'
/** A machine that does other things, too, may take so long. */
const PATIENCE_MS = 60_000

const processes = createProcesses()
let dir: string
let server: HttpServer | undefined
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'unifare-tiers-'))
})
afterAll(async () => {
  await processes.endAll()
  await server?.close()
  await rm(dir, { recursive: true, force: true })
})

it('a province and the nation above it are two programs: killed between, each ride is cleared once', {
  timeout: 180_000,
}, async () => {
  const [nationPort, hubeiPort, memberPort] = await freePorts(3)
  const address = (port: number | undefined) => `http://127.0.0.1:${port}`
  const members = [WUHAN_BUS, WUHAN_CARDS, GUANGZHOU_CARDS]
  const text = JSON.stringify({
    seed: 'two tiers',
    day: DAY,
    riders: 1,
    operators: [WUHAN_BUS],
    issuers: [WUHAN_CARDS, GUANGZHOU_CARDS],
    centres: [
      { id: NATION, tier: 'national' },
      { id: HUBEI, tier: 'province', division: '42', parent: NATION },
    ],
    dataDir: 'data',
    addresses: {
      [NATION]: address(nationPort),
      [HUBEI]: address(hubeiPort),
      ...Object.fromEntries(members.map((id) => [id, address(memberPort)])),
    },
    controlToken: TOKEN,
    clearing: 'segments',
  })
  const config = join(dir, 'network.json')
  await writeFile(config, text)
  const file = parseNetworkFile(text, 'network.json')
  const plan = planOfFile(file)

  // Members run in this process, and reach both centres over HTTP alone.
  const clock = createManualClock(MORNING)
  const engine = nodeEngine()
  const keys = createNetworkKeys({ seed: file.seed, centre: plan.centre.id, engine })
  const ground = {
    plan,
    keys,
    engine,
    link: createHttpLink({
      addressOf: (receiver) => file.addresses.get(receiver),
      timeoutMs: PATIENCE_MS,
    }),
    envOf: () => ({
      clock,
      random: systemRandom(),
      storage: createMemoryStorage(),
      repository: createMemoryRepository(),
    }),
  }
  const operator = await openPlannedOperator(ground, WUHAN_BUS)
  const wuhan = (await openPlannedIssuer(ground, WUHAN_CARDS)).issuer
  const guangzhou = (await openPlannedIssuer(ground, GUANGZHOU_CARDS)).issuer
  const handlers = new Map([operator, wuhan, guangzhou].map(({ id, handler }) => [id, handler]))
  server = await serveHttp({
    port: Number(memberPort),
    handlers: (receiver) => handlers.get(receiver),
  })

  const start = (id: string) => processes.start('centre', config, id)
  const [nation, hubei] = [start(NATION), start(HUBEI)]
  const control = (id: string) => {
    const client = createControlClient({
      url: file.addresses.get(id) ?? '',
      token: TOKEN,
      now: () => clock.now(),
    })
    return {
      /** Waits until a process answers; one that ended says why. */
      async ready(process: PartyProcess) {
        const over = process.ended.then((code) => {
          throw new Error(`${id} ended with ${code}: ${process.stderr()}`)
        })
        await Promise.race([
          over,
          expect.poll(() => client.ready(), { timeout: PATIENCE_MS }).toBe(true),
        ])
      },
      command: (order: object) => client.order(id, 'command', { order }),
      // One that takes its time to answer keeps messages waiting: they go out with the next round.
      deliverAll: () =>
        expect.poll(() => client.order(id, 'deliver'), { timeout: PATIENCE_MS }).toBe(0),
      closedDay: () => client.order(id, 'closedDay', { day: DAY }),
    }
  }
  const [atNation, atHubei] = [control(NATION), control(HUBEI)]
  await atNation.ready(nation)
  await atHubei.ready(hubei)
  const rows = plan.acceptance.map(({ operator: id, mode, medium, issuer, status, from }) => {
    return { operator: id, mode, medium, issuer, division: '', status, from }
  })
  for (const centre of [atNation, atHubei]) {
    await centre.command({ do: 'publish-acceptance', content: { rows } })
    await centre.command({ do: 'publish-deny' })
  }

  // A card of the city and one of another province on a bus in Wuhan.
  const [planned] = plan.operators
  const config0 = planned?.terminals[0]
  if (planned === undefined || config0 === undefined) throw new TypeError('a bus has a terminal')
  const { tariffs, networks } = planned
  await operator.command({ do: 'publish', kind: 'tariffs', content: { tariffs, networks } })
  const devices = [deviceRow(config0, keys.link.publicKey(config0.terminal))]
  await operator.command({ do: 'publish', kind: 'devices', content: { devices } })
  expect(await operator.deliver()).toBe(0)
  await operator.refresh()
  const terminal = await openPlannedTerminal(ground, config0)
  await terminal.refresh()
  for (const [index, issuer] of [WUHAN_CARDS, GUANGZHOU_CARDS].entries()) {
    const iin = plan.issuers.find(({ id }) => id === issuer)?.iin ?? ''
    const number = makeCardNumber({ iin, serial: index + 1 })
    const card = { holder: `rider ${index}`, issuer, number, balanceFen: 5_000 }
    expect(await terminal.presentCard(await newPlannedCard(ground, card))).toMatchObject({
      ok: true,
    })
  }
  while ((await terminal.upload()) > 0);
  clock.set(NIGHT)
  await operator.command({ do: 'make-charges', upTo: NIGHT, giveUpBefore: NIGHT })
  expect(await operator.deliver()).toBe(0)

  // The province has acknowledged; nothing has gone up yet.
  await processes.kill(hubei)
  await atHubei.ready(start(HUBEI))
  await atHubei.deliverAll()
  expect(await atNation.command({ do: 'close-day', day: DAY })).toMatchObject({
    charges: 1,
    rejected: {},
  })
  await atNation.deliverAll()
  expect(await atHubei.command({ do: 'close-day', day: DAY })).toMatchObject({
    charges: 1,
    rejected: {},
  })
  await atHubei.deliverAll()

  const net = async (centre: typeof atNation) => {
    const { members: all } = (await centre.closedDay()) as { members: { netFen: number }[] }
    return all.reduce((sum, { netFen }) => sum + netFen, 0)
  }
  expect([await net(atNation), await net(atHubei)]).toEqual([0, 0])
  // Both issuers hear of the ride on their own card: one from its province, one from the nation.
  for (const issuer of [wuhan, guangzhou]) {
    const told = await issuer.read((tx) => tx.select(rides, {}))
    expect(told.map(({ operator: by, verdict, day }) => [by, verdict, day])).toEqual([
      [WUHAN_BUS, 'normal', DAY],
    ])
  }
})
