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
/** The largest message that it takes. */
export const RABBIT_MAX_BYTES = 64 * 1024

/**
 * Starts a RabbitMQ server with a name service of its own (epmd), in a folder of its own. One: three
 * of them take half a minute to find each other here.
 */
export async function startTestRabbit(): Promise<TestBrokers> {
  const dir = await mkdtemp(join(tmpdir(), 'unifare-rabbit-'))
  const [epmdPort = 0, port = 0, peerPort = 0] = await freePorts(3)
  const epmd = spawn('/usr/bin/epmd', ['-port', String(epmdPort), '-address', '127.0.0.1'], {
    stdio: 'ignore',
  })
  const config = [
    `listeners.tcp.1 = 127.0.0.1:${port}`,
    'log.file = false',
    `max_message_size = ${RABBIT_MAX_BYTES}`,
    'vm_memory_high_watermark.absolute = 1GB',
    'disk_free_limit.absolute = 50MB',
  ]
  await writeFile(join(dir, 'test.conf'), `${config.join('\n')}\n`)
  await writeFile(join(dir, 'plugins'), '[].\n')
  const env = {
    PATH: process.env['PATH'],
    HOME: dir,
    LANG: 'C.UTF-8',
    ERL_EPMD_PORT: String(epmdPort),
    ERL_EPMD_ADDRESS: '127.0.0.1',
    RABBITMQ_NODENAME: 'unifare@localhost',
    RABBITMQ_DIST_PORT: String(peerPort),
    RABBITMQ_CONFIG_FILE: join(dir, 'test'),
    RABBITMQ_CONF_ENV_FILE: join(dir, 'none'),
    RABBITMQ_ENABLED_PLUGINS_FILE: join(dir, 'plugins'),
    RABBITMQ_MNESIA_BASE: join(dir, 'data'),
    RABBITMQ_LOG_BASE: dir,
    RABBITMQ_RUNNING_UNDER_SYSTEMD: 'true',
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS:
      '-setcookie unifare -kernel inet_dist_use_interface {127,0,0,1} +S 1:1',
  }
  const program = join(HOMES, readdirSync(HOMES)[0] ?? '', 'sbin/rabbitmq-server')
  let server: ChildProcess | undefined
  const killAll = () => {
    epmd.kill('SIGKILL')
    killGroup(server)
  }
  process.once('exit', killAll)

  async function start(): Promise<void> {
    // A group of its own: the script that is started starts the server.
    server = spawn(program, [], { detached: true, stdio: 'ignore', env })
    await answers(port)
  }

  async function kill(): Promise<void> {
    if (server === undefined || server.exitCode !== null || server.signalCode !== null) return
    const ended = once(server, 'exit')
    killGroup(server)
    await ended
  }

  async function stop(): Promise<void> {
    await kill()
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
    addresses: `amqp://127.0.0.1:${port}`,
    async wipe() {
      await kill()
      await rm(join(dir, 'data'), { recursive: true, force: true, maxRetries: 5 })
      await start()
    },
    stop,
  }
}

function killGroup(server: ChildProcess | undefined): void {
  if (server?.pid === undefined) return
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
