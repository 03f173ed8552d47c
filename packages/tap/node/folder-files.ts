import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { assert, toHex } from '@unifare/core'
import { sha256 } from '@unifare/crypto'

/** Endings of the two files of an exchange; both are named by the SHA-256 of the message. */
export const MESSAGE_ENDING = '.message'
export const ANSWER_ENDING = '.answer'

/** Folder of the messages for one receiver. Throws a `TypeError` for an id that is no plain name. */
export function receiverFolder(dir: string, receiver: string): string {
  assert(/^\w[\w.-]*$/.test(receiver), `not a name of a folder: ${receiver}`)
  return join(dir, receiver)
}

/** Name of a message for ever: a copy that is still being written does not have it. */
export function messageName(bytes: Uint8Array): string {
  return toHex(sha256(bytes))
}

/** Writes a file so that nobody ever sees half of it. */
export async function putFile(path: string, bytes: Uint8Array): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  const draft = `${path}.${process.pid}.${crypto.randomUUID()}.draft`
  await writeFile(draft, bytes)
  await rename(draft, path)
}

/** Content of a file, or undefined when there is none (any more). */
export async function takeFile(path: string): Promise<Uint8Array | undefined> {
  try {
    return new Uint8Array(await readFile(path))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

/** Removes files, those that are gone already included. */
export async function removeFiles(...paths: readonly string[]): Promise<void> {
  for (const path of paths) await rm(path, { force: true })
}
