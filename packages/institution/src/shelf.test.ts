import { type Bundle, isDelta, rebuildFrom, type SignedBundle, signBundle } from '@unifare/bundle'
import { createMemoryRepository, utf8 } from '@unifare/core'
import { ed25519PublicKey, sha256 } from '@unifare/crypto'
import { describe, expect, test } from 'vitest'
import { loadShelf, newerBundles, newerLists, parsePull, readingOf, storeBundle } from './index.ts'
import { AT, engine, MEMBER, OTHER, signOf } from './institution.fixture.ts'
import { lists, shelfTable } from './tables.ts'

const refused = (code: string) => expect.objectContaining({ code })
const publicKeyOf = (party: string) =>
  ed25519PublicKey(sha256(utf8(`unifare test key of ${party}`)))
const options = { at: AT, engine, publicKeyOf, trial: () => {} }

function listOf(change: Partial<Bundle> = {}): Promise<SignedBundle> {
  const { publisher = MEMBER } = change
  const common = { publisher, kind: 'devices', version: 1, validFrom: AT, validTo: null } as const
  return signBundle({ ...common, content: { devices: [] }, ...change }, signOf(publisher))
}

describe('the shelf of an institution', () => {
  test('keeps the last good list of every kind and publisher', async () => {
    const repository = createMemoryRepository()
    const store = async (change: Partial<Bundle>) => {
      const bundle = await listOf(change)
      return repository.transaction((tx) => storeBundle(tx, bundle, options))
    }
    await store({})
    await store({ version: 2 })
    await store({ publisher: OTHER })
    await store({ version: 2 })
    await expect(store({ version: 1 })).rejects.toThrow(refused('bundle.older'))
    await expect(store({ version: 2, validFrom: 5 })).rejects.toThrow(refused('bundle.forked'))
    await expect(store({ version: 3, validTo: AT })).rejects.toThrow(refused('bundle.expired'))
    const shelf = await repository.transaction(loadShelf)
    expect([...shelf].map(([name, { version }]) => [name, version])).toEqual([
      [`devices/${MEMBER}`, 2],
      [`devices/${OTHER}`, 1],
    ])
  })

  test('a list that fails its trial changes nothing', async () => {
    const repository = createMemoryRepository()
    const bundle = await listOf()
    const trial = () => {
      throw new TypeError('cannot be compiled')
    }
    const stored = repository.transaction((tx) => storeBundle(tx, bundle, { ...options, trial }))
    await expect(stored).rejects.toThrow(TypeError)
    expect((await repository.transaction(loadShelf)).size).toBe(0)
  })

  test('more lists than the memory keeps are all on the shelf', async () => {
    const repository = createMemoryRepository()

    const bundle = await listOf()
    await repository.transaction(async (tx) => {
      const names = Array.from({ length: 5_000 }, (_, i) => `devices/${i}`)
      await tx.put(
        lists,
        names.map((name) => ({ list: name, bundle: { ...bundle, publisher: name } })),
      )
      await tx.put(
        shelfTable,
        names.map((name) => ({ name, list: name })),
      )
    })
    for (let i = 0; i < 2; i++) {
      const shelf = await repository.transaction(loadShelf)
      expect(shelf.size).toBe(5_000)
      expect([...shelf].every(([name, { publisher }]) => name === publisher)).toBe(true)
    }
  })

  test('what a reader makes of a list is made once', async () => {
    const bundle = await listOf()
    let made = 0
    const read = (content: unknown) => {
      made += 1
      return { content }
    }
    expect(readingOf(bundle, read)).toBe(readingOf(bundle, read))
    expect(readingOf(bundle, read).content).toBe(bundle.content)
    expect(made).toBe(1)
  })
})

describe('a pull', () => {
  test('gets the lists that are newer than what it holds', async () => {
    const shelf = new Map([
      ['devices/a', await listOf({ version: 3 })],
      ['devices/b', await listOf({ version: 1 })],
      ['constructor', await listOf({ version: 1 })],
    ])
    const names = (held: Record<string, number>) =>
      newerBundles(shelf, { held }).map((b) => b.version)
    expect(names({})).toEqual([3, 1, 1])
    expect(names({ 'devices/a': 2, 'devices/b': 1, constructor: 1 })).toEqual([3])
    expect(names({ 'devices/a': 4, 'devices/b': 1, constructor: 1, 'devices/c': 9 })).toEqual([])
  })

  test.each([{}, { held: null }, { held: [] }, { held: { a: 'b' } }, { held: { a: 0.5 } }])(
    '%j is no pull',
    (order) => {
      expect(() => parsePull(order)).toThrow(refused('message.malformed'))
    },
  )
})

describe('what a puller gets', () => {
  const devices = (count: number) => ({
    devices: Array.from({ length: count }, (_, i) => ({ terminal: `44010000${1000 + i}` })),
  })

  test('is what changed since any version it holds, when it can read that, else the whole', async () => {
    const repository = createMemoryRepository()
    const versions = new Map<number, SignedBundle>()
    for (const version of [1, 2, 3]) {
      const bundle = await listOf({ version, content: devices(50 + version) })
      versions.set(version, bundle)
      await repository.transaction((tx) => storeBundle(tx, bundle, options))
    }
    const name = `devices/${MEMBER}`
    const pull = (held: Record<string, number>, deltas: boolean) =>
      repository.transaction((tx) => newerLists(tx, parsePull({ held, deltas }), () => true))
    for (const held of [1, 2]) {
      const [told] = await pull({ [name]: held }, true)
      expect(isDelta(told)).toBe(true)
      const shelf = new Map([[name, versions.get(held)!]])
      expect(rebuildFrom(shelf, told)).toEqual(versions.get(3))
    }
    for (const [held, deltas] of [
      [{}, true],
      [{ [name]: 0 }, true],
      [{ [name]: 1 }, false],
    ] as const) {
      expect(await pull(held, deltas)).toEqual([versions.get(3)])
    }
    expect(await pull({ [name]: 3 }, true)).toEqual([])
  })

  test('is the whole when the version held was never known here', async () => {
    const repository = createMemoryRepository()
    const bundle = await listOf({ version: 5, content: devices(50) })
    await repository.transaction((tx) => storeBundle(tx, bundle, options))
    const pull = parsePull({ held: { [`devices/${MEMBER}`]: 4 }, deltas: true })
    expect(await repository.transaction((tx) => newerLists(tx, pull, () => true))).toEqual([bundle])
  })
})
