import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { within } from './promises.ts'

/** Where a PC/SC service of ours lives. */
export type PcscdPlace =
  /** Own folder and own name space: clients find it by an environment variable. */
  | 'private'
  /** The system's place: every client finds it. Needs root, and no other service there. */
  | 'system'

/** A service that was started. */
export interface Launched {
  readonly pid: number
  /** Its last words, for the message when it fails. */
  log(): string
  /** Resolves when it has ended. */
  readonly ended: Promise<void>
  end(): Promise<void>
}

const PROGRAM = '/usr/sbin/pcscd'
const DRIVER = '/usr/lib/pcsc/drivers/serial/libifdvpcd.so'
/** Where clients look for a service when their environment names none. */
export const SYSTEM_SOCKET = '/run/pcscd/pcscd.comm'
const STOP_MS = 3_000
const LOG_BYTES = 4_096

/** True where pcscd and the driver of the virtual reader are installed. */
export function hasPcscd(): boolean {
  return existsSync(PROGRAM) && existsSync(DRIVER)
}

/** Name of the socket of a private service in its folder. */
export function socketOf(folder: string): string {
  return join(folder, 'run/pcscd.comm')
}

/** Writes the only configuration that the service will read: a virtual reader that connects out. */
export async function writeConfiguration(
  folder: string,
  reader: { readonly name: string; readonly port: number },
): Promise<void> {
  await mkdir(join(folder, 'conf'), { recursive: true })
  await mkdir(join(folder, 'run'), { recursive: true })
  const lines = [
    `FRIENDLYNAME "${reader.name}"`,
    `DEVICENAME   127.0.0.1:${reader.port}`,
    `LIBPATH      ${DRIVER}`,
    'CHANNELID    0',
  ]
  await writeFile(join(folder, 'conf/unifare'), `${lines.join('\n')}\n`)
}

/**
 * Commands that may start a service, in the order of the places asked for. pcscd keeps its socket in /run/pcscd and nowhere
 * else, so a private one gets its own view of that folder: as root, in a name space of the user,
 * or by sudo where that asks no question. The service dies with its parent.
 */
export function launchCommands(
  folder: string,
  places: readonly PcscdPlace[],
): { readonly place: PcscdPlace; readonly command: readonly string[] }[] {
  const service = ['setpriv', '--pdeathsig', 'TERM', PROGRAM, '-f', '-c', join(folder, 'conf')]
  const inside = ['sh', '-c', OWN_RUN, 'sh', join(folder, 'run'), ...service]
  const root = process.getuid?.() === 0
  const prefixes = root
    ? [['unshare', '--mount']]
    : [
        ['unshare', '--user', '--map-root-user', '--mount'],
        ['sudo', '-n', 'unshare', '--mount'],
      ]
  const ways: Readonly<Record<PcscdPlace, readonly (readonly string[])[]>> = {
    private: prefixes.map((prefix) => [...prefix, ...inside]),
    system: root ? [service] : [],
  }
  return places.flatMap((place) => ways[place].map((command) => ({ place, command })))
}

const OWN_RUN =
  'mount -t tmpfs tmpfs /run && mkdir /run/pcscd && mount --bind "$1" /run/pcscd && shift && exec "$@"'

/** Starts a service in the foreground of its own process. */
export function launch([program = '', ...args]: readonly string[]): Launched {
  const child: ChildProcess = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  let text = ''
  const add = (chunk: Buffer) => {
    text = (text + chunk.toString('utf8')).slice(-LOG_BYTES)
  }
  child.stdout?.on('data', add)
  child.stderr?.on('data', add)
  child.once('error', ({ message }) => add(Buffer.from(message)))
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()))
  return {
    pid: child.pid ?? 0,
    ended,
    log: () => text.trim().split('\n').slice(-3).join('; ') || 'it said nothing',
    async end() {
      child.kill('SIGTERM')
      if ((await within(STOP_MS, ended)) === 'late') child.kill('SIGKILL')
      await ended
    },
  }
}
