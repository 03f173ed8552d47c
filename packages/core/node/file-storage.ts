import { randomUUID } from 'node:crypto'
import { constants, fstatSync } from 'node:fs'
import { type FileHandle, open, readdir, readFile, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { AppendFile, Storage } from '../src/env.ts'
import { assert } from '../src/errors.ts'
import { badFolder, diskFault, isMissing } from './disk-fault.ts'
import { makeFolder, removeStale, syncFolder, TEMPORARY } from './folder.ts'

/** Files grow in such steps, so that most syncs have no new size to write. */
const DEFAULT_STEP_BYTES = 1024 * 1024
/** A file that has become big grows in so many steps at once, ahead of what is written. */
const STEPS_AHEAD = 8
/**
 * Where a write can be durable when it returns: it is one call of the system, and waits for no
 * other bytes than its own. Elsewhere a flag of this name may not empty the disk's own cache.
 */
const WRITES_THROUGH = process.platform === 'linux'

/**
 * Storage in a folder (mode 0700, files 0600), created when missing. Appends go over preallocated
 * zeros, and are durable as they are written (O_DSYNC) or made so with fdatasync; names of new and
 * replaced files with a sync of the folder.
 * One process at a time may append to a file; any number may replace the same one, and it is whole
 * at any time. A full disk is `storage.full`, a folder that cannot be made or takes no file
 * `storage.bad-folder`, also one that was removed under a file that grows. `stepBytes` is how far files are preallocated at once: a megabyte for
 * servers, less for the small journals of terminals.
 */
export async function createFileStorage(
  dir: string,
  { stepBytes = DEFAULT_STEP_BYTES }: { readonly stepBytes?: number } = {},
): Promise<Storage> {
  const room = { stepBytes, zeros: new Uint8Array(Math.min(stepBytes, DEFAULT_STEP_BYTES)) }
  const created = await makeFolder(dir)
  if (created !== undefined) await syncFolder(dirname(created))
  await removeStale(dir)

  async function create(name: string): Promise<FileHandle> {
    const path = pathOf(dir, name)
    try {
      return await open(path, constants.O_RDWR)
    } catch (error) {
      if (!isMissing(error)) throw error
    }
    const handle = await open(path, constants.O_RDWR | constants.O_CREAT, 0o600).catch(
      (error: unknown) => {
        throw diskFault(error, name, dir)
      },
    )
    await syncFolder(dir)
    return handle
  }

  return {
    async open(name) {
      const handle = await create(name)
      const { size } = await handle.stat()
      const through = WRITES_THROUGH
        ? await open(pathOf(dir, name), constants.O_RDWR | constants.O_DSYNC)
        : undefined
      return openFile(handle, { ...room, dir, name, size, through })
    },
    async list(prefix) {
      const names = await readdir(dir).catch((error: unknown) => {
        throw diskFault(error, dir, dir)
      })
      return names.filter((name) => name.startsWith(prefix) && !name.endsWith(TEMPORARY)).sort()
    },
    async replace(name, content) {
      const path = pathOf(dir, name)
      // A name of its own: another writer of the same file must not write into this one.
      const own = `${path}.${randomUUID()}${TEMPORARY}`
      try {
        await writeWhole(own, content)
        await rename(own, path)
      } catch (error) {
        await rm(own, { force: true }).catch(() => undefined)
        throw diskFault(error, name, dir)
      }
      await syncFolder(dir)
    },
    async read(name, into) {
      try {
        if (into !== undefined) return await readInto(pathOf(dir, name), into)
        const bytes = await readFile(pathOf(dir, name))
        // The same memory, not as a Buffer: its `slice` would share it.
        return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length)
      } catch (error) {
        if (isMissing(error)) return undefined
        throw error
      }
    },
  }
}

