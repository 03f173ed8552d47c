import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createPsam } from '@unifare/card'
import {
  businessDay,
  createMemoryRepository,
  createMemoryStorage,
  fromHex,
  toHex,
  UnifareError,
} from '@unifare/core'
import { systemClock, systemRandom } from '@unifare/core/node'
import { createSoftwareKeyStore, ed25519KeyPair } from '@unifare/crypto'
import { nodeEngine } from '@unifare/crypto/node'
import type { Operator } from '@unifare/operator'
import { createWallet } from '@unifare/rider'
import type { Link } from '@unifare/tap'
import { openTerminal } from '@unifare/terminal'
import { prepareNetwork, rideDay } from '@unifare/twin'
import type { Hono } from 'hono'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createApi } from '../api.ts'
import { createOverviewKeeper } from '../overview.ts'
import { type Running, startNetwork } from '../running.ts'
import type { Enrolment } from './gates.ts'
import { type LiveNetwork, openLiveNetwork } from './live-network.ts'
import type { Members } from './members.ts'

const HOST = '127.0.0.1:4170'
const JSON_HEADERS = { host: HOST, 'content-type': 'application/json' }
const engine = nodeEngine()
const random = (length: number) => systemRandom().bytes(length)

/** A network after its scripted day, on which people ride with pages. */
describe('the live network', () => {
  let folder: string
  let running: Running
  let live: LiveNetwork
  let app: Hono
  let link: Link

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'unifare-live-'))
    running = await startNetwork({
      seed: 'live',
      day: '2026-11-18',
      riders: 10,
      dataDir: join(folder, 'network'),
      operators: ['15215211', '15215212'],
      issuers: ['05215210'],
    })
    const keeper = createOverviewKeeper(running, { seed: 'live', watched: false })
    await prepareNetwork(running.day)
    const opened: LiveNetwork[] = []
    app = createApi({ running, keeper, pages: { '/': folder }, live: () => opened[0] })
    expect((await app.request('/api/members', { headers: { host: HOST } })).status).toBe(503)
    await rideDay(running.day)
    live = openLiveNetwork(running, systemClock())
    opened.push(live)
    link = {
      async send(receiver, bytes) {
        const body = new Uint8Array(bytes)
        const request = { method: 'POST', headers: { host: HOST }, body }
        const answer = await app.request(`/link/${receiver}`, request)
        return new Uint8Array(await answer.arrayBuffer())
      },
    }
  }, 120_000)

  afterAll(async () => {
    await live.close()
    await running.close()
    await rm(folder, { recursive: true })
  })

  async function members(): Promise<Members> {
    return (await (
      await app.request('/api/members', { headers: { host: HOST } })
    ).json()) as Members
  }

  async function openGate(place: string) {
    const keys = ed25519KeyPair(random)
    const body = JSON.stringify({ key: toHex(keys.publicKey) })
    const request = { method: 'POST', headers: JSON_HEADERS, body }
    const answer = await app.request(`/api/gates/${place}`, request)
    const { config, centre, operator } = (await answer.json()) as Enrolment
    const parties = new Map([centre, operator].map(({ id, key }) => [id, fromHex(key)]))
    return openTerminal({
      config,
      env: {
        clock: systemClock('synced-2s'),
        random: systemRandom(),
        storage: createMemoryStorage(),
        repository: createMemoryRepository(),
      },
      link,
      sign: async (message) => engine.ed25519Sign(keys.privateKey, message),
      trust: {
        centre: centre.id,
        operator: operator.id,
        publicKeyOf: (id) => parties.get(id),
        engine,
      },
      psam: createPsam({
        terminal: config.terminal,
        issuer: centre.id,
        keyStore: createSoftwareKeyStore({ keys: [], engine, random }),
        purchaseKeys: [],
      }),
    })
  }

  it('takes a rider and a bus from pages; the ride is charged and settled today', async () => {
    const { issuers, operators, at } = await members()
    expect(Math.abs(at - Date.now())).toBeLessThan(5_000)
    const [issuer] = issuers
    const bus = operators.flatMap(({ terminals }) => terminals).find(({ mode }) => mode === 'bus')
    if (issuer === undefined || bus === undefined) throw new Error('no bus')
    const wallet = createWallet({
      issuer: issuer.id,
      issuerKey: fromHex(issuer.key),
      link,
      engine,
      random,
      now: () => Date.now(),
    })
    await wallet.open()
    await wallet.authorise({ channel: 'simulated', limitFen: 5_000, sources: ['balance'] })
    await wallet.renew()
    const gate = await openGate(bus.terminal)
    await gate.refresh()
    const decision = await gate.presentCode(wallet.makeCode())
    expect(decision).toMatchObject({ ok: true })
    await gate.upload()
    const settled = new Promise<void>((resolve) => {
      const stop = live.onPulse(() => {
        stop()
        resolve()
      })
    })
    await settled
    const { day } = await live.settle()
    expect(day).toBe(businessDay(Date.now()))
    const rider = `rider-${wallet.state().linkKey.publicKey}`
    const seen = JSON.parse((await live.riderNews(rider)) ?? '{}') as { trips: object[] }
    expect(seen.trips).toMatchObject([{ mode: 'bus', state: 'charged' }])
    await gate.close()
  })

  it('gives a page the same terminal again, and another one to another key', async () => {
    const [operator] = (await members()).operators
    const place = operator?.terminals[0]?.terminal ?? ''
    const enrol = (key: string) => live.enrolGate(place, key)
    const [one, again, other] = [
      await enrol('A'.repeat(64)),
      await enrol('A'.repeat(64)),
      await enrol('B'.repeat(64)),
    ]
    expect(again.config.terminal).toBe(one.config.terminal)
    expect(other.config.terminal).not.toBe(one.config.terminal)
    expect(one.config.terminal).not.toBe(place)
  })

  it.each([
    ['no terminal of the network', '413100000000', 'A'.repeat(64), 'start.unknown-gate'],
    ['no key', '413100000001', 'xyz', 'start.bad-gate-key'],
  ])('refuses a gate with %s', async (_, place, key, code) => {
    const request = { method: 'POST', headers: JSON_HEADERS, body: JSON.stringify({ key }) }
    const answer = await app.request(`/api/gates/${place}`, request)
    expect([answer.status, ((await answer.json()) as { code: string }).code]).toEqual([422, code])
  })

  it('tries again at the next pulse what failed at one', async () => {
    const operators = running.network.operators as Map<string, Operator>
    const [id, operator] = [...operators][0] ?? []
    if (id === undefined || operator === undefined) throw new TypeError('no operator')
    let asked = 0
    operators.set(id, {
      ...operator,
      async command(order) {
        asked += 1
        if (asked === 1) throw new UnifareError('link.unreachable', 'away for a moment')
        return operator.command(order)
      },
    })
    await live.handlerOf(id)?.(new Uint8Array([0]))
    await expect.poll(() => asked, { timeout: 5_000 }).toBeGreaterThan(1)
    operators.set(id, operator)
  })

  it('tells who listens that something changed, and nothing else', async () => {
    const [issuer] = (await members()).issuers
    const wallet = createWallet({
      issuer: issuer?.id ?? '',
      issuerKey: fromHex(issuer?.key ?? ''),
      link,
      engine,
      random,
      now: () => Date.now(),
    })
    const rider = `rider-${wallet.state().linkKey.publicKey}`
    const stop = new AbortController()
    const { signal } = stop
    const request = new Request(`http://${HOST}/api/events/rider/${rider}`, {
      signal,
      headers: { host: HOST },
    })
    const reader = (await app.request(request)).body?.getReader()
    const next = async () => new TextDecoder().decode((await reader?.read())?.value)
    const changed = 'event: changed\ndata: \n\n'
    expect(await next()).toBe(changed)
    await wallet.open()
    expect(await next()).toBe(changed)
    stop.abort()
  })
})
