import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createSeededRandom } from '@unifare/core'
import { startTestPostgres } from '@unifare/core/testing'
import { afterAll, beforeAll, beforeEach } from 'vitest'
import { openLeaseClient } from '../lease/lease-client.ts'
import { openCarriedFiles } from './carried-files.ts'
import { createFileReceiver } from './file-receiver.ts'
import { createFileSender } from './file-sender.ts'
import { type SegmentCarrier } from './segment-carrier.ts'

export const PIECE_BYTES = 64 * 1024
const FILE_BYTES = PIECE_BYTES * 20 + 321

/** Files that go from the folder of a sender to those of receivers, with a database of their own. */
export type Carriage = Awaited<ReturnType<typeof openCarriage>>

/** Opens a database and a folder for what is carried. */
export async function openCarriage() {
  const server = await startTestPostgres()
  const client = openLeaseClient({ urls: [server.url] })
  const files = await openCarriedFiles(client)
  const dir = await mkdtemp(join(tmpdir(), 'unifare-carrier-'))
  return {
    client,
    files,
    dir,
    /** Forgets everything that was announced. */
    async forget(): Promise<void> {
      await client.query(
        'truncate carried_files, carried_finished, carried_dropped, carried_asked cascade',
      )
    },
    /** A file of random content in the sender's folder. */
    async made(name: string): Promise<Uint8Array> {
      const content = createSeededRandom(name).bytes(FILE_BYTES)
      await mkdir(join(dir, 'from'), { recursive: true })
      await writeFile(join(dir, 'from', name), content)
      return content
    },
    arrivedAs: (receiver: string, name: string) => readFile(join(dir, receiver, name)),
    senderOver(carrier: SegmentCarrier, told?: (name: string, index: number) => void) {
      return createFileSender({
        files,
        carrier,
        dir: join(dir, 'from'),
        sender: 'from',
        pieceBytes: PIECE_BYTES,
        pollMs: 50,
        ...(told && { told }),
      })
    },
    async receiverOver(carrier: SegmentCarrier, receiver: string, keeps = false) {
      await mkdir(join(dir, receiver), { recursive: true })
      return await createFileReceiver({
        files,
        carrier,
        dir: join(dir, receiver),
        receiver,
        keeps,
        patienceMs: 400,
        waitMs: 30_000,
        pollMs: 50,
      })
    },
    async close(): Promise<void> {
      await client.close()
      await server.stop()
      await rm(dir, { recursive: true, force: true })
    },
  }
}

/** The carriage of a test file: opened before its tests, and nothing announced before each. */
export function useCarriage() {
  let carriage: Carriage
  beforeAll(async () => {
    carriage = await openCarriage()
  })
  beforeEach(() => carriage.forget())
  afterAll(() => carriage.close())
  return {
    current: () => carriage,
    made: ((name) => carriage.made(name)) as Carriage['made'],
    arrivedAs: ((...of) => carriage.arrivedAs(...of)) as Carriage['arrivedAs'],
    senderOver: ((...of) => carriage.senderOver(...of)) as Carriage['senderOver'],
    receiverOver: ((...of) => carriage.receiverOver(...of)) as Carriage['receiverOver'],
  }
}

/** Deliveries as a carrier of the worst kind makes them. */
export function faultyCarrier(change: (message: Uint8Array, n: number) => readonly Uint8Array[]) {
  const takers = new Set<(message: Uint8Array) => Promise<void>>()
  let count = 0
  const carrier: SegmentCarrier = {
    async publish(message) {
      const given = change(message, count++)
      for (const take of takers) for (const one of given) await take(one)
    },
    subscribe(_receiver, take) {
      takers.add(take)
      return {
        async close() {
          takers.delete(take)
        },
      }
    },
    async close() {
      takers.clear()
    },
  }
  return carrier
}
