import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { concat, fromHex, toHex, utf8, view } from './bytes.ts'
import { crc32 } from './crc32.ts'
import { FIRST, open, storageWith, texts, written } from './journal.fixture.ts'
import { createMemoryStorage } from './memory-storage.ts'

describe('bytes of a journal', () => {
  const goldenOf = (version: number) =>
    fromHex(readFileSync(new URL(`journal-${version}.golden.hex`, import.meta.url), 'utf8'))
  const sha = (...parts: readonly Uint8Array[]) => {
    const hash = createHash('sha256')
    for (const part of parts) hash.update(part)
    return hash.digest()
  }
  const HEAD = (length: number, bulkAt = 0, bulkLength = 0) => {
    const head = new Uint8Array(12)
    for (const [i, value] of [length, bulkAt, bulkLength].entries())
      view(head).setUint32(i * 4, value)
    return head
  }

  it('are those of version 3, for ever', async () => {
    const storage = createMemoryStorage()
    const journal = await open(storage)
    for (const text of ['entry', 'exit']) journal.append(utf8(text))
    await journal.sync()
    journal.append(utf8(''))
    await journal.sync()
    const bulk = utf8('a body that was hashed')
    journal.append(utf8('before '), { bytes: bulk, sha256: sha(bulk) }, utf8(' behind'))
    await journal.close()
    expect(toHex((await storage.read(FIRST)) ?? utf8(''))).toBe(toHex(goldenOf(3)))
  })

  it('sum: CRC-32 of head and records, each bulk as its SHA-256; in version 2 as it is', async () => {
    const whole = goldenOf(3)
    const at = (await written([['entry', 'exit'], ['']])).length
    const [head, body] = [whole.slice(at, at + 28), whole.slice(at + 32)]
    const bulk = utf8('a body that was hashed')
    const before = 12 + 'before '.length
    const rest = body.subarray(before + bulk.length)
    const sum = crc32(concat(head, body.subarray(0, before), sha(bulk), rest))
    expect(view(whole).getUint32(at + 28)).toBe(sum)
    const old = goldenOf(2)
    const last = old.subarray(old.length - 32 - 12)
    expect(view(last).getUint32(28)).toBe(crc32(concat(last.subarray(0, 28), last.subarray(32))))
  })

  it.each([1, 2, 3])('of version %i are read for ever', async (version) => {
    const third = version === 3 ? ['before a body that was hashed behind'] : []
    expect(await texts(await storageWith(goldenOf(version)))).toEqual([
      'entry',
      'exit',
      '',
      ...third,
    ])
  })

  it.each([1, 2])(
    'of version %i stay as they are: what comes goes into a segment behind them',
    async (version) => {
      const storage = await storageWith(goldenOf(version))
      const journal = await open(storage)
      journal.append(utf8('new'))
      await journal.close()
      expect(await storage.list('')).toEqual([FIRST, 'taps-000002.seg'])
      expect(await storage.read(FIRST)).toEqual(goldenOf(version))
      expect(await texts(storage)).toEqual(['entry', 'exit', '', 'new'])
      const again = await open(storage)
      again.append(utf8('newer'))
      await again.close()
      expect(await storage.list('')).toHaveLength(2)
      expect(await texts(storage)).toEqual(['entry', 'exit', '', 'new', 'newer'])
    },
  )

  it('of a later version are refused by name', async () => {
    const later = goldenOf(3)
    later[9] = 4
    view(later).setUint32(60, crc32(later.subarray(0, 60)))
    await expect(open(await storageWith(later))).rejects.toMatchObject({ code: 'journal.version' })
  })

  it('chain: hash i = SHA-256(hash i-1 || head || payload), in version 1 without the head', async () => {
    for (const version of [1, 2]) {
      const journal = await open(await storageWith(goldenOf(version)))
      let hash: Uint8Array = new Uint8Array(32)
      for (const record of await journal.read(0)) {
        const { payload } = record
        hash = version === 1 ? sha(hash, payload) : sha(hash, HEAD(payload.length), payload)
        expect(toHex(record.hash)).toBe(toHex(hash))
        expect(toHex(await journal.chainHashAt(record.index + 1))).toBe(toHex(hash))
      }
      expect(toHex(journal.chainHash())).toBe(toHex(hash))
      expect(toHex(await journal.chainHashAt(0))).toBe('00'.repeat(32))
    }
  })

  it('with a part that was hashed already: its hash stands for it in the chain', async () => {
    const part = fc.uint8Array({ maxLength: 40 })
    // Long ones are written from where they lie.
    const long = fc
      .integer({ min: 4090, max: 4100 })
      .map((length) => new Uint8Array(length).fill(length))
    const bulks = fc.oneof(part, long)
    await fc.assert(
      fc.asyncProperty(part, bulks, part, async (before, bulk, after) => {
        const storage = createMemoryStorage()
        const journal = await open(storage)
        journal.append(before, { bytes: bulk, sha256: sha(bulk) }, after)
        const payload = concat(before, bulk, after)
        const told = bulk.length === 0 ? concat(before, after) : concat(before, sha(bulk), after)
        const head =
          bulk.length === 0
            ? HEAD(payload.length, before.length)
            : HEAD(payload.length, before.length, bulk.length)
        expect(toHex(journal.chainHash())).toBe(toHex(sha(new Uint8Array(32), head, told)))
        // Several in one group, and what is copied between them.
        journal.append({ bytes: bulk, sha256: sha(bulk) })
        journal.append(utf8('next'))
        await journal.close()
        const [first, second, third] = await (await open(storage)).read(0)
        expect(toHex(first!.payload)).toBe(toHex(payload))
        expect(toHex(second!.payload)).toBe(toHex(bulk))
        expect(toHex(third!.hash)).toBe(toHex(journal.chainHash()))
      }),
    )
    const journal = await open(createMemoryStorage())
    const hashed = { bytes: utf8('x'), sha256: sha(utf8('x')) }
    expect(() => journal.append(hashed, hashed)).toThrow(TypeError)
  })

  it('with a wrong hash given along are not opened: never a record that is not what was hashed', async () => {
    const storage = createMemoryStorage()
    const journal = await open(storage)
    journal.append({ bytes: utf8('x'), sha256: sha(utf8('y')) })
    await journal.sync()
    journal.append(utf8('next'))
    await journal.close()
    await expect(open(storage)).rejects.toMatchObject({ code: 'journal.corrupt' })
  })
})

