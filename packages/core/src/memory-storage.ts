import { concat, gather } from './bytes.ts'
import type { AppendFile, Random, Storage } from './env.ts'
import { assert, UnifareError } from './errors.ts'

const SECTOR_BYTES = 512

/** A disk in memory that can lose what was not synced, and fail when told. */
export interface MemoryStorage extends Storage {
  /** How often each kind of operation was asked for. */
  readonly counts: { readonly writes: number; readonly syncs: number; readonly replaces: number }
  /** Makes the n-th write, sync or replace from now on fail (1 = the next); undefined: none. */
  failAt(operation: number | undefined): void
  /** Leaves room for so many bytes more than it holds now; undefined: for any number. */
  leaveRoom(bytes: number | undefined): void
  /** The process ends: open files are void; the disk keeps what was written, synced or not. */
  kill(): void
  /**
   * The machine loses power: open files are void, unsynced bytes are lost. With randomness some
   * sectors of unsynced writes reached the disk after all, in no order, the last one in part.
   */
  crash(random?: Random): void
}

interface Write {
  readonly offset: number
  readonly bytes: Uint8Array
}

interface Disk {
  /** Durable bytes, with room to grow. */
  synced: Uint8Array
  size: number
  unsynced: Write[]
}

/**
 * Storage in memory with the crash model that journals are tested on. With `ignoreSync` it
 * acknowledges syncs without keeping anything: a test of durability must fail on it.
 */
export function createMemoryStorage(
  options: { readonly ignoreSync?: boolean } = {},
): MemoryStorage {
  const disks = new Map<string, Disk>()
  const counts = { writes: 0, syncs: 0, replaces: 0 }
  let operationsLeft: number | undefined
  let most = Number.POSITIVE_INFINITY
  let life = 0

  function count(kind: keyof typeof counts): boolean {
    counts[kind] += 1
    if (operationsLeft === undefined) return false
    operationsLeft -= 1
    return operationsLeft === 0
  }

  const used = () => [...disks.values()].reduce((sum, disk) => sum + sizeOf(disk), 0)

  function openFile(disk: Disk): AppendFile {
    const born = life
    let open = true
    const check = () => assert(open && born === life, 'the file is closed, or its process is gone')
    return {
      async read(offset = 0, length = Number.POSITIVE_INFINITY) {
        check()
        return contentOf(disk).slice(offset, offset + length)
      },
      async write(offset, ...parts) {
        check()
        const fails = count('writes')
        const bytes = concat(...parts)
        const room = sizeOf(disk) + most - used()
        const written = Math.min(fails ? bytes.length >> 1 : bytes.length, room - offset)
        disk.unsynced.push({ offset, bytes: bytes.subarray(0, written) })
        if (fails) throw new Error('simulated: write failed half way')
        if (written < bytes.length) throw full()
      },
      async sync() {
        check()
        if (count('syncs')) throw new Error('simulated: sync failed')
        if (options.ignoreSync) return
        keep(disk, disk.unsynced)
        disk.unsynced = []
      },
      async close() {
        open = false
      },
    }
  }

  return {
    counts,
    failAt(operation) {
      operationsLeft = operation
    },
    leaveRoom(bytes) {
      most = bytes === undefined ? Number.POSITIVE_INFINITY : used() + bytes
    },
    kill() {
      life += 1
    },
    crash(random) {
      life += 1
      for (const disk of disks.values()) {
        if (random !== undefined) keep(disk, survivors(disk, random))
        disk.unsynced = []
      }
    },
    async open(name) {
      const disk = disks.get(name) ?? newDisk(new Uint8Array())
      disks.set(name, disk)
      return openFile(disk)
    },
    async list(prefix) {
      return [...disks.keys()].filter((name) => name.startsWith(prefix)).sort()
    },
    async replace(name, content) {
      const bytes = content instanceof Uint8Array ? content : await gather(content)
      if (count('replaces')) throw new Error('simulated: replace failed')
      // The old one goes when the new one is whole.
      if (used() + bytes.length > most) throw full()
      disks.set(name, newDisk(new Uint8Array(bytes)))
    },
    async read(name) {
      const disk = disks.get(name)
      return disk === undefined ? undefined : contentOf(disk).slice()
    },
  }
}

function newDisk(synced: Uint8Array): Disk {
  return { synced, size: synced.length, unsynced: [] }
}

/** Bytes of a file, those included that are on their way to the disk. */
function sizeOf({ size, unsynced }: Disk): number {
  return unsynced.reduce((end, { offset, bytes }) => Math.max(end, offset + bytes.length), size)
}

function full(): UnifareError {
  return new UnifareError('storage.full', 'simulated: no room on the disk')
}

/** What a process reads: the disk with the writes that are still on their way to it. */
function contentOf(disk: Disk): Uint8Array {
  const synced = disk.synced.subarray(0, disk.size)
  if (disk.unsynced.length === 0) return synced
  const seen = newDisk(synced.slice())
  keep(seen, disk.unsynced)
  return seen.synced.subarray(0, seen.size)
}

/** Puts writes on the disk. */
function keep(disk: Disk, writes: readonly Write[]): void {
  const size = writes.reduce((end, write) => Math.max(end, write.offset + write.bytes.length), 0)
  disk.size = Math.max(disk.size, size)
  if (disk.size > disk.synced.length) {
    const grown = new Uint8Array(Math.max(disk.size, 2 * disk.synced.length))
    grown.set(disk.synced)
    disk.synced = grown
  }
  for (const { offset, bytes } of writes) disk.synced.set(bytes, offset)
}

function survivors(disk: Disk, random: Random): Write[] {
  const survived: Write[] = []
  for (const { offset, bytes } of disk.unsynced) {
    for (let at = 0; at < bytes.length; ) {
      const sector = SECTOR_BYTES - ((offset + at) % SECTOR_BYTES)
      const [chance = 0, cut = 0] = random.bytes(2)
      const whole = bytes.subarray(at, at + sector)
      // One in four survives in part: the sector that was being written.
      const kept = chance % 4 === 0 ? whole.subarray(0, cut % whole.length) : whole
      if (chance % 2 === 0) survived.push({ offset: offset + at, bytes: kept })
      at += sector
    }
  }
  return survived
}
