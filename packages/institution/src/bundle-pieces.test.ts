import {
  cutBundle,
  gatherBundles,
  isDelta,
  openBundle,
  rebuildFrom,
  type SignedBundle,
  signBundle,
} from '@unifare/bundle'
import { createMemoryRepository, fromUtf8, parseJson, type Repository, utf8 } from '@unifare/core'
import { ed25519PublicKey, sha256 } from '@unifare/crypto'
import { describe, expect, test } from 'vitest'
import {
  bundlePieces,
  loadShelf,
  newerLists,
  parsePull,
  putBundle,
  sendBundle,
  wholeBundle,
} from './index.ts'
import { AT, engine, MEMBER, OTHER, signOf } from './institution.fixture.ts'

const publicKeyOf = (party: string) =>
  ed25519PublicKey(sha256(utf8(`unifare test key of ${party}`)))

/** A deny list of so many cards: some 108 bytes each. */
function denyOf(version: number, count: number): Promise<SignedBundle> {
  const entries = Array.from({ length: count }, (_, i) => ({
    medium: 'card',
    issuer: OTHER,
    account: `31048600000${String(i).padStart(8, '0')}`,
    reason: 'lost',
    since: AT,
  }))
  const times = { validFrom: AT, validTo: null }
  return signBundle(
    { publisher: MEMBER, kind: 'deny', version, ...times, content: { entries } },
    signOf(MEMBER),
  )
}

/** Pulls as a terminal does: every answer is one message, told as JSON. */
async function pull(repository: Repository, held: Readonly<Record<string, number>>) {
  const longest = { bytes: 0, messages: 0 }
  const ask = async (order: object) => {
    const lists = await repository.transaction((tx) =>
      newerLists(tx, parsePull({ held, deltas: true, pieces: true, ...order }), () => true),
    )
    const body = utf8(JSON.stringify(lists))
    longest.bytes = Math.max(longest.bytes, body.length)
    longest.messages += 1
    return JSON.parse(fromUtf8(body)) as unknown[]
  }
  const told = await gatherBundles(await ask({}), async (piece) => (await ask({ piece }))[0])
  return { told, longest }
}

describe('a deny list of 200,000 entries', () => {
  test('is fetched for the first time in messages below 1 MiB, then by what changed', async () => {
    const repository = createMemoryRepository()
    const first = await denyOf(1, 200_000)
    await repository.transaction((tx) => putBundle(tx, first))
    const { told, longest } = await pull(repository, {})
    expect(longest.bytes).toBeLessThan(1024 * 1024)
    expect(longest.messages).toBeGreaterThan(60)
    expect(told).toHaveLength(1)
    expect(told[0]?.bytes).toBeGreaterThan(20_000_000)
    expect(openBundle(told[0]?.value, publicKeyOf, engine)).toEqual(first)

    const second = await denyOf(2, 200_003)
    await repository.transaction((tx) => putBundle(tx, second))
    const next = await pull(repository, { [`deny/${MEMBER}`]: 1 })
    expect(next.longest.messages).toBe(1)
    expect(next.told[0]?.bytes).toBeLessThan(1_000)
    const shelf = new Map([[`deny/${MEMBER}`, first]])
    expect(rebuildFrom(shelf, next.told[0]?.value)).toEqual(second)
  })
})

describe('a puller of pieces', () => {
  test('gets those of the version that it began with, though a newer one came', async () => {
    const repository = createMemoryRepository()
    const [first, second] = [await denyOf(1, 8_000), await denyOf(2, 8_001)]
    await repository.transaction((tx) => putBundle(tx, first))
    const answer = await repository.transaction((tx) =>
      newerLists(tx, parsePull({ held: {}, pieces: true }), () => true),
    )
    await repository.transaction((tx) => putBundle(tx, second))
    const told = await gatherBundles(answer, async (piece) => {
      const asked = parsePull({ held: {}, pieces: true, piece })
      return (await repository.transaction((tx) => newerLists(tx, asked, () => true)))[0]
    })
    expect(told[0]?.value).toEqual(first)
  })

  test('gets long changes in pieces too', async () => {
    const repository = createMemoryRepository()
    const [first, second] = [await denyOf(1, 2_000), await denyOf(2, 20_000)]
    for (const list of [first, second]) await repository.transaction((tx) => putBundle(tx, list))
    const { told, longest } = await pull(repository, { [`deny/${MEMBER}`]: 1 })
    expect(longest.messages).toBeGreaterThan(3)
    expect(isDelta(told[0]?.value)).toBe(true)
    expect(rebuildFrom(new Map([[`deny/${MEMBER}`, first]]), told[0]?.value)).toEqual(second)
  })

  test('gets none of what is not for it, or is not there', async () => {
    const repository = createMemoryRepository()
    await repository.transaction(async (tx) => putBundle(tx, await denyOf(1, 8_000)))
    const wanted = { publisher: MEMBER, kind: 'deny', version: 1, since: 0, piece: 0 }
    const asked = (change: object, allowed = true) =>
      repository.transaction((tx) =>
        newerLists(tx, parsePull({ held: {}, piece: { ...wanted, ...change } }), () => allowed),
      )
    expect(await asked({})).toHaveLength(1)
    expect(await asked({}, false)).toEqual([])
    for (const change of [{ version: 2 }, { since: 7 }, { piece: 99 }, { kind: 'tariffs' }]) {
      expect(await asked(change)).toEqual([])
    }
    for (const change of [{ piece: -1 }, { kind: 'x' }, { publisher: 5 }]) {
      expect(() => parsePull({ held: {}, piece: { ...wanted, ...change } })).toThrow(
        expect.objectContaining({ code: 'message.malformed' }),
      )
    }
  })
})

describe('a list that is sent in pieces', () => {
  const from = { sender: OTHER, at: AT }

  test('is whole with the last piece, in any order, and nothing of it stays', async () => {
    const repository = createMemoryRepository()
    const bundle = await denyOf(1, 12_000)
    const sent: unknown[] = []
    sendBundle((_receiver, _kind, body) => sent.push(parseJson(fromUtf8(body))), {
      receiver: MEMBER,
      bundle,
    })
    expect(sent.length).toBeGreaterThan(2)
    const take = (value: unknown) => repository.transaction((tx) => wholeBundle(tx, value, from))
    for (const value of sent.slice(1).toReversed()) expect(await take(value)).toBeUndefined()
    expect(await take(sent[1])).toBeUndefined()
    expect(await take(sent[0])).toEqual(bundle)
    expect(await repository.transaction((tx) => tx.select(bundlePieces, {}))).toEqual([])
  })

  test('goes whole when it is short', async () => {
    const bundle = await denyOf(1, 10)
    const sent: unknown[] = []
    sendBundle((...message) => sent.push(message), { receiver: MEMBER, bundle })
    expect(sent).toHaveLength(1)
    const repository = createMemoryRepository()
    expect(await repository.transaction((tx) => wholeBundle(tx, bundle, from))).toBe(bundle)
  })

  test('that never becomes whole makes room for others', async () => {
    const repository = createMemoryRepository()
    for (let version = 1; version <= 6; version++) {
      const [piece] = cutBundle(await denyOf(version, 6_000), 0) ?? []
      await repository.transaction((tx) =>
        wholeBundle(tx, piece, { sender: OTHER, at: AT + version }),
      )
    }
    const rows = await repository.transaction((tx) => tx.select(bundlePieces, {}))
    expect(rows.map(({ at }) => at - AT)).toEqual([3, 4, 5, 6])
    expect((await repository.transaction(loadShelf)).size).toBe(0)
  })
})
