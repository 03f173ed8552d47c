import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { serve } from '@hono/node-server'
import { fromHex } from '@unifare/core'
import { systemClock, systemRandom } from '@unifare/core/node'
import { nodeEngine } from '@unifare/crypto/node'
import { createWallet, type Wallet } from '@unifare/rider'
import { prepareNetwork, rideDay } from '@unifare/twin'
import { createApi } from '../api.ts'
import { buildPages } from '../build-pages.ts'
import { type LanServer, openLanServer } from '../live/lan-server.ts'
import { type LiveNetwork, openLiveNetwork } from '../live/live-network.ts'
import { createOverviewKeeper } from '../overview.ts'
import { startNetwork } from '../running.ts'

const AGREEMENT = { channel: 'simulated', limitFen: 5_000, sources: ['balance'] }

/** A live network of one city with its pages, on this machine and over HTTPS. */
export interface TrialNetwork {
  readonly live: LiveNetwork
  readonly lan: LanServer
  /** Address of the pages on this machine, with a slash at the end. */
  readonly url: string
  readonly secureUrl: string
  /** A rider without a page, whose wallet makes codes. */
  rider(): Promise<Wallet>
  close(): Promise<void>
}

/** Starts it under a folder, as `unifare start --lan` does, with some members only. */
export async function openTrialNetwork(options: {
  readonly folder: string
  readonly operators: readonly string[]
  readonly issuers: readonly string[]
}): Promise<TrialNetwork> {
  const { folder } = options
  const running = await startNetwork({
    ...options,
    seed: 'pages',
    day: '2026-11-18',
    riders: 4,
    dataDir: join(folder, 'network'),
  })
  await prepareNetwork(running.day)
  await rideDay(running.day)
  const live = openLiveNetwork(running, systemClock())
  const pages = await buildPages()
  const keeper = createOverviewKeeper(running, { seed: 'pages', watched: false })
  const lan = await openLanServer({
    port: await freePort(),
    authorityPort: await freePort(),
    authorityDir: join(folder, 'authority'),
    at: Date.now(),
    live: () => live,
    pages,
  })
  const app = createApi({ running, keeper, pages, live: () => live, lan: lan.invitation })
  const { server, port } = await listen(app.fetch)
  const random = systemRandom()
  return {
    live,
    lan,
    url: `http://127.0.0.1:${port}/`,
    secureUrl: lan.localUrl,
    async rider() {
      const [issuer] = live.members().issuers
      if (issuer === undefined) throw new TypeError('a network without issuer')
      const wallet = createWallet({
        issuer: issuer.id,
        issuerKey: fromHex(issuer.key),
        link: running.network.ports.riderLink,
        engine: nodeEngine(),
        random: (length) => random.bytes(length),
        now: () => Date.now(),
      })
      await wallet.open()
      await wallet.authorise(AGREEMENT)
      await wallet.renew()
      return wallet
    },
    async close() {
      lan.close()
      await closeServer(server)
      await live.close()
      await running.close()
    },
  }
}

type Server = ReturnType<typeof serve>

function listen(
  fetch: Parameters<typeof serve>[0]['fetch'],
): Promise<{ readonly server: Server; readonly port: number }> {
  return new Promise((resolve) => {
    const server = serve({ fetch, hostname: '127.0.0.1', port: 0 }, ({ port }) =>
      resolve({ server, port }),
    )
  })
}

function closeServer(server: Server): Promise<void> {
  if ('closeAllConnections' in server) server.closeAllConnections()
  return new Promise((resolve) => {
    server.close(() => resolve())
  })
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo
      server.close(() => resolve(port))
    })
  })
}
