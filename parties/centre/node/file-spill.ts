import { randomUUID } from 'node:crypto'
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
    async read(name, { offset, length }, into) {
      if (length === 0) return
      const handle = await open(pathOf(name), 'r')
      try {
        let at = 0
        while (at < length) {
          const { bytesRead } = await handle.read(into, at, length - at, offset + at)
          if (bytesRead === 0) throw new TypeError(`${name} ends at ${offset + at}`)
          at += bytesRead
        }
      } finally {
        await handle.close()
      }
    },
    remove: (name) => rm(pathOf(name), { force: true }),
  }
}
