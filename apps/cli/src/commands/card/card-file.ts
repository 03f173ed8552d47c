import { closeSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs'
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { type Card, restoreCard, serialiseCard } from '@unifare/card'
import { UnifareError } from '@unifare/core'

/** A card file that this process holds. */
export interface HeldCardFile {
  readonly card: Card
  /** Replaces the file: after a cut it is the old card or the new one, whole. */
  save(card: Card): Promise<void>
  /** Lets other processes have it. */
  release(): void
}

/**
 * Takes a card file for this process alone: two readers of one card would each pay with the same
 * money. Throws `card-file.missing`, `card-file.in-use` or `card.bad-image`.
 */
export async function holdCardFile(file: string): Promise<HeldCardFile> {
  const image = await readCardFile(file)
  lock(file)
  const release = () => rmSync(lockOf(file), { force: true })
  try {
    return { card: restoreCard(image), save: (card) => writeCardFile(file, card), release }
  } catch (error) {
    release()
    throw error
  }
}

/** Bytes of a card file. Throws `card-file.missing`. */
export async function readCardFile(file: string): Promise<Uint8Array> {
  try {
    return Uint8Array.from(await readFile(file))
  } catch (error) {
    const cause = (error as NodeJS.ErrnoException).code
    const hint =
      cause === 'ENOENT'
        ? `no file ${file}: make a card with "unifare card new ${file}"`
        : `${file} cannot be read (${cause})`
    throw new UnifareError('card-file.missing', hint)
  }
}

/** Writes a card's image, readable by its owner alone: it holds the card's keys. */
export async function writeCardFile(file: string, card: Card): Promise<void> {
  await mkdir(dirname(file), { recursive: true })
  const fresh = `${file}.${process.pid}.new`
  try {
    const handle = await open(fresh, 'w', 0o600)
    try {
      await handle.writeFile(serialiseCard(card))
      await handle.sync()
    } finally {
      await handle.close()
    }
    await rename(fresh, file)
  } catch (error) {
    await rm(fresh, { force: true })
    throw error
  }
}

function lockOf(file: string): string {
  return `${file}.lock`
}

/** Writes this process into the lock; a lock of a process that is gone counts for nothing. */
function lock(file: string): void {
  for (const last of [false, true]) {
    try {
      const handle = openSync(lockOf(file), 'wx', 0o600)
      writeSync(handle, String(process.pid))
      closeSync(handle)
      return
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
    const holder = Number(readFileSync(lockOf(file), 'utf8'))
    if (last || isAlive(holder)) {
      throw new UnifareError(
        'card-file.in-use',
        `process ${holder} holds ${file}; end it, or reach the card through its reader with --reader`,
      )
    }
    rmSync(lockOf(file), { force: true })
  }
}

function isAlive(pid: number): boolean {
  if (!Number.isSafeInteger(pid) || pid <= 0) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
