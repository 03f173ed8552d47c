import { createMemoryStorage, openJournal, pureHashes, type Storage } from '@unifare/core'
import { CHAIN_START, encodeChargeBatch, encodeMessage } from '@unifare/tap'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { CARD, CENTRE, chargeOf, DAY, OPERATOR, tapOf } from '../clearing.fixture.ts'
import { createScatterer } from './scatter-job.ts'
import { createMemorySpill } from './spill.ts'

const sign = async () => new Uint8Array(64)
const SHARDS = 4

/** Storage that reads where it is told to, as a folder does. */
function readingInto(storage: Storage): Storage {
  return {
    ...storage,
    async read(name, into) {
      const bytes = await storage.read(name)
      if (bytes === undefined || into === undefined || bytes.length > into.length) return bytes
      into.set(bytes)
      return into.subarray(0, bytes.length)
    },
  }
}

/** A journal of free rides. */
async function writeCharges(storage: Storage, journal: string, count: number) {
  const charges = Array.from({ length: count }, (_, i) => {
    const account = String(BigInt(CARD) + BigInt(i))
    const taps = [1, 2].map((sequence) => tapOf({ sequence, account, amountFen: 0 }))
    return chargeOf(taps, { number: i + 1, tariff: '', parts: [] })
  })
  const message = { kind: 'charge-batch', sender: OPERATOR, receiver: CENTRE, sentAt: 0 } as const
  const opened = await openJournal({ storage, name: journal })
  const batch = { operator: OPERATOR, previous: CHAIN_START, charges, day: DAY, sign }
  const body = await encodeChargeBatch(batch)
  opened.append(new Uint8Array(6), await encodeMessage({ ...message, body, sign }))
  await opened.close()
}

const NOTHING = 0xee

/** Opens a distributor, and reads what it sets aside. */
function open(storage: Storage) {
  const spill = createMemorySpill()
  const scatter = createScatterer({ storage, spill, hashes: pureHashes })
  const all = { segment: 1, from: 0, until: Number.MAX_SAFE_INTEGER, refused: [] }
  return async (journal: string) => {
    const job = { journal, ...all, shards: SHARDS, centre: CENTRE }
    const { file, ...told } = await scatter(job)
    const length = told.charges.reduce((sum, range) => sum + range.length, 0)
    const lines = new Uint8Array(length).fill(NOTHING)
    await spill.read(file, { offset: 0, length }, lines)
    return { ...told, lines }
  }
}

test('a segment is distributed the same behind any others, longer and shorter ones', async () => {
  const sizes = [1, 3, 20, 31, 50, 80, 200, 260]
  const storage = readingInto(createMemoryStorage())
  for (const size of sizes) await writeCharges(storage, `day${size}`, size)
  const alone = new Map<number, unknown>()
  for (const size of sizes) alone.set(size, await open(storage)(`day${size}`))
  const orders = fc.array(fc.constantFrom(...sizes), { minLength: 1, maxLength: 6 })
  await fc.assert(
    fc.asyncProperty(orders, async (order) => {
      const again = open(storage)
      for (const size of order) expect(await again(`day${size}`)).toEqual(alone.get(size))
    }),
    { numRuns: 60 },
  )
})
