import type * as Pcsc from 'pcsc-mini'
import { readerError } from './errors.ts'
import { deferred, within } from './promises.ts'

/** A reader as last told by the PC/SC service. */
export interface PcscReader {
  readonly name: string
  /** A card that answers is in it. */
  readonly present: boolean
  connect(exclusive: boolean): Promise<HeldCard>
}

/** A connection to a card. */
export interface HeldCard {
  transmit(apdu: Uint8Array): Promise<Uint8Array>
  state(): Promise<{ readonly atr: Uint8Array; readonly protocol: 't0' | 't1' }>
  powerDown(): Promise<void>
}

/** A watch over all readers. */
export interface PcscClient {
  /** Resolves with the first result of `find` that is not undefined, now or after a change. */
  until<T>(find: (readers: ReadonlyMap<string, PcscReader>) => T | undefined): Promise<T>
  close(): void
}

/** The service tells all readers it has at once, in the first moments. */
const FIRST_READER_MS = 1_000
const OTHER_READERS_MS = 50

/** Starts to watch. Throws `reader.no-service` when no PC/SC service answers. */
export async function watchReaders(): Promise<PcscClient> {
  const pcsc = await loadBinding()
  const readers = new Map<string, PcscReader>()
  const waiting = new Set<() => void>()
  const changed = () => {
    for (const check of waiting) check()
  }
  let failed: Error | undefined
  const client: Pcsc.Client = new pcsc.Client()
  client.on('error', ({ code }) => {
    failed = readerError('reader.no-service', `it ended (${code})`)
    changed()
  })
  client.on('reader', (reader) => {
    const name = reader.name()
    const keep = (present: boolean) => {
      readers.set(name, { name, present, connect: (exclusive) => connect(pcsc, reader, exclusive) })
      changed()
    }
    keep(false)
    reader.on('change', (status) => {
      keep(status.has(pcsc.ReaderStatus.PRESENT) && !status.has(pcsc.ReaderStatus.MUTE))
    })
    reader.on('disconnect', () => {
      readers.delete(name)
      changed()
    })
  })
  try {
    client.start()
  } catch (error) {
    throw readerError('reader.no-service', `${START_HINT} (${(error as Error).message})`)
  }
  return {
    until(find) {
      const found = deferred<NonNullable<ReturnType<typeof find>>>()
      const check = () => {
        const value = find(readers)
        if (value === undefined && !failed) return
        waiting.delete(check)
        if (value !== undefined && value !== null) found.resolve(value)
        else found.reject(failed)
      }
      waiting.add(check)
      check()
      return found.promise
    },
    close() {
      waiting.clear()
      try {
        client.stop()
      } catch {
        // The service ended first: nothing is left to stop.
      }
    },
  }
}

const START_HINT = 'start it with "pcscd", or put a card there with "unifare card serve"'

/** All readers once the service has told them; none when it tells of none. */
export async function readersOf(client: PcscClient): Promise<ReadonlyMap<string, PcscReader>> {
  const any = client.until((readers) => (readers.size > 0 ? readers : undefined))
  const readers = await within(FIRST_READER_MS, any)
  if (readers === 'late') return new Map()
  await new Promise((resolve) => setTimeout(resolve, OTHER_READERS_MS))
  return readers
}

async function connect(
  pcsc: typeof Pcsc,
  reader: Pcsc.Reader,
  exclusive: boolean,
): Promise<HeldCard> {
  const mode = exclusive ? pcsc.CardMode.EXCLUSIVE : pcsc.CardMode.SHARED
  const card = await reader.connect(mode)
  return {
    transmit: async (apdu) => Uint8Array.from(await card.transmit(apdu)),
    async state() {
      const { atr, protocol } = await card.state()
      return { atr: Uint8Array.from(atr), protocol: protocol === pcsc.Protocol.T0 ? 't0' : 't1' }
    },
    powerDown: () => card.disconnect(pcsc.CardDisposition.UNPOWER),
  }
}

/** The native binding is loaded only when a reader is asked for. */
async function loadBinding(): Promise<typeof Pcsc> {
  try {
    return await import('pcsc-mini')
  } catch (error) {
    const cause = (error as Error).message.split('\n')[0]
    throw readerError('reader.no-service', `its library is not installed (${cause})`)
  }
}
