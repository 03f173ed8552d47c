import { createServer, type Server } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { UnifareError, utf8 } from '@unifare/core'
import { Hono } from 'hono'
import { afterEach, describe, expect, test } from 'vitest'
import { createHandler, exchange, MESSAGE_BYTES_MAX, type MessageHandler } from '../src/index.ts'
import { CENTRE, OPERATOR, party } from '../src/wire.fixture.ts'
import { createHttpLink, type HttpServerOptions, serveHttp } from './index.ts'

const self = party(OPERATOR)
const unreachable = expect.objectContaining({ code: 'link.unreachable' })
const request = (body: Uint8Array) => ({ receiver: CENTRE, kind: 'order', body }) as const
const echo = createHandler(party(CENTRE), async ({ body }) => ({ result: body.length }))
const closers: (() => Promise<unknown>)[] = []

afterEach(async () => {
  for (const close of closers.splice(0)) await close()
})

async function serving(handler: MessageHandler, more: Partial<HttpServerOptions> = {}) {
  const handlers = (receiver: string) => (receiver === CENTRE ? handler : undefined)
  const server = await serveHttp({ port: 0, handlers, ...more })
  closers.push(() => server.close())
  const address = `http://127.0.0.1:${server.port}`
  return { server, address, link: createHttpLink({ addressOf: () => address, timeoutMs: 2_000 }) }
}

/** A promise and what resolves it. */
function gate(): [Promise<void>, () => void] {
  let open = () => {}
  const promise = new Promise<void>((resolve) => {
    open = resolve
  })
  return [promise, open]
}

/** A server that does something else than the carrier does. */
async function other(listener: Parameters<typeof createServer>[1]): Promise<string> {
  const server: Server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closers.push(async () => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

describe('the HTTP carrier', () => {
  test('carries the bytes of a message and of its answer', async () => {
    const { link } = await serving(echo)
    expect(await exchange(link, self, request(utf8('hello')))).toBe(5)
    expect(await exchange(link, self, request(new Uint8Array(1_000_000)))).toBe(1_000_000)
  })

  test('serves further routes on the same port', async () => {
    const extra = new Hono().get('/health', (context) => context.text('well'))
    const { address, link } = await serving(echo, { extra })
    expect(await (await fetch(`${address}/health`)).text()).toBe('well')
    expect(await exchange(link, self, request(utf8('hello')))).toBe(5)
  })

  test('a party that does not live here, and one without address, are unreachable', async () => {
    const { link } = await serving(echo)
    await expect(link.send('10000009', utf8('x'))).rejects.toThrow(unreachable)
    await expect(link.send('../etc', utf8('x'))).rejects.toThrow(unreachable)
    const lost = createHttpLink({ addressOf: () => undefined })
    await expect(lost.send(CENTRE, utf8('x'))).rejects.toThrow(unreachable)
  })

  test('a handler that throws: 503 without a body, and the fault is told here', async () => {
    const faults: unknown[] = []
    const { address, link } = await serving(() => Promise.reject(new Error('disk full')), {
      onFault: (error, path) => faults.push([String(error), path]),
    })
    await expect(exchange(link, self, request(utf8('hello')))).rejects.toThrow(unreachable)
    const response = await fetch(`${address}/link/${CENTRE}`, { method: 'POST', body: 'x' })
    expect([response.status, await response.text()]).toEqual([503, ''])
    expect(faults[0]).toEqual(['Error: disk full', `/link/${CENTRE}`])
  })

  test('a body of one byte too many is cut off at the door', async () => {
    const { address } = await serving(async (bytes) => utf8(String(bytes.length)))
    const post = (length: number) =>
      fetch(`${address}/link/${CENTRE}`, { method: 'POST', body: new Uint8Array(length) })
    expect(await (await post(MESSAGE_BYTES_MAX)).text()).toBe(String(MESSAGE_BYTES_MAX))
    expect((await post(MESSAGE_BYTES_MAX + 1)).status).toBe(413)
  })

  test('a body without a stated length is measured as it comes', async () => {
    const { address } = await serving(echo)
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        for (let i = 0; i < 3; i++) controller.enqueue(new Uint8Array(500_000))
        controller.close()
      },
    })
    const init = { method: 'POST', body, duplex: 'half' } as RequestInit
    expect((await fetch(`${address}/link/${CENTRE}`, init)).status).toBe(413)
  })

  test('who opens a connection and says nothing is cut off', async () => {
    const { server } = await serving(echo, { headersTimeoutMs: 100, requestTimeoutMs: 200 })
    const socket = connect(server.port, '127.0.0.1')
    socket.write('POST /link/x HTTP/1.1\r\n')
    const end = await new Promise<string>((resolve) => {
      let text = ''
      socket.on('data', (part) => {
        text += String(part)
      })
      socket.on('close', () => resolve(text))
    })
    expect(end).toContain('408')
  })

  test('a port that is taken is refused with its own code', async () => {
    const { server } = await serving(echo)
    await expect(serveHttp({ port: server.port, handlers: () => undefined })).rejects.toThrow(
      expect.objectContaining({ code: 'link.address-in-use' }),
    )
  })

  test('closing lets the answer under way out, and then nobody is there', async () => {
    const [held, release] = gate()
    const [arrived, arrive] = gate()
    const server = await serveHttp({
      port: 0,
      handlers: () => async (bytes) => {
        arrive()
        await held
        return echo(bytes)
      },
    })
    const address = `http://127.0.0.1:${server.port}`
    const link = createHttpLink({ addressOf: () => address })
    const answer = exchange(link, self, request(utf8('last')))
    await arrived
    const closed = server.close()
    release()
    expect(await answer).toBe(4)
    await closed
    await expect(exchange(link, self, request(utf8('late')))).rejects.toThrow(unreachable)
  })
})

describe('whatever else answers is unreachable', () => {
  test.each<[string, Parameters<typeof createServer>[1]]>([
    ['silence', () => {}],
    ['another status', (_, response) => response.writeHead(201).end('made')],
    ['a redirection', (_, response) => response.writeHead(302, { location: '/' }).end()],
    ['a connection that breaks', (incoming) => incoming.socket.destroy()],
    [
      'an answer that breaks off',
      (incoming, response) => {
        response.writeHead(200, { 'content-length': '100' }).write('half')
        setTimeout(() => incoming.socket.destroy(), 20)
      },
    ],
    [
      'an answer without end',
      (_, response) => {
        const part = new Uint8Array(300_000)
        for (let i = 0; i < 5; i++) response.write(part)
      },
    ],
  ])('%s', async (_, listener) => {
    const address = await other(listener)
    const link = createHttpLink({ addressOf: () => address, timeoutMs: 300 })
    const sent = link.send(CENTRE, utf8('x'))
    await expect(sent).rejects.toThrow(unreachable)
    await expect(sent).rejects.toBeInstanceOf(UnifareError)
  })

  test('a refused connection says so', async () => {
    const link = createHttpLink({ addressOf: () => 'http://127.0.0.1:1' })
    await expect(link.send(CENTRE, utf8('x'))).rejects.toThrow(
      expect.objectContaining({ message: expect.stringContaining('127.0.0.1:1') }),
    )
  })
})
