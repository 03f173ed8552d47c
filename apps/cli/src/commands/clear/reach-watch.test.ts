import { once } from 'node:events'
import { type AddressInfo, createServer, type Server } from 'node:net'
import { readAddresses } from '@unifare/centre/node'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { watchPlaces } from './reach-watch.ts'

const endings: (() => unknown)[] = []
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end()
})

/** A server that says this word when it is connected to; none for silence. */
async function listen(word: string, port = 0): Promise<{ server: Server; port: number }> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined)
    endings.push(() => socket.destroy())
    if (word !== '') socket.write(word)
  }).listen(port, '127.0.0.1')
  await once(server, 'listening')
  return { server, port: (server.address() as AddressInfo).port }
}

async function freePort(): Promise<number> {
  const { server, port } = await listen('')
  await new Promise((closed) => server.close(closed))
  return port
}

function watch(places: readonly URL[]): string[] {
  const told: string[] = []
  const watching = watchPlaces(places, (line) => told.push(line))
  endings.push(() => watching.close())
  return told
}

describe('databases and brokers', () => {
  it('that do not answer are told at once, each once, by its address without a password', async () => {
    const here = await listen('INFO {}\r\n')
    endings.push(() => here.server.close())
    const away = await freePort()
    const told = watch(
      readAddresses(`nats://clerk:secret@127.0.0.1:${away},127.0.0.1:${here.port}`).urls,
    )
    await vi.waitFor(() => expect(told.length).toBeGreaterThan(0), 1_000)
    expect(told).toEqual([
      `nats://127.0.0.1:${away} does not answer (ECONNREFUSED): it is tried until it does · 未应答，持续重试`,
    ])
    // It begins late: that is told too, and the other one never.
    const late = await listen('INFO {}\r\n', away)
    endings.push(() => late.server.close())
    await vi.waitFor(() => expect(told.length).toBe(2), 5_000)
    expect(told[1]).toBe(`nats://127.0.0.1:${away} answers · 已恢复应答`)
  })

  it('that take a connection and say nothing do not answer either', async () => {
    const silent = await listen('')
    endings.push(() => silent.server.close())
    const told = watch([new URL(`amqp://127.0.0.1:${silent.port}`)])
    await vi.waitFor(() => expect(told.join('')).toContain('does not answer (silent)'), 5_000)
  }, 10_000)

  it('are databases too: a server answers the greeting of its kind', async () => {
    const asked: string[] = []
    const server = createServer((socket) => {
      socket.on('error', () => undefined)
      socket.on('data', (bytes) => {
        asked.push(bytes.toString('hex'))
        socket.end('N')
      })
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    endings.push(() => server.close())
    const { port } = server.address() as AddressInfo
    const away = await freePort()
    const told = watch([
      new URL(`postgres://u:secret@127.0.0.1:${port}/x`),
      new URL(`postgresql://u@127.0.0.1:${away}/x`),
      new URL('postgres:///x?host=/run/postgresql'),
    ])
    await vi.waitFor(() => expect([asked.length, told.length]).toEqual([1, 1]), 1_000)
    expect(asked).toEqual(['00000008' + '04d2162f'])
    expect(told[0]).toMatch(/^postgresql:\/\/127\.0\.0\.1:\d+ does not answer \(ECONNREFUSED\)/)
  })
})
