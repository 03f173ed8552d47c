import { randomUUID } from 'node:crypto'
import { mkdir, open, readdir, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { badFolder, isMissing } from './disk-fault.ts'

/** End of the name of a file that is being written. */
export const TEMPORARY = '.new'
/** What a writer left that did not end its work; no one writes a file for so long. */
const STALE_MS = 24 * 60 * 60 * 1000

/**
 * Makes a folder (mode 0700) and those above it where they are missing, and returns the uppermost
 * that it made. Throws `storage.bad-folder`.
 */
export async function makeFolder(dir: string): Promise<string | undefined> {
  // Level by level: the system's own way down never ends where a folder says of itself that it is
  // not there, as /proc does.
  try {
    await mkdir(dir, { mode: 0o700 })
    return dir
  } catch (error) {
    if (await isFolder(dir)) return undefined
    const above = dirname(dir)
    if (!isMissing(error) || above === dir) throw badFolder(dir, error)
    const made = await makeFolder(above)
    await mkdir(dir, { mode: 0o700 }).catch(async (cause: unknown) => {
      // Another process may have made it meanwhile.
      if (!(await isFolder(dir))) throw badFolder(dir, cause)
    })
    return made ?? dir
  }
}

/**
 * Makes a folder like `makeFolder` and sees that files can be made in it: told before the work whose
 * result it is to hold. Throws `storage.bad-folder`.
 */
export async function makeWritableFolder(dir: string): Promise<void> {
  await makeFolder(dir)
  const trial = join(dir, `.${randomUUID()}.new`)
  try {
    await (await open(trial, 'wx', 0o600)).close()
    await rm(trial)
  } catch (error) {
    throw badFolder(dir, error)
  }
}

/** Removes what writers left behind that were ended at their work: files that end with `.new`. */
export async function removeStale(dir: string): Promise<void> {
  const before = Date.now() - STALE_MS
  for (const name of await readdir(dir)) {
    if (!name.endsWith(TEMPORARY)) continue
    const path = join(dir, name)
    // It may have its name by now, or be removed by another process.
    const written = (await stat(path).catch(() => undefined))?.mtimeMs
    if (written !== undefined && written < before) await rm(path, { force: true })
  }
}

/** Makes the names in a folder durable. */
export async function syncFolder(dir: string): Promise<void> {
  const handle = await open(dir, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

async function isFolder(dir: string): Promise<boolean> {
  return await stat(dir).then(
    (one) => one.isDirectory(),
    () => false,
  )
}
