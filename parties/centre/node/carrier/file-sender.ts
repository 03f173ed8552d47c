import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { UnifareError } from '@unifare/core'
import type { CarriedFiles } from './carried-files.ts'
import {
  type CarriedFile,
  checkName,
  DEFAULT_PIECE_BYTES,
  describeFile,
  encodePiece,
  pieceCount,
  pieceOf,
} from './carried-piece.ts'
import type { SegmentCarrier } from './segment-carrier.ts'

/**
 * Sends files of a folder and answers for them, and for files that it received where their sender is
 * gone. It removes none.
 */
export interface FileSender {
  /**
   * Announces a file and sends its pieces. What brokers do not take is no fault: receivers ask for
   * it. Throws `carrier.other-content`, `carrier.no-file`, and `carrier.too-large` when the brokers
   * never take pieces of this size.
   */
  send(name: string): Promise<void>
  /** Resolves when so many others have the file on disk; throws `carrier.not-held`. */
  held(name: string, copies: number): Promise<void>
  /** Sends what receivers ask for until it is closed. */
  close(): Promise<void>
}

/** Messages that are under way at once. */
const WINDOW = 8

/** Opens a sender under its name, which it keeps for ever: under it, it answers for its files. */
export function createFileSender(options: {
  readonly files: CarriedFiles
  readonly carrier: SegmentCarrier
  readonly dir: string
  readonly sender: string
  readonly pieceBytes?: number
  /** How long another sender has for its answer before this one gives it. */
  readonly patienceS?: number
  /** How long `held` waits. */
  readonly waitMs?: number
  readonly pollMs?: number
  /** Hears of every piece that the brokers have. */
  readonly told?: (name: string, index: number) => void
}): FileSender {
  const { files, carrier, dir, sender, pieceBytes = DEFAULT_PIECE_BYTES, pollMs = 200 } = options
  const { patienceS, waitMs = 120_000, told = () => undefined } = options
  const stop = new AbortController()

  async function publish(file: CarriedFile, content: Uint8Array, indexes: readonly number[]) {
    const left = [...indexes]
    const lane = async () => {
      for (let index = left.shift(); index !== undefined; index = left.shift()) {
        if (stop.signal.aborted) return
        const bytes = pieceOf(content, index, file.pieceBytes)
        await carrier.publish(encodePiece({ name: file.name, hash: file.hash, index, bytes }))
        told(file.name, index)
      }
    }
    await Promise.all(Array.from({ length: WINDOW }, lane))
  }

  async function answer(): Promise<void> {
    for (const [name, missing] of await files.wanted(sender, patienceS)) {
      // One that this disk lost is asked for on: others that have it answer.
      const content = await contentOf(dir, name).catch(() => undefined)
      const file = await files.file(name)
      if (content === undefined || file === undefined) continue
      // Cut before for brokers that take more: it is asked for again as it is announced now.
      const coarse = file.pieceBytes > pieceBytes
      if (coarse) await files.announce(describeFile(name, content, pieceBytes), sender)
      else await publish(file, content, missing)
      await files.answered(name)
    }
  }

  const answering = (async () => {
    while (!stop.signal.aborted) {
      // Brokers, database or disk are away: it is asked for still, and tried again.
      await answer().catch(() => undefined)
      await sleep(pollMs, undefined, { signal: stop.signal }).catch(() => undefined)
    }
  })()

  return {
    async send(name) {
      const content = await contentOf(dir, name)
      const file = describeFile(name, content, pieceBytes)
      await files.announce(file, sender)
      const all = Array.from({ length: pieceCount(file) }, (_, index) => index)
      await publish(file, content, all).catch((error: unknown) => {
        if (!(error instanceof UnifareError && error.code === 'carrier.unreachable')) throw error
      })
    },
    async held(name, copies) {
      const until = performance.now() + waitMs
      while ((await files.holders(name)).length < copies) {
        if (stop.signal.aborted || performance.now() > until) {
          const message = `${name} is not on ${copies} other disks yet`
          throw new UnifareError('carrier.not-held', message, { name, copies })
        }
        await sleep(Math.min(pollMs, 50), undefined, { signal: stop.signal }).catch(() => undefined)
      }
    },
    async close() {
      stop.abort()
      await answering
    },
  }
}

async function contentOf(dir: string, name: string): Promise<Uint8Array> {
  checkName(name)
  return await readFile(join(dir, name)).catch((error: unknown) => {
    throw new UnifareError('carrier.no-file', `${name} cannot be read: ${String(error)}`, { name })
  })
}
