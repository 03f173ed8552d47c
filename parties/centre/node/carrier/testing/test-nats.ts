import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { jetstreamManager } from '@nats-io/jetstream'
import { connect } from '@nats-io/transport-node'
import { freePorts } from '@unifare/core/testing'
import type { TestBrokers } from './test-brokers.ts'

const PROGRAM = '/usr/sbin/nats-server'

/** A cluster of which one server can be lost. */
export interface TestNats extends TestBrokers {
  /** Ends the server that leads, as a crash does; the others go on. */
  killLeader(): Promise<void>
}

const SERVERS = 3

/** Starts three NATS servers with JetStream, in a folder of their own. */
export async function startTestNats(): Promise<TestNats> {
  const dir = await mkdtemp(join(tmpdir(), 'unifare-nats-'))
  const ports = await freePorts(SERVERS * 2)
  const routes = ports.slice(SERVERS).map((port) => `"nats://127.0.0.1:${port}"`)
  const servers = new Map<string, ChildProcess>()
  const killAll = () => {
    for (const server of servers.values()) server.kill('SIGKILL')
  }
  process.once('exit', killAll)

  async function start(): Promise<void> {
    for (let i = 0; i < SERVERS; i++) {
      const name = `n${i}`
      const cluster = `cluster { name: test, listen: "127.0.0.1:${ports[SERVERS + i]}", routes: [${routes.join(', ')}] }`
      const config = [
        `server_name: ${name}`,
        `listen: "127.0.0.1:${ports[i]}"`,
        `jetstream { store_dir: "${join(dir, 'data', name)}", max_file: 8GB }`,
        cluster,
      ]
      const file = join(dir, `${name}.conf`)
      await writeFile(file, config.join('\n'))
      servers.set(name, spawn(PROGRAM, ['-c', file, '-l', join(dir, `${name}.log`)]))
    }
  }

  async function kill(name: string): Promise<void> {
    const server = servers.get(name)
    servers.delete(name)
    if (server === undefined || server.exitCode !== null || server.signalCode !== null) return
    const ended = once(server, 'exit')
    server.kill('SIGKILL')
    await ended
  }

  await start()
  const hosts = ports.slice(0, SERVERS).map((port) => `127.0.0.1:${port}`)
  return {
    addresses: hosts.map((host) => `nats://${host}`).join(','),
    async killLeader() {
      const connection = await connect({ servers: hosts })
      try {
        const manager = await jetstreamManager(connection)
        const { cluster } = await manager.streams.info('unifare-carried')
        await kill(cluster?.leader ?? '')
      } finally {
        await connection.close()
      }
    },
    async wipe() {
      for (const name of servers.keys()) await kill(name)
      await rm(join(dir, 'data'), { recursive: true, force: true })
      await start()
    },
    async stop() {
      for (const name of servers.keys()) await kill(name)
      process.removeListener('exit', killAll)
      await rm(dir, { recursive: true, force: true })
    },
  }
}
