import { randomUUID } from 'node:crypto'
import { closeSync, openSync, readSync } from 'node:fs'
import { mkdir, open, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Spill } from '../src/index.ts'

/** Set-aside files in a folder (mode 0700, files 0600), created when missing. Nothing is synced. */
export async function createFileSpill(dir: string): Promise<Spill> {
  await mkdir(dir, { recursive: true, mode: 0o700 })
  const pathOf = (name: string) => {
    if (!/^[\w.-]+$/.test(name)) throw new TypeError(`not a name of a file: ${name}`)
    return join(dir, name)
  }
  return {
    async write(name, parts) {
      const path = pathOf(name)
      // Two workers may write the same file, and a third read it: it has its name when it is whole.
      const own = `${path}.${randomUUID()}`
      const handle = await open(own, 'w', 0o600)
      try {
        await handle.writev(parts)
      } finally {
        await handle.close()
      }
      await rename(own, path)
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
