import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePorts } from '@unifare/core/testing'
import { type RabbitServer, startRabbitServer } from './rabbit-server.ts'
import type { TestBrokers } from './test-brokers.ts'

/**
 * Starts a RabbitMQ server with a name service of its own (epmd), in a folder of its own. One: three
 * of them take half a minute to find each other here. Another, empty one starts meanwhile and takes
 * its address when it is wiped: a server takes seconds to start.
 */
export async function startTestRabbit(): Promise<TestBrokers> {
  const dir = await mkdtemp(join(tmpdir(), 'unifare-rabbit-'))
  const [epmdPort = 0, ...ports] = await freePorts(5)
  const epmd = spawn('/usr/bin/epmd', ['-port', String(epmdPort), '-address', '127.0.0.1'], {
    stdio: 'ignore',
  })
  const killEpmd = () => void epmd.kill('SIGKILL')
  process.once('exit', killEpmd)
  const start = (name: string, [port = 0, peerPort = 0]: readonly number[]) =>
    startRabbitServer({ name, dir, ports: [port, peerPort], epmdPort })

  let current = await start('first', ports.slice(0, 2))
  const address = await openAddress(() => current)
  const servers = [current]

  async function stop(): Promise<void> {
    address.close()
    await Promise.all(servers.map((server) => server.kill()))
    killEpmd()
    process.removeListener('exit', killEpmd)
    await rm(dir, { recursive: true, force: true, maxRetries: 5 })
  }

  try {
    await current.ready
  } catch (error) {
    await stop()
    throw error
  }
  const spare = await start('second', ports.slice(2))
  servers.push(spare)
  return {
    addresses: `amqp://127.0.0.1:${address.port}`,
    async wipe() {
      if (current === spare) throw new TypeError('it is wiped once')
      await spare.ready
      await current.kill()
      address.cut()
      current = spare
    },
    stop,
  }
}

/** An address that leads to whichever server is the one at the moment. */
async function openAddress(current: () => RabbitServer) {
  const open = new Set<Socket>()
  const listener = createServer((socket) => {
    const onward = connect(current().port, '127.0.0.1')
    for (const [one, other] of [
      [socket, onward],
      [onward, socket],
    ] as const) {
      open.add(one)
      one.on('error', () => undefined)
      one.on('close', () => {
        open.delete(one)
        other.destroy()
      })
      one.pipe(other)
    }
  }).listen(0, '127.0.0.1')
  await once(listener, 'listening')
  const cut = () => {
    for (const socket of open) socket.destroy()
  }
  return {
    port: (listener.address() as AddressInfo).port,
    cut,
    close() {
      listener.close()
      cut()
    },
  }
}
