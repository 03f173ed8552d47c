import { existsSync } from 'node:fs'
import { mkdtemp, rm, rmdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { readerError } from './errors.ts'
import {
  hasPcscd,
  type Launched,
  launch,
  launchCommands,
  type PcscdPlace,
  SYSTEM_SOCKET,
  socketOf,
  writeConfiguration,
} from './pcscd-launch.ts'
import { within } from './promises.ts'
import { offerCard, type VirtualCard } from './vpcd-card.ts'

/** A PC/SC service with our virtual reader in it. */
export interface Pcscd {
  readonly pid: number
  /** The two readers: the first holds the card, the second the other one. */
  readonly readers: readonly [string, string]
  /** What clients need in their environment to find it; empty in the system's place. */
  readonly environment: Readonly<Record<string, string>>
  /** Resolves when the service has ended, by itself or by `stop`. */
  readonly ended: Promise<void>
  stop(): Promise<void>
}

export interface PcscdOptions {
  readonly card: VirtualCard
  /** In the second slot; a card without any application when not given. */
  readonly second?: VirtualCard
  /** Name of the reader; the service adds the slot. */
  readonly name?: string
  /** Private, and the system's where that is not allowed, when not given. */
  readonly places?: readonly PcscdPlace[]
  /**
   * Folder of a private service, made and removed here. The PC/SC library remembers it: a process
   * that was a client once finds no service in another folder.
   */
  readonly folder?: string
}

const START_MS = 10_000
const FREE_MS = 20_000
const POLL_MS = 10
const PORT_TRIES = 20

/** A card that answers its reset and knows no application. */
const emptyCard: VirtualCard = {
  reset: () => undefined,
  transmit: async () => Uint8Array.of(0x6a, 0x82),
}

/**
 * Starts a PC/SC service whose virtual reader connects out to our cards on loopback, so nothing
 * listens on the network. The driver has two slots and aborts the service when it loses one of
 * them, so both are held for as long as the service runs. Throws `pcscd.missing` or
 * `pcscd.failed`.
 */
export async function startPcscd(options: PcscdOptions): Promise<Pcscd> {
  if (!hasPcscd()) throw readerError('pcscd.missing', 'apt-get install pcscd vsmartcard-vpcd')
  const folder = options.folder ?? (await mkdtemp(join(tmpdir(), 'unifare-pcsc-')))
  const faults: string[] = []
  for (const attempt of launchCommands(folder, options.places ?? ['private', 'system'])) {
    const started = await startOnce({ ...options, ...attempt, folder })
    if (typeof started !== 'string') return started
    faults.push(started)
  }
  const hint = 'run it as root, or start the system service and use its virtual reader'
  throw readerError('pcscd.failed', `${[...new Set(faults)].join(' | ')}. ${hint}`)
}

/** The service, or why this way of starting it does not work here. */
async function startOnce(
  options: PcscdOptions & {
    readonly folder: string
    readonly place: PcscdPlace
    readonly command: readonly string[]
  },
): Promise<Pcscd | string> {
  const { card, second = emptyCard, name = 'Unifare', folder, place } = options
  if (place === 'system' && !(await isFree())) return `another service has ${SYSTEM_SOCKET}`
  const slots = await offerTwo(card, second)
  await writeConfiguration(folder, { name, port: slots[0].port })
  const home = dirname(SYSTEM_SOCKET)
  const hadHome = place === 'private' || existsSync(home)
  const service = launch(options.command)
  const stop = async () => {
    await service.end()
    await Promise.all(slots.map((slot) => slot.remove()))
    await rm(folder, { recursive: true, force: true })
    // Somebody else may have moved in.
    if (!hadHome) await rmdir(home).catch(() => undefined)
  }
  const socket = place === 'private' ? socketOf(folder) : SYSTEM_SOCKET
  const met = Promise.all([...slots.map((slot) => slot.met), appears(socket, service)])
  const ready = met.then(() => 'ready' as const)
  const first = await within(START_MS, Promise.race([ready, service.ended]))
  if (first !== 'ready') {
    await stop()
    return first === 'late' ? `not ready after ${START_MS} ms: ${service.log()}` : service.log()
  }
  return {
    pid: service.pid,
    readers: [`${name} 00 00`, `${name} 00 01`],
    environment: place === 'private' ? { PCSCLITE_CSOCK_NAME: socket } : {},
    ended: service.ended,
    stop,
  }
}

/** Waits for the system's place: two of our own services may want it one after the other. */
async function isFree(): Promise<boolean> {
  for (let waited = 0; existsSync(SYSTEM_SOCKET); waited += POLL_MS) {
    if (waited >= FREE_MS) return false
    await new Promise((resolve) => setTimeout(resolve, POLL_MS))
  }
  return true
}

/** Resolves when the service listens; the driver may ask for its cards before that. */
async function appears(socket: string, service: Launched): Promise<void> {
  let over = false
  void service.ended.then(() => {
    over = true
  })
  while (!over && !existsSync(socket)) await new Promise((resolve) => setTimeout(resolve, POLL_MS))
}

/** The driver takes the port it is told for its first slot, and the next one for the second. */
async function offerTwo(first: VirtualCard, second: VirtualCard) {
  for (let round = 0; round < PORT_TRIES; round++) {
    const one = await offerCard(first)
    const two = await offerCard(second, one.port + 1).catch(() => undefined)
    if (two) return [one, two] as const
    await one.remove()
  }
  throw readerError('pcscd.failed', 'no two free ports beside each other')
}
