import { fromUtf8, openJournal, utf8 } from '../../src/index.ts'
import { openBrowserStorage } from '../index.ts'

// What the test of browser storage calls in a real browser.
const page = {
  /** Writes and reads over the edges of pages; every answer is what the file should hold. */
  async files() {
    const storage = await openBrowserStorage('contract')
    const file = await storage.open('a.seg')
    await file.write(0, utf8('hello'))
    const beforeSync = fromUtf8((await storage.read('a.seg')) ?? new Uint8Array())
    await file.sync()
    await file.write(4_090, utf8('over the edge'))
    await file.write(20_000, utf8('behind a gap'))
    await file.write(1, utf8('u'))
    await file.sync()
    await file.close()
    const closed = await file.sync().catch(String)
    storage.close()

    const reopened = await openBrowserStorage('contract')
    const again = await reopened.open('a.seg')
    const bytes = await again.read()
    const answer = {
      beforeSync,
      closed,
      begin: fromUtf8(bytes.subarray(0, 5)),
      edge: fromUtf8(await again.read(4_090, 13)),
      gap: bytes.subarray(4_103, 20_000).every((byte) => byte === 0),
      end: fromUtf8(await again.read(20_000)),
      length: bytes.length,
      behind: (await again.read(30_000, 5)).length,
    }
    reopened.close()
    return answer
  },

  /** Names, whole replacements, and names that are none. */
  async names() {
    const storage = await openBrowserStorage('names')
    for (const name of ['b-2', 'b-1', 'c']) await storage.replace(name, utf8(name.repeat(5_000)))
    await storage.replace('b-1', utf8('new'))
    const refused = await Promise.all(
      ['../x', 'a/b', '', '.x'].map((name) =>
        storage.replace(name, utf8('')).then(
          () => name,
          () => 'refused',
        ),
      ),
    )
    const answer = {
      names: await storage.list('b-'),
      replaced: fromUtf8((await storage.read('b-1')) ?? new Uint8Array()),
      long: (await storage.read('b-2'))?.length,
      none: (await storage.read('none')) === undefined,
      refused,
    }
    storage.close()
    return answer
  },

  /** Appends records for ever; `document.title` tells how many were synced. */
  async append() {
    const storage = await openBrowserStorage('journal')
    const journal = await openJournal({ storage, name: 'taps', maxSegmentBytes: 20_000 })
    for (;;) {
      journal.append(utf8(`record ${journal.length}`.padEnd(700, '.')))
      await journal.sync()
      document.title = String(journal.syncedLength)
    }
  },

  /** The records of the journal that a killed page left behind. */
  async records() {
    const storage = await openBrowserStorage('journal')
    const journal = await openJournal({ storage, name: 'taps', maxSegmentBytes: 20_000 })
    const records = await journal.read(0, journal.length)
    await journal.close()
    storage.close()
    return records.map(({ payload }) => fromUtf8(payload).replace(/\.+$/, ''))
  },
}

export type StoragePage = typeof page

Object.assign(globalThis, { page })
