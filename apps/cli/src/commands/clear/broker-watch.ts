import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { readAddresses } from '@unifare/centre/node'

const ANSWER_MS = 2_000
const LOOK_MS = 2_000
/** One that answered is looked at seldom: every look is a line in its log. */
const LOOK_AGAIN_MS = 60_000

/** How each kind of broker is greeted, and where it listens when its address names no port. */
const KINDS: Readonly<Record<string, { readonly port: number; readonly greeting: string }>> = {
  // It speaks first.
  nats: { port: 4222, greeting: '' },
  amqp: { port: 5672, greeting: 'AMQP\0\0\x09\x01' },
  // Within TLS: that somebody takes the connection must do.
  amqps: { port: 5671, greeting: '' },
}

/**
 * Tells of every broker that does not answer, at once and once, and when it does again, until it is
 * closed. The carrier itself tries on and uses whichever answers.
 */
export function watchBrokers(
  carrier: string,
  tell: (line: string) => void,
): { close(): Promise<void> } {
  const { scheme, urls } = readAddresses(carrier)
  const stop = new AbortController()
  const { signal } = stop
  const watch = async (url: URL) => {
    // Without what stands before the host: it may hold a password.
    const name = `${scheme}://${url.host}`
    let away = false
    while (!signal.aborted) {
      const fault = await probe(scheme, url, signal)
      if (signal.aborted) break
      if (fault !== undefined && !away) {
        tell(`${name} does not answer (${fault}): it is tried until it does · 未应答，持续重试`)
      }
      if (fault === undefined && away) tell(`${name} answers · 已恢复应答`)
      away = fault !== undefined
      await sleep(away ? LOOK_MS : LOOK_AGAIN_MS, undefined, { signal, ref: false }).catch(
        () => undefined,
      )
    }
  }
  const watching = Promise.all(urls.map(watch))
  return {
    async close() {
      stop.abort()
      await watching
    },
  }
}

/** What is wrong with a broker; nothing when it says a word. */
async function probe(scheme: string, url: URL, signal: AbortSignal): Promise<string | undefined> {
  const { port, greeting } = KINDS[scheme] ?? { port: 0, greeting: '' }
  const socket = connect({
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: Number(url.port) || port,
    signal,
  })
  socket.setTimeout(ANSWER_MS)
  try {
    return await answerOf(socket, scheme === 'amqps' ? 'connect' : 'data', greeting)
  } finally {
    socket.destroy()
  }
}

function answerOf(
  socket: Socket,
  word: 'connect' | 'data',
  greeting: string,
): Promise<string | undefined> {
  return new Promise((resolve) => {
    socket.once('connect', () => {
      if (greeting !== '') socket.write(greeting, 'latin1')
    })
    socket.once(word, () => resolve(undefined))
    socket.once('timeout', () => resolve('silent'))
    socket.once('close', () => resolve('closed'))
    socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
  })
}
