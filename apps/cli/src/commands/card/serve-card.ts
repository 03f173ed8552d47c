import { existsSync } from 'node:fs'
import {
  ATR,
  insertCard,
  type Pcscd,
  type PcscdPlace,
  startPcscd,
  type VirtualCard,
} from '@unifare/card/node'
import { toHex, UnifareError } from '@unifare/core'
import { EXIT, printJson, printLines } from '../../output.ts'
import { holdCardFile } from './card-file.ts'
import { demoPsam, SERVED_TERMINAL } from './demo-terminal.ts'
import { operatorOf } from './issuer-choice.ts'
import { openKeyRing } from './key-ring.ts'
import { fileSlot, traced } from './open-card.ts'
import type { Language } from './text.ts'

/** What `unifare card serve` is asked. */
export interface ServeOptions {
  readonly json?: boolean
  readonly keys?: string
  readonly trace?: boolean
  readonly lang?: Language
  /** A vpcd that listens: host:port. */
  readonly vpcd?: string
  /** A service apart from the system's, wherever that is allowed. */
  readonly private?: boolean
}

const LOCALHOST = '127.0.0.1'
/** Where the slots of vpcd of the system's PC/SC service listen (reference card 7). */
const VPCD_PORTS = [35_963, 35_964]
const SYSTEM_SOCKET = '/run/pcscd/pcscd.comm'

const SERIALS_FROM = Date.UTC(2026, 0, 1)

/** A card that others can reach now. */
interface Served {
  readonly readers: readonly string[]
  readonly environment: Readonly<Record<string, string>>
  readonly ended: Promise<void>
  stop(): Promise<void>
}

/** Shows a card file in a virtual reader of the PC/SC service until it is interrupted. */
export async function serveCard(file: string, options: ServeOptions): Promise<number> {
  const held = await holdCardFile(file)
  try {
    const slot = fileSlot(held)
    const card: VirtualCard = {
      transmit: (apdu) => traced(slot, 'card', options).transmit(apdu),
      reset: () => slot.reset(),
    }
    const served = await serve(card, options)
    // Ctrl-C may arrive twice, from the terminal and from who started this process: the second
    // must not end it before everything is put back.
    const stopped = new Promise<void>((resolve) => {
      for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, resolve)
    })
    show(served, options)
    await Promise.race([stopped, served.ended])
    await served.stop()
    return EXIT.ok
  } finally {
    held.release()
  }
}

/**
 * The system's service where its virtual reader listens; else a service of our own: in the
 * system's place when that is free and ours to take, so that every client finds it, or apart.
 */
async function serve(card: VirtualCard, options: ServeOptions): Promise<Served> {
  if (options.vpcd !== undefined) return insert(card, addressOf(options.vpcd))
  if (options.private !== true && existsSync(SYSTEM_SOCKET)) {
    const system = await insertInSystem(card)
    if (system) return system
  }
  const free = options.private !== true && !existsSync(SYSTEM_SOCKET)
  const places: readonly PcscdPlace[] = free ? ['system', 'private'] : ['private', 'system']
  return startPcscd({
    card,
    second: await psamOf(options),
    name: 'Unifare card',
    places,
  }) satisfies Promise<Pcscd>
}

/** In the first slot of the system's virtual reader that is free; undefined when it has none. */
async function insertInSystem(card: VirtualCard): Promise<Served | undefined> {
  for (const [slot, port] of VPCD_PORTS.entries()) {
    try {
      return await insert(card, { host: LOCALHOST, port, slot })
    } catch (error) {
      if (!(error instanceof UnifareError) || !error.code.startsWith('vpcd.')) throw error
      if (error.code === 'vpcd.unreachable') return undefined
    }
  }
  return undefined
}

/** The demonstration's PSAM stands in the second slot, as in a terminal. */
async function psamOf(options: ServeOptions): Promise<VirtualCard> {
  const ring = await openKeyRing(options.keys)
  const psam = demoPsam(ring, {
    institution: operatorOf('', 'bus').id,
    terminal: SERVED_TERMINAL,
    // Serials never repeat: this PSAM forgets its own, so it begins at the seconds since then.
    serial: Math.floor((Date.now() - SERIALS_FROM) / 1_000),
  })
  return {
    transmit: (apdu) => traced(psam, 'psam', options).transmit(apdu),
    reset: () => undefined,
  }
}

async function insert(
  card: VirtualCard,
  address: { readonly host: string; readonly port: number; readonly slot?: number },
): Promise<Served> {
  const { host, port, slot = 0 } = address
  const present = await insertCard({ host, port, card })
  return {
    readers: [`Virtual PCD 00 0${slot}`],
    environment: {},
    ended: present.gone,
    stop: () => present.remove(),
  }
}

function addressOf(text: string): { readonly host: string; readonly port: number } {
  const [, host = '', port = ''] = /^(.*):(\d{1,5})$/.exec(text) ?? []
  if (host === '' || Number(port) > 65_535) {
    throw new UnifareError('card.no-source', `--vpcd wants host:port, not "${text}"`)
  }
  return { host, port: Number(port) }
}

function show({ readers, environment }: Served, { json }: ServeOptions): void {
  if (json === true) {
    printJson({ readers, atr: toHex(ATR), environment })
    return
  }
  const [reader = '', second] = readers
  const exports = Object.entries(environment).map(([name, value]) => `export ${name}=${value}`)
  printLines(
    `The card is in reader "${reader}". · 卡片已放入读卡器“${reader}”。`,
    ...(second === undefined
      ? []
      : [`A demonstration PSAM is in "${second}". · 演示 PSAM 在“${second}”。`]),
    '',
    'Try in another window · 在另一窗口试用:',
    ...exports.map((line) => `  ${line}`),
    `  npx unifare card inspect --reader "${reader}"`,
    `  printf '00 A4 04 00 08 A0 00 00 06 32 01 01 05 00\\n80 5C 03 02 04\\n' | scriptor -r "${reader}"`,
    `  opensc-tool --card-driver default -r "${reader}" -s 00A4040008A00000063201010500 -s 805C030204`,
    '',
    'Ctrl-C takes the card out. · 按 Ctrl-C 取出卡片。',
  )
}
