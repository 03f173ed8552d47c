import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { connect } from 'amqplib'
import { freePorts } from './free-ports.ts'
import type { TestBrokers } from './test-brokers.ts'

const HOMES = '/usr/lib/rabbitmq/lib'
const START_MS = 60_000

/**
 * Starts RabbitMQ servers, a cluster where there are several, with a name service of their own
 * (epmd), in a folder of their own.
 */
export async function startTestRabbit(count = 1): Promise<TestBrokers> {
  const dir = await mkdtemp(join(tmpdir(), 'unifare-rabbit-'))
  const [epmdPort = 0, ...ports] = await freePorts(1 + count * 2)
  const version = readdirSync(HOMES)[0] ?? ''
  const names = Array.from({ length: count }, (_, i) => `unifare${i}@localhost`)
  const servers: ChildProcess[] = []
  const epmd = spawn('/usr/bin/epmd', ['-port', String(epmdPort), '-address', '127.0.0.1'], {
    stdio: 'ignore',
  })
  const killAll = () => {
    epmd.kill('SIGKILL')
    for (const server of servers) killGroup(server)
  }
  process.once('exit', killAll)

  async function startOne(i: number): Promise<ChildProcess> {
    const peers = names.map(
      (name, k) => `cluster_formation.classic_config.nodes.${k + 1} = ${name}`,
    )
    const config = [
      `listeners.tcp.1 = 127.0.0.1:${ports[i]}`,
      'cluster_formation.peer_discovery_backend = classic_config',
      ...peers,
      'cluster_formation.randomized_startup_delay_range.min = 0',
      'cluster_formation.randomized_startup_delay_range.max = 1',
      'log.file = false',
      'vm_memory_high_watermark.absolute = 1GB',
      'disk_free_limit.absolute = 50MB',
    ]
    await writeFile(join(dir, `${i}.conf`), `${config.join('\n')}\n`)
    await writeFile(join(dir, 'plugins'), '[].\n')
    // A group of its own: the script that is started starts the server.
    return spawn(join(HOMES, version, 'sbin/rabbitmq-server'), [], {
      detached: true,
      stdio: 'ignore',
      env: {
        PATH: process.env['PATH'],
        HOME: dir,
        LANG: 'C.UTF-8',
        ERL_EPMD_PORT: String(epmdPort),
        ERL_EPMD_ADDRESS: '127.0.0.1',
        RABBITMQ_NODENAME: names[i],
        RABBITMQ_DIST_PORT: String(ports[count + i]),
        RABBITMQ_CONFIG_FILE: join(dir, String(i)),
        RABBITMQ_CONF_ENV_FILE: join(dir, 'none'),
        RABBITMQ_ENABLED_PLUGINS_FILE: join(dir, 'plugins'),
        RABBITMQ_MNESIA_BASE: join(dir, 'data', String(i)),
        RABBITMQ_LOG_BASE: dir,
        RABBITMQ_RUNNING_UNDER_SYSTEMD: 'true',
        RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS:
          '-setcookie unifare -kernel inet_dist_use_interface {127,0,0,1} +S 1:1',
      },
    })
  }

  async function start(): Promise<void> {
    for (let i = 0; i < count; i++) servers.push(await startOne(i))
    for (let i = 0; i < count; i++) await answers(ports[i] ?? 0)
  }

  async function kill(server: ChildProcess): Promise<void> {
    if (server.exitCode !== null || server.signalCode !== null) return
    const ended = once(server, 'exit')
    killGroup(server)
    await ended
  }

  async function killServers(): Promise<void> {
    for (const server of servers.splice(0)) await kill(server)
  }

  async function stop(): Promise<void> {
    await killServers()
    epmd.kill('SIGKILL')
    process.removeListener('exit', killAll)
    await rm(dir, { recursive: true, force: true, maxRetries: 5 })
  }

  try {
    await start()
  } catch (error) {
    await stop()
    throw error
  }
  return {
    addresses: ports
      .slice(0, count)
      .map((port) => `amqp://127.0.0.1:${port}`)
      .join(','),
    async killLeader() {
      // The first of them made the queues, and leads them.
      const first = servers.shift()
      if (first !== undefined) await kill(first)
    },
    async wipe() {
      await killServers()
      await rm(join(dir, 'data'), { recursive: true, force: true, maxRetries: 5 })
      await start()
    },
    stop,
  }
}

function killGroup(server: ChildProcess): void {
  if (server.pid === undefined) return
  try {
    process.kill(-server.pid, 'SIGKILL')
  } catch {
    // It ended before.
  }
}

async function answers(port: number): Promise<void> {
  const until = performance.now() + START_MS
  for (;;) {
    try {
      const model = await connect(`amqp://127.0.0.1:${port}`, { timeout: 5_000 })
      await model.close()
      return
    } catch (error) {
      if (performance.now() > until) throw error
    }
    await sleep(100)
  }
}
