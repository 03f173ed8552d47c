import { readFileSync } from 'node:fs'
import { fromHex, toHex } from '@unifare/core'
import { pureEngine, sm3 } from '@unifare/crypto'
import { nodeEngine } from '@unifare/crypto/node'
import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { buildVerifier, embedded } from '../../wasm/build.ts'
import { VERIFIER_BYTES } from '../../wasm/verifier-bytes.ts'
import { type EdgeCase, edgeCases, rowOf } from './edge-cases.fixture.ts'
import { TABLE_SHAPES } from './key-tables.ts'
import {
  bytes32,
  compressed,
  G,
  inverse,
  N,
  naiveVerify,
  P,
  signatureOf,
  times,
  uncompressed,
} from './naive-sm2.fixture.ts'
import { EDGE_MESSAGE, EDGE_ROWS } from './self-test-cases.ts'
import { type DigestSignature, openWasmVerifier, type WasmAnswer } from './wasm-verifier.ts'

const verifier = openWasmVerifier()
const tables = Object.values(TABLE_SHAPES).map((shape) => ({
  ...shape,
  at: verifier.allocate(verifier.tableBytes(shape)),
}))

/** What the verifier says without a table and with each. */
function answers(publicKey: Uint8Array, signed: DigestSignature): (WasmAnswer | 'no key')[] {
  if (!verifier.openKey(publicKey)) return ['no key']
  for (const table of tables) verifier.makeTable(table)
  return [verifier.verifyNew(signed), ...tables.map((table) => verifier.verifyKnown(signed, table))]
}

describe('the compiled verifier', () => {
  test('is what its sources compile to, byte for byte', { timeout: 60_000 }, async () => {
    const binary = await buildVerifier()
    const committed = new URL('../../wasm/verifier-bytes.ts', import.meta.url)
    expect(readFileSync(committed, 'utf8')).toBe(embedded(binary))
  })

  test('verifies, and can do nothing else: it imports nothing, and nothing in it signs', () => {
    const module = new WebAssembly.Module(
      Uint8Array.from(atob(VERIFIER_BYTES), (character) => character.charCodeAt(0)),
    )
    expect(WebAssembly.Module.imports(module)).toEqual([])
    expect(WebAssembly.Module.exports(module).map(({ name }) => name)).toEqual([
      'digestAt',
      'signatureAt',
      'keyAt',
      'coordinatesAt',
      'freeAt',
      'useBaseTable',
      'openKey',
      'makeTable',
      'verifyNew',
      'verifyKnown',
      'tableBytes',
      'memory',
    ])
  })

  test("a rider's table is well below 64 KiB", () => {
    expect(verifier.tableBytes(TABLE_SHAPES.rider)).toBe(14_976)
    expect(verifier.tableBytes(TABLE_SHAPES.issuer)).toBe(304_128)
  })
})

describe('edge cases', () => {
  let cases: EdgeCase[]
  const native = nodeEngine()

  beforeAll(() => {
    cases = edgeCases()
  })

  test('the self-test holds them as their reasons make them', () => {
    expect(cases.map(rowOf)).toEqual(EDGE_ROWS)
  })

  test('OpenSSL, the pure engine and the compiled verifier give the verdict that was built in', () => {
    const undecided = cases.filter(({ name, publicKey, signature, verdict }) => {
      const input = { publicKey, id: null, message: EDGE_MESSAGE, signature }
      expect(native.sm2Verify(input), name).toBe(verdict === 'good')
      expect(pureEngine.sm2Verify(input), name).toBe(verdict === 'good')
      const said = answers(publicKey, { digest: sm3(EDGE_MESSAGE), signature })
      if (said.includes('undecided')) return true
      expect(new Set(said), name).toEqual(new Set([verdict]))
      return false
    })
    expect(undecided.map(({ name }) => name)).toEqual([
      'sum at infinity',
      'sum meets a table point',
      'sum passes infinity',
    ])
  })

  test('keys open as their points, and nothing else opens', () => {
    for (const d of [1n, 2n, 3n, N - 1n, N - 2n, 0x1234567890abcdefn]) {
      const point = times(d, G)
      if (!point) throw new TypeError('infinite')
      const whole = uncompressed(point)
      expect(verifier.openKey(compressed(point))).toEqual(whole)
      expect(verifier.openKey(whole)).toEqual(whole)
    }
    const { x, y } = G
    for (const hex of [
      '',
      '00',
      `02${toHex(bytes32(P))}`,
      `04${toHex(bytes32(x))}${toHex(bytes32(P - 1n))}`,
      `04${toHex(bytes32(x))}${toHex(bytes32(y))}00`,
      'FF'.repeat(33),
      'FF'.repeat(65),
      '04'.repeat(100),
    ]) {
      expect(verifier.openKey(fromHex(hex)), hex).toBeUndefined()
    }
  })
})

describe('against arithmetic over bigint, from the digest on', () => {
  /** Numbers with few bits set, next to the order and to powers of two, and any others. */
  const number = fc.oneof(
    fc.bigInt({ min: 1n, max: N - 1n }),
    fc.bigInt({ min: 1n, max: 40n }),
    fc.bigInt({ min: N - 40n, max: N + 40n }),
    fc
      .tuple(fc.integer({ min: 0, max: 255 }), fc.bigInt({ min: -1n, max: 1n }))
      .map(([bit, by]) => (1n << BigInt(bit)) + by),
  )

  test('good signatures under any digest, key and nonce, and r or s next to them', () => {
    fc.assert(
      fc.property(number, number, number, fc.bigInt({ min: -1n, max: 1n }), (d, k, e, by) => {
        const key = times(d, G)
        const sum = times(k, G)
        fc.pre(key !== null && sum !== null && (d + 1n) % N !== 0n)
        if (!key || !sum) return
        const r = (e + sum.x) % N
        const s = (((k - r * d) % N) + N) * inverse(1n + d, N)
        const claimed = { key, digest: e, r: r + by, s: s % N }
        fc.pre(claimed.r >= 0n)
        const expected = naiveVerify(claimed)
        const said = answers(compressed(key), {
          digest: bytes32(e),
          signature: signatureOf(claimed.r, claimed.s),
        })
        for (const answer of said) {
          if (answer !== 'undecided') expect(answer).toBe(expected ? 'good' : 'bad')
        }
      }),
      { numRuns: 60 },
    )
  })
})
