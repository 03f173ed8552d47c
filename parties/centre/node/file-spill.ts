import { randomUUID } from 'node:crypto'
import { closeSync, openSync, readSync } from 'node:fs'
import { open, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { diskFault, makeFolder, removeStale } from '@unifare/core/node'
import type { Spill } from '../src/index.ts'

/**
 * Set-aside files in a folder (mode 0700, files 0600), created when missing. Nothing is synced. A full
 * disk is `storage.full`, and leaves nothing of the file; what a killed writer left goes after a day.
 */
export async function createFileSpill(dir: string): Promise<Spill> {
  await makeFolder(dir)
  await removeStale(dir)
  const pathOf = (name: string) => {
    if (!/^[\w.-]+$/.test(name)) throw new TypeError(`not a name of a file: ${name}`)
    return join(dir, name)
  }
  return {
    async write(name, parts) {
      const path = pathOf(name)
      // Two workers may write the same file, and a third read it: it has its name when it is whole.
      const own = `${path}.${randomUUID()}.new`
      try {
        await writeParts(own, parts)
        await rename(own, path)
      } catch (error) {
        await rm(own, { force: true }).catch(() => undefined)
        throw diskFault(error, name)
      }
    },
    // In the thread that asks: the bytes lie in the system's memory, and a shard reads a little of
    // every file, so that another thread would cost more than the copy.
    async read(name, { offset, length }, into) {
      if (length === 0) return
      const handle = openSync(pathOf(name), 'r')
      try {
        for (let at = 0; at < length; ) {
          const bytesRead = readSync(handle, into, at, length - at, offset + at)
          if (bytesRead === 0) throw new TypeError(`${name} ends at ${offset + at}`)
          at += bytesRead
        }
      } finally {
        closeSync(handle)
      }
    },
    remove: (name) => rm(pathOf(name), { force: true }),
  }
}

/** A full disk takes a part of what it is given without a word, and fails at the rest. */
async function writeParts(path: string, parts: readonly Uint8Array[]): Promise<void> {
  const handle = await open(path, 'w', 0o600)
  try {
    let { bytesWritten: at } = await handle.writev([...parts])
    const bytes = parts.reduce((sum, { length }) => sum + length, 0)
    if (at < bytes) {
      for (const whole = Buffer.concat(parts); at < bytes; ) {
        at += (await handle.write(whole, at, bytes - at, at)).bytesWritten
      }
    }
  } finally {
    await handle.close()
  }
}
