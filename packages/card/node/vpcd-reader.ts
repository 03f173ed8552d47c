import { createServer, type Socket } from 'node:net'
import { cardError } from '../src/errors.ts'
import type { CardTransport } from '../src/reader/transport.ts'
import { readerError } from './errors.ts'
import { deferred, within } from './promises.ts'
import { CONTROL, createFrameReader, frame } from './vpcd-frame.ts'

/** A virtual reader inside this process: vpcd without a PC/SC service around it. */
export interface VpcdReader extends CardTransport {
  /** Port on loopback where a card plugs in. */
  readonly port: number
  /** Waits for a card, powers it and returns its ATR. Throws `reader.no-card`. */
  powerOn(): Promise<Uint8Array>
  /** Warm reset of the card. */
  reset(): void
  close(): Promise<void>
}

/** The one card of the reader and the answer that is waited for. */
interface Plugged {
  readonly socket: Socket
  waiting: ((payload: Uint8Array | undefined) => void) | undefined
}

/**
 * Opens a virtual reader on loopback (reference card 7). A card that does not answer within
 * `timeoutMs`, announces more than it sends, or speaks unasked is thrown out.
 */
export async function openVpcdReader(
  options: { readonly port?: number; readonly timeoutMs?: number } = {},
): Promise<VpcdReader> {
  const { port = 0, timeoutMs = 5_000 } = options
  let plugged: Plugged | undefined
  let onPlugged = deferred<void>()
  const server = createServer((socket) => {
    if (plugged) return void socket.destroy()
    const card: Plugged = { socket, waiting: undefined }
    plugged = card
    onPlugged.resolve()
    listen(card, () => {
      plugged = undefined
      onPlugged = deferred()
    })
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  const address = server.address()
  /** One question, one answer; undefined when the card is gone or too slow. */
  const ask = async (payload: Uint8Array): Promise<Uint8Array | undefined> => {
    const card = plugged
    if (!card) return undefined
    if (card.waiting) throw new TypeError('the card is still answering')
    const answer = deferred<Uint8Array | undefined>()
    card.waiting = answer.resolve
    const timer = setTimeout(() => card.socket.destroy(), timeoutMs)
    card.socket.write(frame(payload))
    const response = await answer.promise
    clearTimeout(timer)
    return response
  }
  return {
    port: typeof address === 'object' && address !== null ? address.port : port,
    async powerOn() {
      if ((await within(timeoutMs, onPlugged.promise)) === 'late') {
        throw readerError('reader.no-card', `none came within ${timeoutMs} ms`)
      }
      plugged?.socket.write(frame(Uint8Array.of(CONTROL.powerOn)))
      const atr = await ask(Uint8Array.of(CONTROL.getAtr))
      if (!atr || atr.length === 0) throw readerError('reader.no-card', 'no answer to reset')
      return atr
    },
    reset() {
      plugged?.socket.write(frame(Uint8Array.of(CONTROL.reset)))
    },
    async transmit(apdu) {
      if (apdu.length < 4) throw new TypeError('a command has at least four bytes')
      const response = await ask(apdu)
      if (!response) throw cardError('card.torn')
      return response
    },
    async close() {
      const closed = new Promise((resolve) => server.close(resolve))
      plugged?.socket.destroy()
      await closed
    },
  }
}

function listen(card: Plugged, onGone: () => void): void {
  const frames = createFrameReader()
  const { socket } = card
  socket.setNoDelay(true)
  socket.on('data', (chunk) => {
    for (const payload of frames.push(chunk)) {
      const { waiting } = card
      card.waiting = undefined
      if (waiting) waiting(payload)
      else socket.destroy()
    }
  })
  // The close that follows an error tells all there is to know.
  socket.on('error', () => undefined)
  socket.on('close', () => {
    onGone()
    card.waiting?.(undefined)
    card.waiting = undefined
  })
}
