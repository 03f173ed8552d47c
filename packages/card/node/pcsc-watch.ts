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
  /** Lets the card go, whether it still answers or not. */
  powerDown(): Promise<void>
}

/** A watch over all readers, for one user of it. */
export interface PcscClient {
  /** Resolves with the first result of `find` that is not undefined, now or after a change. */
  until<T>(find: (readers: ReadonlyMap<string, PcscReader>) => T | undefined): Promise<T>
  close(): void
}

/** The one client of this process. */
interface SharedClient {
  readonly client: Pcsc.Client
  readonly readers: Map<string, PcscReader>
  readonly waiting: Set<() => void>
  users: number
  failed: Error | undefined
}

/** The service tells all readers it has at once, in the first moments. */
const FIRST_READER_MS = 1_000
const OTHER_READERS_MS = 50
/** A client whose service has gone says so at once when it watches again. */
const STALE_MS = 30
const START_HINT = 'start it with "pcscd", or put a card there with "unifare card serve"'

let shared: SharedClient | undefined
/**
 * What belongs to a service that has ended. Its release would fail, and the binding makes an
 * uncaught exception of that when the garbage collector finds it: so it never does.
 */
const outlived: unknown[] = []

/**
 * Starts to watch. Throws `reader.no-service` when no PC/SC service answers. All users share one
 * client, since each would hold a thread of the service until the garbage collector comes.
 */
export async function watchReaders(): Promise<PcscClient> {
  const known = shared
  const watch = known ?? (await newClient())
  shared = watch
  if (watch.users++ === 0) start(watch)
  if (known) await new Promise((resolve) => setTimeout(resolve, STALE_MS))
  if (watch.failed) return watchReaders()
  let open = true
  return {
    until: (find) => until(watch, find),
    close() {
      if (!open) return
      open = false
      if (--watch.users === 0) stop(watch)
    },
  }
}

/** All readers once the service has told them; none when it tells of none. */
export async function readersOf(client: PcscClient): Promise<ReadonlyMap<string, PcscReader>> {
  const any = client.until((readers) => (readers.size > 0 ? readers : undefined))
  const readers = await within(FIRST_READER_MS, any)
  if (readers === 'late') return new Map()
  await new Promise((resolve) => setTimeout(resolve, OTHER_READERS_MS))
  return readers
}

async function newClient(): Promise<SharedClient> {
  const pcsc = await loadBinding()
  const client = new pcsc.Client()
  const watch: SharedClient = {
    client,
    readers: new Map(),
    waiting: new Set(),
    users: 0,
    failed: undefined,
  }
  client.on('error', ({ code }) => fail(watch, `it ended (${code})`))
  client.on('reader', (reader) => {
    const name = reader.name()
    const keep = (present: boolean) => {
      watch.readers.set(name, { name, present, connect: (only) => connect(pcsc, reader, only) })
      changed(watch)
    }
    keep(false)
    reader.on('change', (status) => {
      keep(status.has(pcsc.ReaderStatus.PRESENT) && !status.has(pcsc.ReaderStatus.MUTE))
    })
    reader.on('disconnect', () => {
      // A stopped client forgets its readers; the service goes on from where it was.
      if (watch.users === 0) return
      watch.readers.delete(name)
      changed(watch)
    })
  })
  return watch
}

function start(watch: SharedClient): void {
  try {
    watch.client.start()
  } catch (error) {
    watch.users = 0
    fail(watch, `${START_HINT} (${(error as Error).message})`)
    throw watch.failed
  }
}

function stop(watch: SharedClient): void {
  watch.waiting.clear()
  try {
    watch.client.stop()
  } catch (error) {
    fail(watch, (error as Error).message)
  }
}

/** The service has gone: whoever comes next begins with a client of its own. */
function fail(watch: SharedClient, cause: string): void {
  watch.failed ??= readerError('reader.no-service', cause)
  if (shared === watch) shared = undefined
  if (!outlived.includes(watch)) outlived.push(watch)
  changed(watch)
}

function changed({ waiting }: SharedClient): void {
  for (const check of waiting) check()
}

function until<T>(
  watch: SharedClient,
  find: (readers: ReadonlyMap<string, PcscReader>) => T | undefined,
): Promise<T> {
  const found = deferred<T>()
  const check = () => {
    const value = watch.failed ? undefined : find(watch.readers)
    if (value === undefined && !watch.failed) return
    watch.waiting.delete(check)
    if (value === undefined) found.reject(watch.failed)
    else found.resolve(value)
  }
  watch.waiting.add(check)
  check()
  // Who stopped waiting must not be surprised by the end of the service.
  found.promise.catch(() => undefined)
  return found.promise
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
    async powerDown() {
      try {
        await card.disconnect(pcsc.CardDisposition.UNPOWER)
      } catch {
        outlived.push(card)
      }
    },
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
