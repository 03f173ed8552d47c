import { canonicalJson, utf8 } from '@unifare/core'
import { ed25519PublicKey, pureEngine, sha256 } from '@unifare/crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  bundleBytes,
  deltaOf,
  isDelta,
  openBundle,
  rebuildBundle,
  type SignedBundle,
  signBundle,
} from './index.ts'

const CENTRE = '10000001'
const secret = sha256(utf8('unifare test key of the centre'))
const key = ed25519PublicKey(secret)
const refused = (code: string) => expect.objectContaining({ code })

function bundleOf(content: unknown, version = 1): Promise<SignedBundle> {
  return signBundle(
    { publisher: CENTRE, kind: 'deny', version, validFrom: 1_000, validTo: null, content },
    async (message) => pureEngine.ed25519Sign(secret, message),
  )
}

const entry = (n: number) => ({
  medium: 'card',
  issuer: '30000001',
  account: String(3_104_860_000_000_000_000n + BigInt(n) * 7_919n),
  reason: 'lost',
  since: 1_795_219_200_000 + n,
})
const denyList = (numbers: readonly number[], version?: number) =>
  bundleOf({ entries: numbers.map(entry) }, version)
/** As it arrives: nothing but JSON. */
const travelled = (value: unknown): unknown => JSON.parse(JSON.stringify(value))
const range = (count: number) => Array.from({ length: count }, (_, i) => i)

describe('a delta', () => {
  test('gives the exact bundle back, between any two versions of a sorted list', async () => {
    const numbers = fc.uniqueArray(fc.nat(60)).map((list) => list.toSorted((a, b) => a - b))
    await fc.assert(
      fc.asyncProperty(numbers, numbers, async (old, fresh) => {
        const [base, next] = [await denyList(old), await denyList(fresh, 2)]
        const delta = deltaOf(base, next)
        // Only between lists that have nothing much in common is the whole as short.
        if (old.filter((n) => fresh.includes(n)).length > 3) expect(delta).toBeDefined()
        const made = rebuildBundle(base, travelled(delta ?? next))
        expect(canonicalJson(made)).toBe(canonicalJson(next))
        expect(openBundle(made, () => key, pureEngine)).toEqual(next)
        if (delta !== undefined) expect(bundleBytes(delta)).toBeLessThan(bundleBytes(next))
      }),
      { numRuns: 60 },
    )
  })

  test('keeps what stands beside the list, and an order that is not sorted', async () => {
    const rows = (list: readonly number[]) => list.map((n) => ({ n, text: 'x'.repeat(20) }))
    const base = await bundleOf({ rows: rows([5, 1, 9, 2, 8]), note: 'old', deep: { a: [1] } })
    const next = await bundleOf({ rows: rows([7, 5, 9, 2, 8, 3]), note: 'new' }, 2)
    const delta = deltaOf(base, next)
    expect(delta?.delta).toMatchObject({ removed: [1], rest: { note: 'new' } })
    expect(delta?.delta.added.map(([step]) => step)).toEqual([0, 4])
    expect(rebuildBundle(base, travelled(delta))).toEqual(next)
  })

  test.each<[string, unknown, unknown]>([
    ['the order of what stays changed', { a: [1, 2, 3] }, { a: [2, 1, 3] }],
    ['an entry stands twice', { a: [1, 1, 2] }, { a: [1, 2] }],
    ['there are two lists', { a: [1], b: [2] }, { a: [1, 2], b: [2] }],
    ['there is no list', { a: 1 }, { a: 2 }],
    ['the list has another name', { a: [1, 2] }, { b: [1, 2] }],
    ['the content is a list itself', [1, 2], [1, 2, 3]],
  ])('is not made where %s: the whole is sent', async (_, old, fresh) => {
    expect(deltaOf(await bundleOf(old), await bundleOf(fresh, 2))).toBeUndefined()
  })

  test('of 50 changes in 100,000 entries has some 9 kB instead of 11 MB', async () => {
    const old = range(100_000)
    const fresh = [...old.filter((n) => n % 4_000 !== 0), ...range(25).map((n) => 100_000 + n)]
    const [base, next] = [await denyList(old), await denyList(fresh, 2)]
    const delta = deltaOf(base, next)
    if (delta === undefined) throw new TypeError('no delta was made')
    expect(delta.delta.removed.length + delta.delta.added.length).toBe(50)
    expect(bundleBytes(next)).toBeGreaterThan(10_000_000)
    expect(bundleBytes(delta)).toBeLessThan(10_000)
    expect(rebuildBundle(base, travelled(delta))).toEqual(next)
  })
})

describe('what a receiver refuses', () => {
  const change = async () => {
    const [base, next] = [await denyList(range(9)), await denyList([...range(8), 9], 2)]
    const delta = deltaOf(base, next)
    if (delta === undefined) throw new TypeError('no delta was made')
    return { base, next, delta }
  }

  test('a delta to a version that it does not hold: then it asks for the whole', async () => {
    const { next, delta } = await change()
    for (const held of [undefined, next, await denyList(range(8))]) {
      expect(() => rebuildBundle(held, delta)).toThrow(refused('bundle.wrong-base'))
    }
  })

  test('a delta that was changed on its way, wherever', async () => {
    const { base, delta } = await change()
    const { removed, added } = delta.delta
    const changes: readonly object[] = [
      { removed: [] },
      { removed: [...removed, 0] },
      { removed: [1] },
      { added: [] },
      { added: [...added, ...added] },
      { added: [[0, added[0]?.[1]]] },
      { rest: { more: 1 } },
      { list: 'rows' },
      { removed: [-1] },
      { removed: [99] },
      { removed: 'all' },
      { added: [[99, 1]] },
      { added: [[0.5, 1]] },
      { added: [[1]] },
      { rest: null },
    ]
    for (const part of changes) {
      const forged = { ...delta, delta: { ...delta.delta, ...part } }
      expect(() => openBundle(rebuildBundle(base, forged), () => key, pureEngine)).toThrow(
        expect.objectContaining({ code: expect.stringMatching(/^bundle\.(malformed|bad-hash)$/) }),
      )
    }
    const older = { ...delta, version: 3 }
    expect(() => openBundle(rebuildBundle(base, older), () => key, pureEngine)).toThrow(
      refused('bundle.bad-hash'),
    )
  })

  test('a whole bundle passes as it is', async () => {
    const { next, delta } = await change()
    expect([isDelta(next), isDelta(delta), isDelta(null)]).toEqual([false, true, false])
    expect(rebuildBundle(undefined, next)).toBe(next)
    expect(() => rebuildBundle(next, { ...next, delta: null })).toThrow(refused('bundle.malformed'))
  })
})
