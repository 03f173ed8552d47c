import { readFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import { extname, join, normalize, sep } from 'node:path'
import { buildRider } from './build.ts'

// Serves the page under /rider/ and passes everything else on to a running network:
//   node apps/rider/node/fixture-server.ts [port] [port of the network]
const [, , port = '4172', networkPort = '4170'] = process.argv
const HOME = '/rider/'
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.webmanifest': 'application/manifest+json',
}

const dist = await buildRider()
createServer((from, to) => {
  const { pathname } = new URL(from.url ?? '/', 'http://localhost')
  if (pathname.startsWith(HOME)) void page(pathname.slice(HOME.length), to)
  else passOn(from, to)
}).listen(Number(port), '127.0.0.1', () => {
  process.stderr.write(`rider page: http://127.0.0.1:${port}${HOME}\n`)
})

async function page(path: string, to: ServerResponse): Promise<void> {
  const file = normalize(join(dist, path === '' ? 'index.html' : path))
  const content = file.startsWith(dist + sep)
    ? await readFile(file).catch(() => undefined)
    : undefined
  if (content === undefined) return void to.writeHead(404).end()
  to.writeHead(200, { 'content-type': TYPES[extname(file)] ?? 'application/octet-stream' })
  to.end(content)
}

function passOn(from: IncomingMessage, to: ServerResponse): void {
  const { host: _, origin: __, ...headers } = from.headers
  const options = { port: networkPort, method: from.method, path: from.url, headers }
  const asked = request({ ...options, host: '127.0.0.1' }, (answer) => {
    to.writeHead(answer.statusCode ?? 502, answer.headers)
    answer.pipe(to)
  })
  asked.on('error', () => to.writeHead(502).end())
  to.on('close', () => asked.destroy())
  from.pipe(asked)
}
