import { rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { createSerial, UnifareError } from '@unifare/core'
import { type ArrivingFile, isHere, openArriving } from './arriving-file.ts'
import type { CarriedFiles } from './carried-files.ts'
import { decodePiece, type Piece } from './carried-piece.ts'
import type { SegmentCarrier } from './segment-carrier.ts'

/** Stores what others send into a folder of its own. */
export interface FileReceiver {
  /**
   * Resolves when the file stands in the folder, whole; one that nobody announces is asked for.
   * Throws `carrier.not-here`.
   */
  has(name: string): Promise<void>
  close(): Promise<void>
}

/**
 * Opens a receiver under its name, which goes with the folder. A file has its name when it is whole,
 * verified and durable, and only then the receiver says that it has it. Pieces that do not come in
 * time are asked for. Files of the folder that were lost are received again; what brokers brought and
 * nobody needs any more is removed.
 */
export async function createFileReceiver(options: {
  readonly files: CarriedFiles
  readonly carrier: SegmentCarrier
  readonly dir: string
  readonly receiver: string
  /** Keeps what nobody needs any more: it stands there as in an archive. */
  readonly keeps?: boolean
  /** How long a piece may be on its way before it is asked for. */
  readonly patienceMs?: number
  /** How long `has` waits. */
  readonly waitMs?: number
  readonly pollMs?: number
}): Promise<FileReceiver> {
  const { files, carrier, dir, receiver, patienceMs = 2_000, waitMs = 120_000 } = options
  const { keeps = false, pollMs = 200 } = options
  const arriving = new Map<string, Arriving>()
  const here = new Set<string>()
  const stop = new AbortController()
  // One after the other: two pieces may complete a file at once.
  const oneByOne = createSerial()

  for (const { name, bytes } of await files.received(receiver)) {
    const size = await stat(join(dir, name)).then(
      (one) => one.size,
      () => undefined,
    )
    if (size === bytes) here.add(name)
    else await files.withdraw(receiver, name)
  }

  async function arrived(name: string, brought: boolean): Promise<void> {
    const carried = await files.receive(receiver, name, brought && !keeps)
    arriving.delete(name)
    if (carried) here.add(name)
    // It was finished meanwhile.
    else if (brought && !keeps) await rm(join(dir, name), { force: true })
  }

  async function begin(name: string): Promise<Arriving | undefined> {
    const known = arriving.get(name)
    if (known !== undefined) return known
    const file = await files.file(name)
    if (file === undefined) return undefined
    if (await isHere(dir, file)) {
      await arrived(name, false)
      return undefined
    }
    const begun = { one: await openArriving(dir, file), lastMs: performance.now() }
    arriving.set(name, begun)
    if (begun.one.missing().length > 0) return begun
    await complete(begun)
    return undefined
  }

  async function complete(begun: Arriving): Promise<void> {
    if (await begun.one.finish()) await arrived(begun.one.file.name, true)
  }

  async function take({ name, hash, index, bytes }: Piece): Promise<void> {
    if (here.has(name)) return
    const begun = await begin(name)
    // Announced by nobody, or with another content: whoever put it there is no sender of ours.
    if (begun === undefined || begun.one.file.hash !== hash) return
    if (!(await begun.one.take(index, bytes))) return
    begun.lastMs = performance.now()
    if (begun.one.missing().length === 0) await complete(begun)
  }

  async function ask(): Promise<void> {
    for (const name of await files.lacking(receiver)) {
      if (stop.signal.aborted) return
      here.delete(name)
      await oneByOne(async () => {
        const begun = await begin(name)
        if (begun === undefined || performance.now() - begun.lastMs < patienceMs) return
        // Its sender may have begun anew and cut it otherwise.
        const announced = await files.file(name)
        if (announced?.pieceBytes !== begun.one.file.pieceBytes) arriving.delete(name)
        const current = await begin(name)
        if (current === undefined) return
        current.lastMs = performance.now()
        await files.want(receiver, name, current.one.missing())
      })
    }
  }

  /** Removes what brokers brought and nobody needs any more, whole or in pieces. */
  async function drop(): Promise<void> {
    const names = await files.dropped(receiver)
    if (names.length > 0) {
      for (const name of names) {
        here.delete(name)
        await rm(join(dir, name), { force: true })
      }
      await files.removed(receiver, names)
    }
    for (const [name, { one }] of arriving) {
      if ((await files.file(name)) !== undefined) continue
      arriving.delete(name)
      await one.discard()
    }
  }

  /** Whether a file of this folder's own has the announced content: one left from before may not. */
  async function standsHere(name: string): Promise<boolean> {
    if (!(await stat(join(dir, name)).then(...SETTLED))) return false
    const file = await files.file(name)
    return file !== undefined && (await isHere(dir, file))
  }

  const subscription = carrier.subscribe(receiver, async (message) => {
    const piece = pieceIn(message)
    if (piece !== undefined) await oneByOne(() => take(piece))
  })
  const asking = (async () => {
    while (!stop.signal.aborted) {
      // Database or disk are away: it is missing still, and asked for later.
      await ask().catch(() => undefined)
      await oneByOne(drop).catch(() => undefined)
      await sleep(pollMs, undefined, { signal: stop.signal }).catch(() => undefined)
    }
  })()

  return {
    async has(name) {
      const until = performance.now() + waitMs
      if (!here.has(name)) await files.request(name)
      while (!here.has(name)) {
        if (await standsHere(name)) return void here.add(name)
        if (performance.now() > until || stop.signal.aborted) {
          throw new UnifareError('carrier.not-here', `${name} did not arrive`, { name })
        }
        await sleep(Math.min(pollMs, 50))
      }
    },
    async close() {
      stop.abort()
      await subscription.close()
      await asking
    },
  }
}

interface Arriving {
  readonly one: ArrivingFile
  /** When its last piece came, or was asked for. */
  lastMs: number
}

/** Whether it worked. */
const SETTLED = [() => true, () => false] as const

function pieceIn(message: Uint8Array): Piece | undefined {
  try {
    return decodePiece(message)
  } catch {
    return undefined
  }
}