function openFile(
  handle: FileHandle,
  {
    dir,
    name,
    size,
    through,
    stepBytes,
    zeros,
  }: {
    readonly dir: string
    readonly name: string
    readonly size: number
    /** Writes by it are durable when they return. */
    readonly through: FileHandle | undefined
    readonly stepBytes: number
    readonly zeros: Uint8Array
  },
): AppendFile {
  let allocated = size
  let growing: Promise<void> | undefined

  async function grow(steps: number): Promise<void> {
    const before = allocated
    for (let i = 0; i < steps; i++) {
      const end = allocated + stepBytes - (allocated % stepBytes)
      while (allocated < end) {
        const length = Math.min(zeros.length, end - allocated)
        await writeAll(handle, allocated, zeros.subarray(0, length))
        allocated += length
      }
    }
    // Else they would be on their way to the disk while writes wait for it.
    if (allocated - before > DEFAULT_STEP_BYTES) await handle.datasync()
  }

  /** Zeros ahead of the writer: one who writes much does not wait for them. */
  function growAhead(end: number): void {
    const big = end > STEPS_AHEAD * stepBytes
    if (!big || growing !== undefined || allocated - end > (STEPS_AHEAD / 2) * stepBytes) return
    growing = grow(STEPS_AHEAD).finally(() => {
      growing = undefined
    })
    // Who needs the room meets the failure there.
    growing.catch(() => undefined)
  }

  return {
    async read(offset = 0, length = Number.POSITIVE_INFINITY) {
      const bytes = new Uint8Array(Math.max(0, Math.min(length, allocated - offset)))
      let at = 0
      while (at < bytes.length) {
        const { bytesRead } = await handle.read(bytes, at, bytes.length - at, offset + at)
        if (bytesRead === 0) break
        at += bytesRead
      }
      return bytes.subarray(0, at)
    },
    async write(offset, ...parts) {
      const end = parts.reduce((sum, { length }) => sum + length, offset)
      try {
        while (end > allocated) await (growing ?? grow(1))
        await writeAll(through ?? handle, offset, ...parts)
      } catch (error) {
        throw diskFault(error, name)
      }
      growAhead(end)
    },
    async sync() {
      try {
        if (through === undefined) await handle.datasync()
        // The system writes on into a file that has no name any more, and forgets it in the end.
        // Asked at once: it knows by heart.
        if (fstatSync(handle.fd).nlink === 0) throw badFolder(dir, `${name} was removed`)
      } catch (error) {
        throw diskFault(error, name)
      }
    },
    async close() {
      await growing?.catch(() => undefined)
      await through?.close()
      await handle.close()
    },
  }
}

/** Reads a whole file to where there is room for it, else into memory of its own. */
async function readInto(path: string, into: Uint8Array): Promise<Uint8Array> {
  const handle = await open(path, 'r')
  try {
    const { size } = await handle.stat()
    const bytes = size <= into.length ? into.subarray(0, size) : new Uint8Array(size)
    let at = 0
    while (at < size) {
      const { bytesRead } = await handle.read(bytes, at, size - at, at)
      if (bytesRead === 0) break
      at += bytesRead
    }
    return bytes.subarray(0, at)
  } finally {
    await handle.close()
  }
}

async function writeAll(
  handle: FileHandle,
  offset: number,
  ...parts: readonly Uint8Array[]
): Promise<void> {
  let rest = parts.filter(({ length }) => length > 0)
  let at = offset
  while (rest.length > 0) {
    const { bytesWritten } = await handle.writev(rest, at)
    at += bytesWritten
    rest = behind(rest, bytesWritten)
  }
}

/** What is left of parts when so many bytes of them were taken. */
function behind(parts: readonly Uint8Array[], count: number): Uint8Array[] {
  let taken = count
  return parts.flatMap((part) => {
    const skip = Math.min(taken, part.length)
    taken -= skip
    return skip === part.length ? [] : [part.subarray(skip)]
  })
}

function pathOf(dir: string, name: string): string {
  const plain = /^[A-Za-z0-9][\w.-]*$/.test(name) && !name.endsWith(TEMPORARY)
  assert(plain, `not a name of a file: ${name}`)
  return join(dir, name)
}

async function writeParts(handle: FileHandle, parts: AsyncIterable<Uint8Array>): Promise<void> {
  let at = 0
  for await (const part of parts) {
    await writeAll(handle, at, part)
    at += part.length
  }
}

async function writeWhole(
  path: string,
  content: Uint8Array | AsyncIterable<Uint8Array>,
): Promise<void> {
  const handle = await open(path, 'wx', 0o600)
  try {
    if (content instanceof Uint8Array) await writeAll(handle, 0, content)
    else await writeParts(handle, content)
    await handle.sync()
  } finally {
    await handle.close()
  }
}
