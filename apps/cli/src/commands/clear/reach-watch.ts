import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

const ANSWER_MS = 2_000
const LOOK_MS = 2_000
/** One that answered is looked at seldom: every look is a line in its log. */
const LOOK_AGAIN_MS = 60_000

interface Kind {
  /** Where it listens when its address names no port. */
  readonly port: number
  /** What it answers; nothing where it speaks first. */
  readonly greeting: string
  readonly word: 'connect' | 'data'
}

/** "Do you speak TLS?", which a server answers with one letter and forgets. */
const POSTGRES: Kind = { port: 5432, greeting: '\0\0\0\x08\x04\xd2\x16\x2f', word: 'data' }
const KINDS: Readonly<Record<string, Kind>> = {
  'nats:': { port: 4222, greeting: '', word: 'data' },
  'amqp:': { port: 5672, greeting: 'AMQP\0\0\x09\x01', word: 'data' },
  // Within TLS: that somebody takes the connection must do.
  'amqps:': { port: 5671, greeting: '', word: 'connect' },
  'postgres:': POSTGRES,
  'postgresql:': POSTGRES,
}

/**
 * Tells of every database and broker that does not answer, at once and once, and when it does again,
 * until it is closed. Whoever uses them tries on by itself and takes whichever answers.
 */
export function watchPlaces(
  places: readonly URL[],
  tell: (line: string) => void,
): { close(): Promise<void> } {
  const stop = new AbortController()
  const { signal } = stop
  const watch = async (url: URL) => {
    // Without what stands before the host: it may hold a password.
    const name = `${url.protocol}//${url.host}`
    const kind = KINDS[url.protocol]
    if (kind === undefined || url.hostname === '') return
    let away = false
    while (!signal.aborted) {
      const fault = await probe(url, kind, signal)
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
  const watching = Promise.all(places.map(watch))
  return {
    async close() {
      stop.abort()
      await watching
    },
  }
}

/** What is wrong with a place; nothing when it says a word. */
async function probe(url: URL, kind: Kind, signal: AbortSignal): Promise<string | undefined> {
  const socket = connect({
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: Number(url.port) || kind.port,
    signal,
  })
  socket.setTimeout(ANSWER_MS)
  try {
    return await answerOf(socket, kind)
  } finally {
    socket.destroy()
  }
}

function answerOf(socket: Socket, { word, greeting }: Kind): Promise<string | undefined> {
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
