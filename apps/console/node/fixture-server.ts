import { readFile } from 'node:fs/promises'
import { createServer, type ServerResponse } from 'node:http'
import { extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Overview, TapTrace } from '../src/index.ts'
import { buildConsole } from './build.ts'

// Serves the page with a recorded day, for looking at it without a network:
//   node apps/console/node/fixture-server.ts [port] [preparing|riding|closing|settled]
const [, , port = '4171', phase = 'settled'] = process.argv
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
}

const fixtures = fileURLToPath(new URL('../src/fixture/', import.meta.url))
const settled = (await json('overview.json')) as Overview
const traces = (await json('traces.json')) as Readonly<Record<string, TapTrace>>
const overview = inPhase(phase)
const dist = await buildConsole()

createServer((request, response) => {
  const { pathname } = new URL(request.url ?? '/', 'http://localhost')
  if (pathname === '/api/events') return events(response)
  if (pathname === '/api/overview') return answer(response, overview)
  if (pathname === '/api/exposure') return void file('exposure.json', response)
  if (pathname.startsWith('/api/trace/')) {
    const trace = traces[decodeURIComponent(pathname.slice('/api/trace/'.length))]
    return trace === undefined
      ? answer(response, { code: 'trace.unknown-tap' }, 422)
      : answer(response, trace)
  }
  return void page(pathname, response)
}).listen(Number(port), '127.0.0.1', () => {
  process.stderr.write(`fixture page: http://127.0.0.1:${port}/\n`)
})

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

function events(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  response.write(`event: overview\ndata: ${JSON.stringify(overview)}\n\n`)
}

function answer(response: ServerResponse, value: unknown, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(JSON.stringify(value))
}

async function page(pathname: string, response: ServerResponse): Promise<void> {
  const file = join(dist, pathname.endsWith('/') ? 'index.html' : pathname)
  const content = await readFile(file).catch(() => undefined)
  if (content === undefined) return answer(response, { code: 'not-found' }, 404)
  response.writeHead(200, { 'content-type': TYPES[extname(file)] ?? 'application/octet-stream' })
  response.end(content)
}
