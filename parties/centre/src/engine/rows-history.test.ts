import { concat, createMemoryStorage, type Storage, toHex, view } from '@unifare/core'
import { MEDIA } from '@unifare/tap'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { DAY } from '../clearing.fixture.ts'
import { refusal } from '../files/files.fixture.ts'
import { accountHash, bucketOf, bucketsOf } from './account-hash.ts'
import { damagedFileOf, replaceSummed } from './checksum.ts'
import type { AccountKey } from './past.ts'
import { indexRows } from './row-index.ts'
import { rowsByBucket } from './row-leaves.ts'
import { rowsHistory } from './rows-history.ts'
import { feesFile } from './rules-file.ts'
import { encodeShardFile, openDays, type Section, shardFile } from './shard-file.ts'
import { ROW, ROW_BYTES } from './verdict-rows.ts'

const ACCOUNT_BYTES = 14
const BLOCK_BYTES = 64 * ROW_BYTES
const NEXT_DAY = '2026-11-21'

function accountOf(account: Uint8Array, medium: number): AccountKey {
  return { account, medium, hash: accountHash(view(account), 0, medium) }
}

/** Accounts that come one after the other, without end. */
function* accountsFrom(first: number): Generator<AccountKey> {
  for (let i = first; ; i++) {
    const account = new Uint8Array(ACCOUNT_BYTES)
    view(account).setUint32(4, i)
    // Of two words, or no two would share a hash.
    view(account).setUint32(8, Math.imul(i ^ (i >>> 7), 0x9e3779b1))
    yield accountOf(account, MEDIA.code)
  }
}

function take(
  from: Iterator<AccountKey>,
  count: number,
  isMeant: (one: AccountKey) => boolean,
): AccountKey[] {
  const taken: AccountKey[] = []
  while (taken.length < count) {
    const one = from.next().value as AccountKey
    if (isMeant(one)) taken.push(one)
  }
  return taken
}

/** Two accounts of one hash, and others of their bucket and of two more; some alike but for the medium. */
function accountPool(): AccountKey[] {
  const all = accountsFrom(0)
  const seen = new Map<number, AccountKey>()
  const twins: AccountKey[] = []
  while (twins.length === 0) {
    const one = all.next().value as AccountKey
    const other = seen.get(one.hash)
    if (other !== undefined) twins.push(one, other)
    seen.set(one.hash, one)
  }
  const bucket = bucketOf(twins[0]!.hash)
  const near = take(all, 12, ({ hash }) => bucketOf(hash) === bucket)
  const far = take(all, 8, ({ hash }) => [0, 255].includes(bucketOf(hash)))
  const onCards = near.slice(0, 3).map(({ account }) => accountOf(account, MEDIA.card))
  return [...twins, ...near, ...far, ...onCards]
}

const pool = accountPool()

/** So many rows of an account, no two the same. */
function rowsFor({ account, medium }: AccountKey, count: number, first = 0): Uint8Array {
  const rows = new Uint8Array(count * ROW_BYTES)
  const words = view(rows)
  for (let i = 0; i < count; i++) {
    words.setUint32(i * ROW_BYTES + ROW.number, first + i)
    rows.set(account, i * ROW_BYTES + ROW.issuer)
    words.setUint8(i * ROW_BYTES + ROW.medium, medium)
  }
  return rows
}

/** Rows of a day: so many of each account, in the order of hashes. */
function rowsOfDay(counts: readonly (readonly [AccountKey, number])[]): Uint8Array {
  const sorted = counts.toSorted(([a], [b]) => a.hash - b.hash)
  return concat(...sorted.map(([account, count], i) => rowsFor(account, count, i * 1_000)))
}

function sectionsOf(rows: Uint8Array, buckets: readonly number[]): Section[] {
  const all = rowsByBucket(rows)
  return buckets.flatMap((bucket): Section[] => {
    const own = all[bucket]!
    const { bytes, sums } = indexRows(own)
    return [
      { kind: 'rows', bucket, bytes: own, sums },
      { kind: 'rowIndex', bucket, bytes },
    ]
  })
}

/** A storage that counts what is read of files of rows. */
function counting(storage: Storage) {
  const read = { opens: 0, reads: 0, bytes: 0 }
  const counted: Storage = {
    ...storage,
    async open(name) {
      const file = await storage.open(name)
      read.opens += 1
      return {
        ...file,
        async read(offset, length) {
          const bytes = await file.read(offset, length)
          read.reads += 1
          read.bytes += bytes.length
          return bytes
        },
      }
    },
  }
  return { counted, read }
}

async function storageOf(days: Readonly<Record<string, Uint8Array>>, shards = 1) {
  const storage = createMemoryStorage()
  for (const [day, rows] of Object.entries(days)) {
    await replaceSummed(storage, feesFile(day), new TextEncoder().encode('[]'))
    for (let shard = 0; shard < shards; shard++) {
      const file = encodeShardFile(sectionsOf(rows, bucketsOf(shard, shards)))
      await storage.replace(shardFile(day, shard, shards), file)
    }
  }
  return storage
}

