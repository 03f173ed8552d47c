import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { connect } from 'amqplib'

const HOMES = '/usr/lib/rabbitmq/lib'
const START_MS = 60_000
/** The largest message that it takes. */
export const RABBIT_MAX_BYTES = 64 * 1024

/** A RabbitMQ server of its own. */
export interface RabbitServer {
  readonly port: number
  /** Resolves when it takes connections. */
  readonly ready: Promise<void>
  /** Ends it at once, as a crash does. */
  kill(): Promise<void>
}

/** Starts a server under a name, with nothing in it, in a folder of its own. */
export async function startRabbitServer(options: {
  readonly name: string
  readonly dir: string
  readonly ports: readonly [port: number, peerPort: number]
  readonly epmdPort: number
}): Promise<RabbitServer> {
  const { name, epmdPort } = options
  const [port, peerPort] = options.ports
  const dir = join(options.dir, name)
  await mkdir(dir)
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
    RABBITMQ_NODENAME: `${name}@localhost`,
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
  // A group of its own: the script that is started starts the server.
  const server = spawn(program, [], { detached: true, stdio: 'ignore', env })
  const killNow = () => killGroup(server)
  process.once('exit', killNow)
  const ended = once(server, 'exit')
  const ready = answers(port)
  // Who waits for it hears of it; a spare one may never be needed.
  ready.catch(() => undefined)
  return {
    port,
    ready,
    async kill() {
      killGroup(server)
      await ended
      process.removeListener('exit', killNow)
      await rm(dir, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}

function killGroup(server: ChildProcess): void {
  if (server.pid === undefined || server.exitCode !== null || server.signalCode !== null) return
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