describe('a journal', () => {
  it('gives back what was appended, over segments and openings', async () => {
    const groups = fc.array(fc.array(fc.uint8Array({ maxLength: 90 }), { maxLength: 5 }))
    await fc.assert(
      fc.asyncProperty(groups, fc.integer({ min: 1, max: 600 }), async (input, maxSegmentBytes) => {
        const storage = createMemoryStorage()
        const all: string[] = []
        for (const group of input) {
          const journal = await open(storage, maxSegmentBytes)
          expect(journal.length).toBe(all.length)
          for (const payload of group) {
            expect(journal.append(payload)).toBe(all.length)
            all.push(toHex(payload))
          }
          await journal.close()
        }
        const journal = await open(storage, maxSegmentBytes)
        const records = await journal.read(0, 1000)
        expect(records.map((record) => toHex(record.payload))).toEqual(all)
        const middle = all.length >> 1
        expect((await journal.read(middle, 2)).map(({ payload }) => toHex(payload))).toEqual(
          all.slice(middle, middle + 2),
        )
        expect(await journal.read(all.length)).toEqual([])
      }),
      { numRuns: 50 },
    )
  })

  it('reads from the middle of a big one without the whole', async () => {
    const storage = createMemoryStorage()
    const journal = await open(storage, 1_000_000)
    for (let i = 0; i < 300; i++) {
      journal.append(concat(utf8(`${i}:`), new Uint8Array(9000)))
      await journal.sync()
    }
    const [record] = await (await open(storage)).read(222, 1)
    expect(record?.index).toBe(222)
    expect(new TextDecoder().decode(record?.payload.subarray(0, 4))).toBe('222:')
    expect(await storage.list('taps-')).toHaveLength(3)
    expect((await journal.read(222, 1))[0]?.hash).toEqual(record?.hash)
  })

  it('keeps what was appended even when the caller uses the array again', async () => {
    const storage = createMemoryStorage()
    const journal = await open(storage)
    const buffer = Buffer.from('first')
    journal.append(buffer)
    buffer.fill(0)
    await journal.close()
    expect(await texts(storage)).toEqual(['first'])
  })

  it('shares one sync between concurrent callers', async () => {
    const storage = createMemoryStorage()
    const journal = await open(storage)
    const before = storage.counts.syncs
    const first = Array.from({ length: 100 }, (_, i) => {
      journal.append(utf8(String(i)))
      return journal.sync()
    })
    await Promise.resolve()
    const second = Array.from({ length: 100 }, (_, i) => {
      journal.append(utf8(String(100 + i)))
      return journal.sync()
    })
    await Promise.all([...first, ...second])
    expect(storage.counts.syncs - before).toBe(2)
    expect(journal.syncedLength).toBe(200)
    await journal.sync()
    expect(storage.counts.syncs - before).toBe(2)
  })

  it('shows only durable records', async () => {
    const journal = await open(createMemoryStorage())
    journal.append(utf8('a'))
    expect(await journal.read(0)).toEqual([])
    expect([journal.length, journal.syncedLength]).toEqual([1, 0])
  })

  it('refuses a record that no reader would take', async () => {
    const journal = await open(createMemoryStorage())
    expect(() => journal.append(new Uint8Array(2 ** 24 + 1))).toThrow(
      expect.objectContaining({ code: 'journal.too-large' }),
    )
  })
})
