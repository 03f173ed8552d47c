import { open, readFile, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { makeFolder, syncFolder } from '@unifare/core/node'
import {
  type CarriedFile,
  checkName,
  contentHash,
  isPiece,
  pieceCount,
  pieceOf,
} from './carried-piece.ts'

/** Where files stand until they are whole. */
const ARRIVING = 'arriving'

/** A file that comes in pieces. */
export interface ArrivingFile {
  readonly file: CarriedFile
  missing(): number[]
  /** Takes a piece, in any order, any number of times; false when it is not this file's. */
  take(index: number, bytes: Uint8Array): Promise<boolean>
  /**
   * Makes a file of which nothing is missing durable, verifies its hash as it stands on disk, and
   * gives it its name. False when the disk has other bytes: it begins anew.
   */
  finish(): Promise<boolean>
  /** Nobody needs it any more: nothing of it stays. */
  discard(): Promise<void>
}

/** Opens a file that is to come; pieces that stand there from before are verified and kept. */
export async function openArriving(dir: string, file: CarriedFile): Promise<ArrivingFile> {
  checkName(file.name)
  const folder = join(dir, ARRIVING)
  await makeFolder(folder)
  const path = join(folder, `${file.name}.${file.hash.slice(0, 16)}`)
  const count = pieceCount(file)
  const before = await readFile(path).catch(() => undefined)
  const here = Array.from(
    { length: count },
    (_, index) =>
      before !== undefined && isPiece(file, index, pieceOf(before, index, file.pieceBytes)),
  )
  const handle = await open(path, before === undefined ? 'w+' : 'r+', 0o600)
  await handle.close()

  return {
    file,
    missing: () => here.flatMap((is, index) => (is ? [] : [index])),
    async take(index, bytes) {
      if (!isPiece(file, index, bytes)) return false
      if (here[index] === true) return true
      const own = await open(path, 'r+')
      try {
        await own.write(bytes, 0, bytes.length, index * file.pieceBytes)
      } finally {
        await own.close()
      }
      here[index] = true
      return true
    },
    async finish() {
      const own = await open(path, 'r+')
      try {
        await own.truncate(file.bytes)
        await own.sync()
      } finally {
        await own.close()
      }
      if (contentHash(await readFile(path)) !== file.hash) {
        here.fill(false)
        await rm(path, { force: true })
        await (await open(path, 'w+', 0o600)).close()
        return false
      }
      const target = join(dir, file.name)
      await rename(path, target)
      await syncFolder(dirname(target))
      return true
    },
    discard: () => rm(path, { force: true }),
  }
}

/** Whether the whole file stands there already. */
export async function isHere(dir: string, file: CarriedFile): Promise<boolean> {
  const content = await readFile(join(dir, file.name)).catch(() => undefined)
  return content !== undefined && contentHash(content) === file.hash
}
