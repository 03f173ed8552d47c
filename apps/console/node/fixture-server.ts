import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Overview, TapTrace } from '../src/index.ts'
import { buildConsole } from './build.ts'

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
}

const fixtures = fileURLToPath(new URL('../src/fixture/', import.meta.url))
const settled = (await json('overview.json')) as Overview
const traces = (await json('traces.json')) as Readonly<Record<string, TapTrace>>
const RECORDED: Readonly<Record<string, string>> = {
  '/api/exposure': 'exposure.json',
  '/api/readings/board': 'board.json',
}

/** A server of the page with a recorded day. */
export interface FixtureServer {
  readonly url: string
  close(): void
}

/** Serves the page with a recorded day in one of its phases, without a network; port 0 is any. */
export async function serveFixture(options: {
  readonly port: number
  readonly phase: string
}): Promise<FixtureServer> {
  const overview = inPhase(options.phase)
  const dist = await buildConsole()
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost')
    const recorded = RECORDED[pathname]
    if (pathname === '/api/events') return events(response, overview)
    if (pathname === '/api/overview') return answer(response, overview)
    if (recorded !== undefined) return void file(recorded, response)
    if (pathname.startsWith('/api/trace/')) {
      const trace = traces[decodeURIComponent(pathname.slice('/api/trace/'.length))]
      return trace === undefined
        ? answer(response, { code: 'trace.unknown-tap' }, 422)
        : answer(response, trace)
    }
    return void page(join(dist, pathname.endsWith('/') ? 'index.html' : pathname), response)
  }).listen(options.port, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    close() {
      server.closeAllConnections()
      server.close()
    },
  }
}

async function json(name: string): Promise<unknown> {
  return JSON.parse(await readFile(join(fixtures, name), 'utf8'))
}

function inPhase(name: string): Overview {
  switch (name) {
    case 'preparing':
      return {
        ...settled,
        phase: 'preparing',
        rides: [],
        settlement: null,
        refused: {},
        accepted: 0,
      }
    case 'riding':
      return { ...settled, phase: 'riding', at: '2026-11-21T10:20:00.000Z', settlement: null }
    case 'closing':
      return { ...settled, phase: 'closing', settlement: null }
    default:
      return settled
  }
}

async function file(name: string, response: ServerResponse): Promise<void> {
  answer(response, await json(name))
}

function events(response: ServerResponse, overview: Overview): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  response.write(`event: overview\ndata: ${JSON.stringify(overview)}\n\n`)
}

function answer(response: ServerResponse, value: unknown, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(JSON.stringify(value))
}

async function page(file: string, response: ServerResponse): Promise<void> {
  const content = await readFile(file).catch(() => undefined)
  if (content === undefined) return answer(response, { code: 'not-found' }, 404)
  response.writeHead(200, { 'content-type': TYPES[extname(file)] ?? 'application/octet-stream' })
  response.end(content)
}

//   node apps/console/node/fixture-server.ts [port] [preparing|riding|closing|settled]
if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [, , port = '4171', phase = 'settled'] = process.argv
  const { url } = await serveFixture({ port: Number(port), phase })
  process.stderr.write(`fixture page: ${url}\n`)
}
