import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { stat } from 'node:fs/promises'
import { createServer } from 'node:net'
import { UnifareError } from '../src/errors.ts'
import { makeFolder } from './folder.ts'

/** Folders that this process holds, by their place on the disk. */
const held = new Map<string, Promise<void>>()

/**
 * Holds a folder, made when missing, for this process until it ends, however it ends: two that append
 * to the same files lose what the other one wrote. Throws `storage.in-use` while another one holds it,
 * and `storage.bad-folder`. The system lets go of it: nothing is left on the disk that could keep the
 * next one out. On Linux alone, and for processes of one machine that see the same network (not for
 * two containers on one volume).
 */
export async function holdFolder(dir: string): Promise<void> {
  if (process.platform !== 'linux') return
  await makeFolder(dir)
  // The same folder by whatever path.
  const { dev, ino } = await stat(dir, { bigint: true })
  const place = `${dev}-${ino}`
  const known = held.get(place) ?? hold(place, dir)
  held.set(place, known)
  known.catch(() => held.delete(place))
  return known
}

/** A name of the system's own, which it gives to one process at a time. */
async function hold(place: string, dir: string): Promise<void> {
  const name = createHash('sha256').update(`unifare folder ${place}`).digest('hex')
  const server = createServer((socket) => socket.destroy())
  server.listen({ path: `\0unifare-${name.slice(0, 32)}` })
  try {
    await once(server, 'listening')
  } catch (cause) {
    const message = `another process writes in ${dir}: end it, or name another folder`
    throw new UnifareError('storage.in-use', message, { cause })
  }
  server.unref()
}
