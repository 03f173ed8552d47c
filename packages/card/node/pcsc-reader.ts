import { cardError } from '../src/errors.ts'
import type { CardTransport } from '../src/reader/transport.ts'
import { type ReaderErrorCode, readerError } from './errors.ts'
import { type PcscClient, type PcscReader, readersOf, watchReaders } from './pcsc-watch.ts'
import { within } from './promises.ts'
import { completing } from './t0.ts'

/** A card in a PC/SC reader, held until `close`. */
export interface PcscCard extends CardTransport {
  /** Name of the reader as the system tells it. */
  readonly reader: string
  /** Answer to reset. */
  readonly atr: Uint8Array
  /** Powers the card down and lets it go. May be called twice. */
  close(): Promise<void>
}

export interface PcscOptions {
  /** Whole name of a reader, or a part that only one has; any reader with a card when not given. */
  readonly reader?: string
  /** How long to wait for reader and card; 10 s when not given. */
  readonly timeoutMs?: number
  /** How long a single command may take; 5 s when not given. */
  readonly commandMs?: number
  /** False lets other programs speak to the card in between. */
  readonly exclusive?: boolean
}

/** Names of all readers. Throws `reader.no-service` when no PC/SC service runs. */
export async function listReaders(): Promise<string[]> {
  const client = await watchReaders()
  try {
    return [...(await readersOf(client)).keys()]
  } finally {
    client.close()
  }
}

/**
 * Waits for a card in a reader and takes it, exclusively unless told otherwise. Throws
 * `reader.no-service`, `reader.none`, `reader.no-card` or `reader.busy`; commands to a card that
 * left reject with `card.torn`.
 */
export async function openPcscCard(options: PcscOptions = {}): Promise<PcscCard> {
  const { timeoutMs = 10_000 } = options
  const client = await watchReaders()
  try {
    const reader = await waitForCard(client, options.reader, timeoutMs)
    return await take(client, reader, options)
  } catch (error) {
    client.close()
    throw error
  }
}

/** The reader of that name, once a card is in it. */
async function waitForCard(
  client: PcscClient,
  wanted: string | undefined,
  timeoutMs: number,
): Promise<PcscReader> {
  const found = await readersOf(client)
  const names = [...found.keys()]
  const matching = names.filter((name) => wanted === undefined || name === wanted)
  const candidates =
    matching.length > 0 ? matching : names.filter((name) => name.includes(wanted ?? ''))
  const list = names.length === 0 ? 'none is connected' : `there are: ${names.join(', ')}`
  if (candidates.length === 0 || (wanted !== undefined && candidates.length > 1)) {
    throw readerError('reader.none', wanted === undefined ? list : `"${wanted}"; ${list}`, {
      names,
    })
  }
  const present = await within(
    timeoutMs,
    client.until((readers) => {
      const name = candidates.find((candidate) => readers.get(candidate)?.present)
      return name === undefined ? undefined : readers.get(name)
    }),
  )
  if (present === 'late') {
    const where = candidates.join(', ')
    throw readerError('reader.no-card', `${where}, after ${timeoutMs} ms`, { reader: where })
  }
  return present
}

async function take(
  client: PcscClient,
  reader: PcscReader,
  { commandMs = 5_000, exclusive = true }: PcscOptions,
): Promise<PcscCard> {
  const { name } = reader
  const card = await reader.connect(exclusive).catch((error: unknown) => {
    const code = CONNECT_CODES[codeOf(error)] ?? 'reader.failed'
    throw readerError(code, `${name} (${codeOf(error)})`, { reader: name })
  })
  let closed = false
  let last: Promise<unknown> = Promise.resolve()
  /** The binding takes one command at a time. */
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const next = last.then(work, work)
    last = next.catch(() => undefined)
    return next
  }
  const send = async (apdu: Uint8Array): Promise<Uint8Array> => {
    if (closed) throw cardError('card.torn', { reader: name, cause: 'closed' })
    const answer = await within(commandMs, card.transmit(apdu)).catch((error: unknown) => {
      throw cardError('card.torn', { reader: name, cause: codeOf(error) })
    })
    if (answer !== 'late') return answer
    closed = true
    client.close()
    throw cardError('card.torn', { reader: name, cause: `no answer in ${commandMs} ms` })
  }
  const { atr, protocol } = await card.state()
  const complete = completing(send, protocol)
  return {
    reader: name,
    atr,
    transmit: (apdu) => inTurn(() => complete(apdu)),
    async close() {
      await inTurn(async () => {
        if (closed) return
        closed = true
        // The card may be gone already; then there is nothing to power down.
        await within(commandMs, card.powerDown()).catch(() => undefined)
        client.close()
      })
    },
  }
}

const CONNECT_CODES: Readonly<Record<string, ReaderErrorCode>> = {
  SharingViolation: 'reader.busy',
  NoSmartCard: 'reader.no-card',
  RemovedCard: 'reader.no-card',
  UnpoweredCard: 'reader.no-card',
  UnresponsiveCard: 'reader.no-card',
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error)
}