/** The rows of accounts, by going through all rows. */
function scan(rows: Uint8Array, accounts: readonly AccountKey[]): Uint8Array[] {
  const nameOf = (key: Uint8Array, medium = 0) => `${toHex(key)}/${medium}`
  const byAccount = new Map<string, Uint8Array[]>()
  for (let at = 0; at < rows.length; at += ROW_BYTES) {
    const row = rows.subarray(at, at + ROW_BYTES)
    const name = nameOf(row.subarray(ROW.issuer, ROW.issuer + ACCOUNT_BYTES), row[ROW.medium])
    byAccount.set(name, [...(byAccount.get(name) ?? []), row])
  }
  return accounts.flatMap(({ account, medium }) => byAccount.get(nameOf(account, medium)) ?? [])
}

const manyRows = fc.oneof(
  fc.integer({ min: 0, max: 5 }),
  fc.integer({ min: 62, max: 66 }),
  fc.integer({ min: 126, max: 200 }),
)
const dayRows = fc
  .array(manyRows, { minLength: pool.length, maxLength: pool.length })
  .map((counts) => rowsOfDay(pool.map((account, i) => [account, counts[i] ?? 0] as const)))

describe('the rows of accounts on closed days', () => {
  test('are what going through all rows finds, over any blocks and any number of shards', async () => {
    await fc.assert(
      fc.asyncProperty(
        dayRows,
        dayRows,
        fc.shuffledSubarray(pool),
        fc.constantFrom(1, 4, 64),
        async (first, second, asked, shards) => {
          const storage = await storageOf({ [DAY]: first, [NEXT_DAY]: second }, shards)
          const found = await rowsHistory(storage, [DAY, NEXT_DAY])(asked)
          const expected = [first, second].map((rows) => concat(...scan(rows, asked)))
          expect(found.map(({ rows }) => rows)).toEqual(expected.filter(({ length }) => length > 0))
        },
      ),
      { numRuns: 40 },
    )
  })

  test('of one hash are those of the account that is asked for', async () => {
    const [one, other] = pool as [AccountKey, AccountKey]
    expect(one.hash).toBe(other.hash)
    for (const counts of [
      [64, 1],
      [1, 64],
      [63, 1],
      [130, 130],
      [0, 3],
    ] as const) {
      const rows = rowsOfDay([
        [one, counts[0]],
        [other, counts[1]],
      ])
      const history = rowsHistory(await storageOf({ [DAY]: rows }), [DAY])
      for (const asked of [[one], [other], [one, other], [other, one]]) {
        const found = await history(asked)
        expect(concat(...found.map((day) => day.rows))).toEqual(concat(...scan(rows, asked)))
      }
    }
  })

  test('are found for more accounts at once than a call takes arguments', async () => {
    const accounts = take(accountsFrom(0), 150_000, () => true).toSorted((a, b) => a.hash - b.hash)
    const rows = new Uint8Array(accounts.length * ROW_BYTES)
    accounts.forEach((account, i) => rows.set(rowsFor(account, 1, i), i * ROW_BYTES))
    const [found] = await rowsHistory(await storageOf({ [DAY]: rows }), [DAY])(accounts)
    expect(Buffer.compare(found!.rows, rows)).toBe(0)
  })

  test('cost the index of a bucket and the blocks that have them: one file is opened once', async () => {
    // A bucket of a day with 30 million taps, about.
    const all = accountsFrom(1)
    const bucket = 7
    const isNear = ({ hash }: AccountKey) => bucketOf(hash) === bucket
    const accounts = take(all, 3_000, isNear).toSorted((a, b) => a.hash - b.hash)
    const rows = rowsOfDay(accounts.map((account) => [account, 39] as const))
    const index = Math.ceil(rows.length / BLOCK_BYTES) * 12
    expect([rows.length, index]).toEqual([7_488_000, 21_948])
    const { counted, read } = counting(await storageOf({ [DAY]: rows }))
    const dayOf = openDays(counted)
    await dayOf(DAY)
    const ask = async (asked: readonly AccountKey[]) => {
      Object.assign(read, { opens: 0, reads: 0, bytes: 0 })
      const found = await rowsHistory(counted, [DAY], dayOf)(asked)
      return { ...read, found: found.reduce((sum, day) => sum + day.rows.length, 0) / ROW_BYTES }
    }
    const at = (...places: readonly number[]) => places.map((place) => accounts[place]!)
    for (const [asked, reads, blocks, found] of [
      [at(1_000), 1, 2, 39],
      [at(0, 1_000, 2_000, 2_999), 4, 8, 4 * 39],
      // What lies near each other is read in one go.
      [at(1_000, 1_010), 1, 8, 2 * 39],
      [take(all, 1, isNear), 1, 2, 0],
    ] as const) {
      const cost = await ask(asked)
      expect(cost).toMatchObject({ opens: 1, reads: 1 + reads, found })
      expect(cost.bytes).toBeLessThanOrEqual(index + blocks * BLOCK_BYTES)
    }
    const elsewhere = take(all, 5, (one) => !isNear(one))
    expect(await ask(elsewhere)).toEqual({ opens: 0, reads: 0, bytes: 0, found: 0 })
    const whole = { opens: 1, reads: 2, bytes: index + rows.length, found: 3_000 * 39 }
    expect(await ask(accounts)).toEqual(whole)
  })
})

