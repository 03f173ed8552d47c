import { connect, createServer, type Server, type Socket } from 'node:net'
import { fromHex } from '@unifare/core'
import type { CardTransport } from '../src/reader/transport.ts'
import { readerError } from './errors.ts'
import { deferred, within } from './promises.ts'
import { CONTROL, createFrameReader, frame } from './vpcd-frame.ts'

/** What can be put in a virtual reader: a card slot, or a PSAM. */
export interface VirtualCard extends CardTransport {
  /** Power was lost: open transactions are gone. */
  reset(): void
}

/** Answer to reset of a contactless card behind a reader: T=0 and T=1, one historical byte. */
export const ATR = fromHex('3B8180018080')

/** A frame that was begun must end within this time, or the connection is cut. */
const STALL_MS = 10_000
/** vpcd asks for the ATR more than once a second. */
const PATIENCE_MS = 3_000

/** A card in a virtual reader. */
export interface VirtualPresence {
  /** Resolves when the reader has gone, or the card was taken out. Rejects when the card failed. */
  readonly gone: Promise<void>
  /** Takes the card out. */
  remove(): Promise<void>
}

/**
 * Puts a card into a vpcd that listens, as its clients do (reference card 7). Resolves once vpcd
 * has asked for the card. Throws `vpcd.unreachable`, or `vpcd.taken` when vpcd lets the card wait
 * behind another one.
 */
export async function insertCard(options: {
  readonly host: string
  readonly port: number
  readonly card: VirtualCard
  /** How long vpcd may take to ask for the card. */
  readonly patienceMs?: number
}): Promise<VirtualPresence> {
  const { host, port, card, patienceMs = PATIENCE_MS } = options
  const place = `${host}:${port}`
  const socket = await new Promise<Socket>((resolve, reject) => {
    const opening = connect({ host, port })
    opening.once('connect', () => resolve(opening))
    opening.once('error', ({ message }) => reject(readerError('vpcd.unreachable', message)))
  })
  const polled = deferred<boolean>()
  const gone = answer(socket, card, () => polled.resolve(true))
  const ended = gone.then(
    () => polled.resolve(false),
    () => polled.resolve(false),
  )
  const remove = async () => {
    socket.destroy()
    await ended
  }
  if ((await within(patienceMs, polled.promise)) !== true) {
    await remove()
    throw readerError('vpcd.taken', `${place} does not ask for the card`, { place })
  }
  return { gone, remove }
}

/**
 * Waits for a vpcd that connects out to its card (device name `host:port`), so that no reader
 * listens on the network. Listens on loopback only.
 */
export function offerCard(card: VirtualCard, port = 0): Promise<VirtualPresence & OfferedCard> {
  const sockets = new Set<Socket>()
  const met = deferred<void>()
  const gone = deferred<void>()
  const server: Server = createServer((socket) => {
    if (sockets.size > 0) return void socket.destroy()
    sockets.add(socket)
    answer(socket, card, met.resolve).then(gone.resolve, gone.reject)
  })
  // Nobody may be waiting for the end of the card when it comes.
  gone.promise.catch(() => undefined)
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => {
      const address = server.address()
      resolve({
        port: typeof address === 'object' && address !== null ? address.port : port,
        met: met.promise,
        gone: gone.promise,
        async remove() {
          const closed = new Promise((done) => server.close(done))
          for (const socket of sockets) socket.destroy()
          await closed
        },
      })
    })
  })
}

/** Where an offered card waits, and when the reader took it. */
export interface OfferedCard {
  readonly port: number
  readonly met: Promise<void>
}

/**
 * The card's end of a connection: answers what the reader sends, one thing after the other, until
 * the connection ends. Reading stops while the card works, so a peer cannot pile up commands.
 */
async function answer(socket: Socket, card: VirtualCard, onPoll: () => void): Promise<void> {
  const frames = createFrameReader()
  socket.setNoDelay(true)
  socket.on('timeout', () => socket.destroy())
  card.reset()
  try {
    for await (const chunk of socket as AsyncIterable<Uint8Array>) {
      for (const payload of frames.push(chunk)) {
        if (payload.length === 1 && payload[0] === CONTROL.getAtr) onPoll()
        const response = await respond(card, payload)
        if (response) await send(socket, frame(response))
      }
      socket.setTimeout(frames.pending() ? STALL_MS : 0)
    }
  } catch (error) {
    // A lost connection is a card that left; anything else is the card's own failure.
    if (!isSocketError(error)) throw error
  } finally {
    socket.destroy()
    card.reset()
  }
}

async function respond(card: VirtualCard, payload: Uint8Array): Promise<Uint8Array | undefined> {
  if (payload.length > 1) return card.transmit(payload)
  const control = payload[0]
  if (control === CONTROL.getAtr) return ATR
  // Power off, power on and reset: to a card they are one thing, and none of them is answered.
  if (control !== undefined && control <= CONTROL.reset) card.reset()
  return undefined
}

function send(socket: Socket, bytes: Uint8Array): Promise<void> {
  return new Promise((resolve) => socket.write(bytes, () => resolve()))
}

function isSocketError(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  return /^(ECONN|EPIPE|ERR_STREAM|ERR_SOCKET|ETIMEDOUT|ABORT_ERR)/.test(code)
}
