import { readFile } from 'node:fs/promises'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname, join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import {
  createManualClock,
  createMemoryRepository,
  createMemoryStorage,
  type Env,
  fromHex,
  shanghaiDay,
  toHex,
} from '@unifare/core'
import { systemClock, systemRandom } from '@unifare/core/node'
import { nodeEngine } from '@unifare/crypto/node'
import { taps } from '@unifare/operator'
import { createWallet, type Wallet } from '@unifare/rider'
import {
  createNetworkKeys,
  deviceRow,
  openLocalNetwork,
  planNetwork,
  prepareNetwork,
  writeScript,
} from '@unifare/twin'
import type { EnrolmentAnswer, Members } from '../src/engine/enrolment.ts'
import { buildGate } from './build.ts'

const SEED = 'gate page'
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
}

/** A network that runs now, with the gate page and what it asks for on a port of this machine. */
export interface ServedNetwork {
  readonly url: string
  readonly members: () => Members
  /** A rider who may ride, with a wallet that makes codes. */
  rider(): Promise<Wallet>
  /** What an operator holds of the pages' records: their kinds and states, in order. */
  taps(operator: string): Promise<string[]>
  /** Charges made by an operator from what was uploaded. */
  charge(operator: string): Promise<unknown>
  close(): Promise<void>
}

/** Opens and serves it; operators and issuers by their ids. */
export async function serveNetwork(options: {
  readonly operators: readonly string[]
  readonly issuers: readonly string[]
  readonly port?: number
}): Promise<ServedNetwork> {
  const dist = await buildGate()
  const system = systemClock('synced-2s')
  const day = shanghaiDay(system.now())
  const plan = planNetwork({ ...options, seed: SEED, day })
  const engine = nodeEngine()
  const random = systemRandom()
  const keys = createNetworkKeys({ seed: SEED, centre: plan.centre.id, engine })
  const clock = { ...createManualClock(system.now()), now: () => system.now() }
  const environments = new Map<string, Env>()
  const envOf = (party: string): Env => {
    const known = environments.get(party) ?? {
      clock,
      random,
      storage: createMemoryStorage(),
      repository: createMemoryRepository(),
    }
    environments.set(party, known)
    return known
  }
  const network = await openLocalNetwork({ plan, keys, engine, envOf }, clock)
  const { ports } = network
  const script = writeScript(plan, { riders: 1 })
  await prepareNetwork({ plan, script, keys, engine, ports, now: () => clock.now() })
  const pages: { terminal: string; key: string; place: string }[] = []

  async function enrol(place: string, key: string): Promise<EnrolmentAnswer | undefined> {
    const operator = plan.operators.find(({ terminals }) =>
      terminals.some(({ terminal }) => terminal === place),
    )
    const planned = operator?.terminals.find(({ terminal }) => terminal === place)
    if (operator === undefined || planned === undefined) return undefined
    const known = pages.find((page) => page.key === key && page.place === place)
    const terminal = known?.terminal ?? `41319${String(pages.length + 1).padStart(7, '0')}`
    if (known === undefined) pages.push({ terminal, key, place })
    const devices = pages.map((page) =>
      deviceRow({ ...planned, terminal: page.terminal }, fromHex(page.key)),
    )
    const { id } = operator.institution
    await ports.operator(id).command({ do: 'publish', kind: 'devices', content: { devices } })
    await ports.operator(id).deliver()
    const centre = { id: plan.centre.id, key: toHex(keys.link.publicKey(plan.centre.id)) }
    return {
      config: { ...planned, terminal },
      centre,
      operator: { id, key: toHex(keys.link.publicKey(id)) },
    }
  }

  const members = (): Members => ({
    at: clock.now(),
    operators: plan.operators.map(({ institution, networks, terminals }) => ({
      id: institution.id,
      key: toHex(keys.link.publicKey(institution.id)),
      nameZh: institution.nameZh,
      nameEn: institution.nameEn,
      division: institution.division,
      terminals: terminals.map(({ terminal, mode, line, station, role, gate }) => {
        const stands = networks.flatMap(({ stations }) => stations).find(({ id }) => id === station)
        const names = { stationZh: stands?.nameZh ?? '', stationEn: stands?.nameEn ?? '' }
        return { terminal, mode, line, station, ...names, role, gate }
      }),
    })),
  })

  async function answer(path: string, request: IncomingMessage): Promise<unknown> {
    if (path === '/api/members') return members()
    if (path.startsWith('/api/gates/')) {
      const { key } = JSON.parse(String(await buffer(request))) as { key: string }
      return enrol(path.slice('/api/gates/'.length), key)
    }
    if (path.startsWith('/link/')) {
      return ports.riderLink.send(
        path.slice('/link/'.length),
        new Uint8Array(await buffer(request)),
      )
    }
    const name = path === '/gate/' ? 'index.html' : path.slice('/gate/'.length)
    return path.startsWith('/gate/') ? readFile(join(dist, name)).catch(() => undefined) : undefined
  }

  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost')
    answer(pathname, request).then(
      (content) => {
        const bytes = content instanceof Uint8Array
        const type = bytes ? TYPES[extname(pathname) || '.html'] : 'application/json'
        response.writeHead(content === undefined ? 404 : 200, {
          'content-type': type ?? 'application/octet-stream',
        })
        response.end(bytes ? content : JSON.stringify(content ?? null))
      },
      () => response.writeHead(503).end(),
    )
  })
  await new Promise<void>((ready) => server.listen(options.port ?? 0, '127.0.0.1', ready))
  const { port } = server.address() as AddressInfo

  return {
    url: `http://127.0.0.1:${port}/gate/`,
    members,
    async rider() {
      const [issuer] = plan.issuers
      if (issuer === undefined) throw new TypeError('a network without issuer')
      const wallet = createWallet({
        issuer: issuer.id,
        issuerKey: keys.link.publicKey(issuer.id),
        link: ports.riderLink,
        engine,
        random: (length) => random.bytes(length),
        now: () => clock.now(),
      })
      await wallet.open()
      await wallet.authorise({ channel: 'simulated', limitFen: 20_000, sources: ['balance'] })
      await wallet.renew()
      return wallet
    },
    async taps(operator) {
      const rows = await network.operators.get(operator)?.read((tx) => tx.select(taps, {}))
      return (rows ?? [])
        .toSorted((one, other) => one.sequence - other.sequence)
        .map(({ kind, state }) => `${kind} ${state}`)
    },
    charge: (operator) =>
      ports.operator(operator).command({
        do: 'make-charges',
        upTo: clock.now(),
        giveUpBefore: 0,
      }),
    async close() {
      server.closeAllConnections()
      server.close()
      await network.close()
    },
  }
}
