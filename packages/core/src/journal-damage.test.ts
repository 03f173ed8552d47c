import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { concat, utf8 } from './bytes.ts'
import { encodeGroup } from './group-buffer.ts'
import { FIRST, open, storageWith, texts, written } from './journal.fixture.ts'
import { decodeGroup } from './journal-format.ts'
import { createMemoryStorage, type MemoryStorage } from './memory-storage.ts'
import { createSeededRandom } from './seeded-random.ts'

describe('a damaged journal', () => {
  it('opens with its tail cut at every byte of the last record, or zeros in its place', async () => {
    const whole = await written([['one'], ['two', 'three'], ['the last record']])
    const lastAt = whole.length - 32 - 12 - 'the last record'.length
    for (let cut = lastAt; cut < whole.length; cut++) {
      for (const rest of [0, whole.length - cut, 4096]) {
        const bytes = concat(whole.subarray(0, cut), new Uint8Array(rest))
        const storage = await storageWith(bytes)
        const journal = await open(storage)
        expect(journal.length).toBe(3)
        expect(journal.recovered.droppedBytes > 0).toBe(cut > lastAt)
        journal.append(utf8('again'))
        await journal.close()
        storage.crash()
        expect(await texts(storage)).toEqual(['one', 'two', 'three', 'again'])
      }
    }
  })

  it('opens with garbage behind its last record, and reports the garbage once', async () => {
    const whole = await written([['one'], ['two']])
    const garbage = createSeededRandom('garbage').bytes(200)
    const storage = await storageWith(concat(whole, garbage))
    expect((await open(storage)).recovered.droppedBytes).toBe(200)
    expect((await open(storage)).recovered.droppedBytes).toBe(0)
    expect(await texts(storage)).toEqual(['one', 'two'])
  })

  it('never brings back records of a torn group behind a shorter new one', async () => {
    const torn = await written([['one'], ['x', 'y', 'z']])
    const end = (await written([['one']])).length
    torn.fill(0, end, end + 8)
    const storage = await storageWith(torn)
    const journal = await open(storage)
    journal.append(utf8('x'))
    await journal.close()
    expect(await texts(storage)).toEqual(['one', 'x'])
  })

  it('is refused with the position when any bit before the last group is flipped', async () => {
    const whole = await written([['one'], ['two', 'three'], ['four']])
    const lastAt = (await written([['one'], ['two', 'three']])).length
    for (let bit = 0; bit < lastAt * 8; bit++) {
      const bytes = whole.slice()
      bytes[bit >> 3]! ^= 1 << (bit & 7)
      await expect(open(await storageWith(bytes))).rejects.toMatchObject({
        code: 'journal.corrupt',
        details: { file: FIRST, offset: expect.any(Number) as number },
      })
    }
  })

  it('is refused, or ends before it, when any bit of a group with a hashed part is flipped', async () => {
    const storage = createMemoryStorage()
    const journal = await open(storage)
    const bulk = utf8('a body that was hashed')
    const hashed = {
      bytes: bulk,
      sha256: new Uint8Array(createHash('sha256').update(bulk).digest()),
    }
    journal.append(utf8('one'), hashed, utf8('behind'))
    journal.append(hashed)
    await journal.sync()
    const end = ((await storage.read(FIRST)) ?? bulk).length
    journal.append(utf8('last'))
    await journal.close()
    const whole = (await storage.read(FIRST)) ?? bulk
    for (let bit = 64 * 8; bit < end * 8; bit++) {
      const bytes = whole.slice()
      bytes[bit >> 3]! ^= 1 << (bit & 7)
      await expect(open(await storageWith(bytes))).rejects.toMatchObject({
        code: 'journal.corrupt',
      })
      expect(await texts(await storageWith(bytes.subarray(0, end)))).toEqual([])
    }
  })

  it('never passes a flipped bit of the last group off as a record', async () => {
    const whole = await written([['one'], ['two']])
    const lastAt = (await written([['one']])).length
    for (let bit = lastAt * 8; bit < whole.length * 8; bit++) {
      const bytes = whole.slice()
      bytes[bit >> 3]! ^= 1 << (bit & 7)
      expect(await texts(await storageWith(bytes))).toEqual(['one'])
    }
  })

  it('is refused when a segment is missing, swapped, cut or from elsewhere', async () => {
    const make = async (text: string) => {
      const storage = createMemoryStorage()
      const journal = await open(storage, 100)
      for (let i = 0; i < 4; i++) {
        journal.append(utf8(`${text} ${i}`))
        await journal.sync()
      }
      return storage
    }
    const names = ['taps-000001.seg', 'taps-000002.seg', 'taps-000003.seg', 'taps-000004.seg']
    const good = await make('a')
    expect(await good.list('')).toEqual(names)
    const other = await make('b')
    const part = async (from: MemoryStorage, at: number) =>
      (await from.read(names[at] ?? '')) ?? new Uint8Array()
    const cases: Record<string, [number, Uint8Array | undefined][]> = {
      missing: [[1, undefined]],
      swapped: [
        [1, await part(good, 2)],
        [2, await part(good, 1)],
      ],
      cut: [[1, (await part(good, 1)).subarray(0, 64)]],
      torn: [[1, (await part(good, 1)).subarray(0, 70)]],
      foreign: [[2, await part(other, 2)]],
      'garbage behind a full one': [[1, concat(await part(good, 1), Uint8Array.of(1))]],
      'header gone': [[3, new Uint8Array()]],
    }
    for (const [, changes] of Object.entries(cases)) {
      const storage = createMemoryStorage()
      for (const [at, name] of names.entries()) {
        const change = changes.find(([position]) => position === at)
        const bytes = change ? change[1] : await part(good, at)
        if (bytes !== undefined) await storage.replace(name, bytes)
      }
      await expect(open(storage)).rejects.toMatchObject({ code: 'journal.corrupt' })
    }
  })

  it('is refused when a group was exchanged for one that is whole in itself', async () => {
    const whole = await written([['one'], ['two'], ['six']])
    const at = (await written([['one']])).length
    const group = decodeGroup(whole, at)
    const forged = whole.slice()
    const hash = concat(group?.link ?? new Uint8Array(), new Uint8Array(24))
    forged.set(encodeGroup(1, hash, [utf8('TWO')]), at)
    await expect(open(await storageWith(forged))).rejects.toMatchObject({
      code: 'journal.corrupt',
      details: { index: 2 },
    })
    forged.set(encodeGroup(7, hash, [utf8('two')]), at)
    await expect(open(await storageWith(forged))).rejects.toMatchObject({
      code: 'journal.corrupt',
      details: { index: 1 },
    })
  })
})
