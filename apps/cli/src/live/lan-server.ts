import { randomBytes } from 'node:crypto'
import { createServer as createSecureServer } from 'node:https'
import { networkInterfaces } from 'node:os'
import { serve } from '@hono/node-server'
import { type Instant, UnifareError } from '@unifare/core'
import { Hono } from 'hono'
import { guard } from '../guard.ts'
import { type Pages, servePage } from '../pages.ts'
import { openAuthority } from './authority.ts'
import { authorityPage, type LanInvitation } from './join-page.ts'
import { createLiveApi } from './live-api.ts'
import type { LiveNetwork } from './live-network.ts'

/** Pages that phones of the local network get; the console is none of them. */
const OPEN_PAGES = ['/rider/', '/gate/'] as const

/** The demonstration as phones of the local network see it. */
export interface LanServer {
  readonly invitation: LanInvitation
  /** The same pages as this machine itself reaches them, and the certificate that it sees. */
  readonly localUrl: string
  readonly certificate: string
  close(): void
}

/**
 * Opens the demonstration to the local network: HTTPS for the pages of riders and gates and what
 * they ask for, and beside it plain HTTP that hands out the authority's certificate and nothing
 * else. The console and its orders stay on this machine. A page becomes a terminal only with the
 * code of this start, which the gate's QR code carries.
 */
export async function openLanServer(options: {
  readonly port: number
  readonly authorityPort: number
  /** Folder of the local authority; it outlives the demonstration. */
  readonly authorityDir: string
  readonly at: Instant
  readonly live: () => LiveNetwork | undefined
  readonly pages: Pages
}): Promise<LanServer> {
  const { port, authorityPort, at } = options
  const authority = await openAuthority(options.authorityDir, at)
  const addresses = privateAddresses()
  const own = ['localhost', '127.0.0.1', ...addresses]
  const ownHost = (wanted: number) => (host: string) =>
    own.some((address) => host === `${address}:${wanted}`)
  const enrolCode = randomBytes(4).toString('hex')
  const host = addresses[0] ?? '127.0.0.1'
  const invitation: LanInvitation = {
    authorityUrl: `http://${host}:${authorityPort}/`,
    fingerprint: authority.fingerprint,
    riderUrl: `https://${host}:${port}/rider/`,
    gateUrl: `https://${host}:${port}/gate/#enrol=${enrolCode}`,
  }
  const app = new Hono()
  app.use(guard('https', ownHost(port)))
  app.route('/', createLiveApi({ live: options.live, enrolCode }))
  const pages = openPages(options.pages)
  app.get('*', (c) => servePage(pages, c.req.path))

  const plain = new Hono()
  plain.use(guard('http', ownHost(authorityPort)))
  plain.get('/', async (c) => c.html(await authorityPage(invitation)))
  plain.get('/unifare-authority.crt', (c) =>
    c.body(new Uint8Array(authority.certificate), 200, {
      'content-type': 'application/x-x509-ca-cert',
    }),
  )
  const certificate = await authority.serverFor(['127.0.0.1', ...addresses], at)
  const secure = await listen({
    fetch: app.fetch,
    port,
    createServer: createSecureServer,
    serverOptions: certificate,
  })
  const handout = await listen({ fetch: plain.fetch, port: authorityPort }).catch((error) => {
    secure.close()
    throw error
  })
  return {
    invitation,
    localUrl: `https://127.0.0.1:${port}/`,
    certificate: certificate.cert,
    close() {
      secure.close()
      handout.close()
    },
  }
}

function openPages(pages: Pages): Pages {
  const open: readonly string[] = OPEN_PAGES
  return Object.fromEntries(Object.entries(pages).filter(([path]) => open.includes(path)))
}

function listen(options: Parameters<typeof serve>[0]): Promise<ReturnType<typeof serve>> {
  return new Promise((resolve, reject) => {
    const server = serve({ ...options, hostname: '0.0.0.0' }, () => resolve(server))
    server.on('error', (error: NodeJS.ErrnoException) => {
      const taken = `port ${options.port} is taken: name another one with --port`
      reject(error.code === 'EADDRINUSE' ? new UnifareError('start.port-taken', taken) : error)
    })
  })
}

const PRIVATE = /^(10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|169\.254\.)/

/** IPv4 addresses of this machine in private networks. */
function privateAddresses(): readonly string[] {
  return Object.values(networkInterfaces())
    .flat()
    .flatMap((one) => (one?.family === 'IPv4' && !one.internal ? [one.address] : []))
    .filter((address) => PRIVATE.test(address))
}
