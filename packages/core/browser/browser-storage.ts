import { concat, gather } from '../src/bytes.ts'
import type { Storage } from '../src/env.ts'
import { assert } from '../src/errors.ts'
import { answered, inTransaction, openDatabase } from './idb.ts'

/** A sync writes whole pages: small ones keep what a tap of a terminal writes small. */
const PAGE_BYTES = 4_096

/** An open file: its size, and the pages that the disk does not have yet or that grow next. */
interface OpenFile {
  readonly name: string
  readonly held: Map<number, Uint8Array>
  readonly unsynced: Set<number>
  size: number
}

/** Storage of a page; `close` ends it, for a page that stops being a terminal. */
export interface BrowserStorage extends Storage {
  close(): void
}

/**
 * Storage in the browser, in an IndexedDB database of this name: pages of 4 KiB, written in
 * transactions of strict durability. What was synced survives the killing of the tab and of the
 * browser, and power loss as far as the browser's flush reaches; a file is replaced whole or not at
 * all. Works on pages and in workers. One storage at a time may write: hold a lock (Web Locks).
 *
 * A browser may throw away the storage of sites that were not told to persist it: ask for
 * `navigator.storage.persist()`.
 */
export async function openBrowserStorage(name: string): Promise<BrowserStorage> {
  const database = await openDatabase(name)
  const opened = new Map<string, OpenFile>()

  async function sizeOf(file: string): Promise<number | undefined> {
    return inTransaction(database, 'readonly', (files) => answered(files.get(file)))
  }

  async function create(file: string): Promise<number> {
    await inTransaction(database, 'readwrite', (files) => answered(files.put(0, file)))
    return 0
  }

  /** Bytes of a file that lie in the disk's pages, with what is newer in memory over them. */
  async function read(
    { name: file, held, size }: OpenFile,
    offset: number,
    length: number,
  ): Promise<Uint8Array> {
    const bytes = new Uint8Array(Math.max(0, Math.min(length, size - offset)))
    const first = Math.floor(offset / PAGE_BYTES)
    const end = Math.ceil((offset + bytes.length) / PAGE_BYTES)
    const stored = await pagesBetween(file, first, end)
    for (let number = first; number < end; number += 1) {
      const page = held.get(number) ?? stored.get(number)
      const at = number * PAGE_BYTES - offset
      if (page !== undefined) {
        const from = Math.max(0, -at)
        bytes.set(page.subarray(from, Math.min(PAGE_BYTES, bytes.length - at)), at + from)
      }
    }
    return bytes
  }

  async function pagesBetween(
    file: string,
    first: number,
    end: number,
  ): Promise<Map<number, Uint8Array>> {
    if (first >= end) return new Map()
    return inTransaction(database, 'readonly', async (_, pages) => {
      const range = IDBKeyRange.bound([file, first], [file, end], false, true)
      const [keys, values] = await Promise.all([
        answered(pages.getAllKeys(range)),
        answered<Uint8Array[]>(pages.getAll(range)),
      ])
      return new Map(values.map((page, at) => [(keys[at] as [string, number])[1], page]))
    })
  }

  async function write(content: OpenFile, offset: number, bytes: Uint8Array): Promise<void> {
    const first = Math.floor(offset / PAGE_BYTES)
    const end = Math.ceil((offset + bytes.length) / PAGE_BYTES)
    const stored = await pagesBetween(content.name, first, end)
    for (let number = first; number < end; number += 1) {
      const page = content.held.get(number) ?? stored.get(number) ?? new Uint8Array(PAGE_BYTES)
      const at = number * PAGE_BYTES - offset
      page.set(bytes.subarray(Math.max(0, at), at + PAGE_BYTES), Math.max(0, -at))
      content.held.set(number, page)
      content.unsynced.add(number)
    }
    content.size = Math.max(content.size, offset + bytes.length)
  }

  async function sync({ name: file, held, unsynced, size }: OpenFile): Promise<void> {
    const numbers = [...unsynced]
    unsynced.clear()
    try {
      await inTransaction(database, 'readwrite', async (files, pages) => {
        const written = numbers.map((number) => pages.put(held.get(number), [file, number]))
        await Promise.all([...written, files.put(size, file)].map(done))
      })
    } catch (error) {
      for (const number of numbers) unsynced.add(number)
      throw error
    }
    const last = Math.floor(size / PAGE_BYTES)
    for (const number of numbers) {
      if (number !== last && !unsynced.has(number)) held.delete(number)
    }
  }

  return {
    async open(file) {
      checkName(file)
      const size = (await sizeOf(file)) ?? (await create(file))
      // Who opens a file that is open sees what was written to it, synced or not.
      const content = opened.get(file) ?? { name: file, held: new Map(), unsynced: new Set(), size }
      opened.set(file, content)
      let open = true
      const check = () => assert(open, 'the file is closed')
      return {
        async read(offset = 0, length = Number.POSITIVE_INFINITY) {
          check()
          return read(content, offset, length)
        },
        async write(offset, ...parts) {
          check()
          await write(content, offset, concat(...parts))
        },
        async sync() {
          check()
          await sync(content)
        },
        async close() {
          open = false
        },
      }
    },
    async list(prefix) {
      const names = await inTransaction(database, 'readonly', (files) =>
        answered(files.getAllKeys()),
      )
      return names.filter((one): one is string => typeof one === 'string' && one.startsWith(prefix))
    },
    async replace(file, content) {
      checkName(file)
      const bytes = content instanceof Uint8Array ? content : await gather(content)
      await inTransaction(database, 'readwrite', async (files, pages) => {
        const written = pagesFrom(bytes).map((page, number) => pages.put(page, [file, number]))
        const behind = IDBKeyRange.bound([file, written.length], [file, Number.MAX_SAFE_INTEGER])
        await Promise.all(
          [...written, pages.delete(behind), files.put(bytes.length, file)].map(done),
        )
      })
      opened.delete(file)
    },
    async read(file) {
      const known = opened.get(file)
      const size = known?.size ?? (await sizeOf(file))
      if (size === undefined) return undefined
      const content = known ?? { name: file, held: new Map(), unsynced: new Set<number>(), size }
      return read(content, 0, size)
    },
    close: () => database.close(),
  }
}

function pagesFrom(bytes: Uint8Array): Uint8Array[] {
  return Array.from({ length: Math.ceil(bytes.length / PAGE_BYTES) }, (_, number) => {
    const page = new Uint8Array(PAGE_BYTES)
    page.set(bytes.subarray(number * PAGE_BYTES, (number + 1) * PAGE_BYTES))
    return page
  })
}

function done(request: IDBRequest): Promise<unknown> {
  return answered(request)
}

function checkName(file: string): void {
  assert(/^[A-Za-z0-9][\w.-]*$/.test(file), `not a name of a file: ${file}`)
}