describe('files with rows of closed days that are not as they were written', () => {
  const rows = rowsOfDay(pool.slice(0, 14).map((account, i) => [account, 20 + i] as const))
  const asked = [pool[5]!]
  const expected = concat(...scan(rows, asked))

  /** What becomes of a question when the day's file is changed; also where it was open before. */
  async function ask(change: (file: Uint8Array) => Uint8Array, isOpen: boolean) {
    const storage = await storageOf({ [DAY]: rows })
    const dayOf = openDays(storage)
    if (isOpen) await dayOf(DAY)
    const name = shardFile(DAY, 0, 1)
    await storage.replace(name, change((await storage.read(name))!))
    const history = rowsHistory(storage, [DAY], dayOf)(asked)
    const code = await refusal(history)
    if (code === 'accepted') expect((await history)[0]?.rows).toEqual(expected)
    return code
  }

  /** Where in the file something stands. */
  async function placeIn(bytes: Uint8Array) {
    const storage = await storageOf({ [DAY]: rows })
    return Buffer.from((await storage.read(shardFile(DAY, 0, 1)))!).indexOf(bytes)
  }

  const flip = (bit: number) => (file: Uint8Array) => {
    file[bit >>> 3]! ^= 1 << (bit & 7)
    return file
  }

  test('are told for every bit of the index and of the blocks that are read', async () => {
    const index = indexRows(rows).bytes
    const indexAt = await placeIn(index)
    for (let bit = 0; bit < index.length * 8; bit++) {
      expect([bit, await ask(flip(indexAt * 8 + bit), true)]).toEqual([bit, 'centre.damaged-file'])
    }
    const rowsAt = await placeIn(expected)
    for (let bit = 0; bit < expected.length * 8; bit += 7) {
      expect([bit, await ask(flip(rowsAt * 8 + bit), true)]).toEqual([bit, 'centre.damaged-file'])
    }
  })

  test('never answer anything else: bits, zeros, cuts, words and blocks that changed places', async () => {
    const codes = new Set<string>()
    await fc.assert(
      fc.asyncProperty(
        fc.nat(rows.length),
        fc.nat(rows.length),
        fc.integer({ min: 1, max: 5_000 }),
        fc.boolean(),
        async (at, to, count, isOpen) => {
          const swap = (bytes: number) => (file: Uint8Array) => {
            const changed = file.slice()
            const [a, b] = [at - (at % bytes), to - (to % bytes)]
            changed.set(file.subarray(a, a + bytes), b)
            changed.set(file.subarray(b, b + bytes).slice(0, file.length - a), a)
            return changed.subarray(0, file.length)
          }
          for (const change of [
            flip(at * 8 + (to & 7)),
            (file: Uint8Array) => file.fill(0, at, at + count),
            (file: Uint8Array) => file.slice(0, at),
            swap(4),
            swap(ROW_BYTES),
          ]) {
            const code = await ask(change, isOpen)
            expect(['accepted', 'centre.damaged-file']).toContain(code)
            codes.add(String(code))
          }
        },
      ),
      { numRuns: 200 },
    )
    // What is not read is not believed either.
    expect([...codes].sort()).toEqual(['accepted', 'centre.damaged-file'])
  })

  test('are told where index and rows are of two days, where one is missing, and of older files', async () => {
    const [own, index] = sectionsOf(rows, [bucketOf(asked[0]!.hash)]) as [Section, Section]
    const others = rows.slice()
    others[ROW.number] = 1
    for (const sections of [
      [own],
      [own, { ...index, bytes: indexRows(others).bytes }],
      [own, { ...index, bytes: index.bytes.subarray(12) }],
    ]) {
      expect(await ask(() => encodeShardFile(sections), false)).toBe('centre.damaged-file')
    }
    const storage = await storageOf({ [DAY]: rows })
    const name = shardFile(DAY, 0, 1)
    const older = (await storage.read(name))!
    older[3] = 0x32
    await storage.replace(name, older)
    const told = await rowsHistory(storage, [DAY])(asked).catch((error: unknown) => error)
    expect(String(told)).toContain(`${name} is of an older form`)
    // So a close puts it aside.
    expect(damagedFileOf(told)).toBe(name)
  })
})
