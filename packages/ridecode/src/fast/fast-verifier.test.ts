import { fromHex, utf8 } from '@unifare/core'
import { pureEngine, SM2_DEFAULT_ID, sm2Decompress, sm2KeyPair, sm3 } from '@unifare/crypto'
import { nodeEngine } from '@unifare/crypto/node'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createFastVerifier } from './fast-verifier.ts'
import { openWasmVerifier, type WasmVerifier } from './wasm-verifier.ts'

const reference = nodeEngine()
/** Keys get their tables at once, so that every path is walked. */
const fast = createFastVerifier({ reference, limits: { riderUses: 2, issuerUses: 4 } })
const random = counted()

describe('the fast verifier', () => {
  test('runs here, on random signatures besides the fixed cases', () => {
    expect(createFastVerifier({ reference, random }).kind).toBe('wasm')
    expect(createFastVerifier({ reference: pureEngine }).kind).toBe('wasm')
  })

  test('GM/T 0003.5-2012, A.2, without a table and with both', () => {
    const published = {
      publicKey: fromHex('0309F9DF311E5421A150DD7D161E4BC5C672179FAD1833FC076BB08FF356F35020'),
      id: SM2_DEFAULT_ID,
      message: utf8('message digest'),
      signature: fromHex(
        'F5A03B0648D2C4630EEAC513E1BB81A15944DA3827D5B74143AC7EACEEE720B3' +
          'B1B6AA29DF212FD8763182BC0D421CA1BB9038FD1F7F42D4840B69C485BBC1AA',
      ),
    }
    const before = fast.counts()
    for (let i = 0; i < 6; i++) {
      expect(fast.sm2Verify({ ...published, isFrequentKey: i > 3 })).toBe(true)
      expect(fast.sm2Verify({ ...published, message: utf8('message digesu') })).toBe(false)
      expect(fast.sm2Verify({ ...published, id: utf8('1234567812345679') })).toBe(false)
    }
    const after = fast.counts()
    expect(after.withTable - before.withTable).toBeGreaterThan(9)
    expect(after).toMatchObject({ issuerTables: 1, riderTables: 0, undecided: 0 })
  })

  test('signing, and Ed25519, stay with the reference', () => {
    const own = new Map<string, unknown>(Object.entries(fast))
    const theirs = new Map<string, unknown>(Object.entries(reference))
    for (const name of ['sm2Sign', 'ed25519Sign', 'ed25519Verify']) {
      expect(own.get(name), name).toBe(theirs.get(name))
    }
    expect(own.get('sm2Verify')).not.toBe(theirs.get('sm2Verify'))
  })
})

describe('fast path and reference agree', () => {
  test('on random keys, ids and messages, and on one bit changed anywhere', () => {
    const id = fc.option(fc.uint8Array({ maxLength: 40 }), { nil: null })
    const message = fc.uint8Array({ minLength: 1, maxLength: 300 })
    const pairs = Array.from({ length: 4 }, () => sm2KeyPair(random))
    fc.assert(
      fc.property(id, message, fc.nat(), fc.nat(), fc.boolean(), (anyId, text, n, bit, whole) => {
        const pair = pairs[n % pairs.length]!
        const signature = reference.sm2Sign({ ...pair, id: anyId, message: text, random })
        const publicKey = whole ? sm2Decompress(pair.publicKey) : pair.publicKey
        const good = { publicKey, id: anyId, message: text, signature, isFrequentKey: n % 2 === 0 }
        expect(fast.sm2Verify(good)).toBe(true)
        for (const bad of [
          { ...good, signature: flipped(signature, bit % 512) },
          { ...good, message: flipped(text, bit % (text.length * 8)) },
          { ...good, publicKey: flipped(publicKey, bit % (publicKey.length * 8)) },
        ]) {
          expect(fast.sm2Verify(bad)).toBe(reference.sm2Verify(bad))
        }
      }),
      { numRuns: 60 },
    )
    expect(fast.counts().withTable).toBeGreaterThan(60)
  })

  test('on any bytes whatever, without throwing', () => {
    const any = fc.record({
      publicKey: fc.oneof(
        fc.uint8Array({ maxLength: 70 }),
        fc
          .tuple(fc.constantFrom(2, 3), fc.uint8Array({ minLength: 32, maxLength: 32 }))
          .map(([head, x]) => Uint8Array.of(head, ...x)),
      ),
      id: fc.option(fc.uint8Array({ maxLength: 20 }), { nil: null }),
      message: fc.uint8Array({ maxLength: 80 }),
      signature: fc.oneof(
        fc.uint8Array({ minLength: 64, maxLength: 64 }),
        fc.uint8Array({ maxLength: 80 }),
      ),
    })
    fc.assert(
      fc.property(any, (input) => {
        expect(fast.sm2Verify(input)).toBe(reference.sm2Verify(input))
      }),
      { numRuns: 300 },
    )
  })

  test('on ids that are too long', () => {
    const good = signedBy(sm2KeyPair(random))
    expect(fast.sm2Verify({ ...good, id: new Uint8Array(8192) })).toBe(false)
  })
})

describe('what it keeps', () => {
  const limits = { maxKeys: 6, maxRiders: 2, maxIssuers: 1, riderUses: 2, issuerUses: 5 }

  test('is bounded, and verdicts do not depend on it', () => {
    const bounded = createFastVerifier({ reference, limits })
    const signed = Array.from({ length: 9 }, () => signedBy(sm2KeyPair(random)))
    for (let round = 0; round < 3; round++) {
      for (const [n, key] of signed.entries()) {
        const each = { ...key, isFrequentKey: n % 2 === 0 }
        for (let i = 0; i < 1 + round * 2; i++) expect(bounded.sm2Verify(each)).toBe(true)
        const bad = { ...each, signature: flipped(each.signature, 300) }
        expect(bounded.sm2Verify(bad)).toBe(false)
      }
      const { keys, riderTables, issuerTables } = bounded.counts()
      expect([keys, riderTables <= 2, issuerTables <= 1]).toEqual([6, true, true])
    }
    expect(bounded.counts()).toMatchObject({ issuerTables: 1, riderTables: 1 })
  })

  test("a rider never gets an issuer's table, however often he comes", () => {
    const bounded = createFastVerifier({ reference, limits })
    const rider = signedBy(sm2KeyPair(random))
    for (let i = 0; i < 9; i++) bounded.sm2Verify(rider)
    expect(bounded.counts()).toMatchObject({ issuerTables: 0, riderTables: 1 })
    bounded.sm2Verify({ ...rider, isFrequentKey: true })
    expect(bounded.counts()).toMatchObject({ issuerTables: 1, riderTables: 0 })
  })

  test('only keys of good signatures come in: nobody pushes riders out with made-up ones', () => {
    const bounded = createFastVerifier({ reference, limits })
    const rider = signedBy(sm2KeyPair(random))
    for (let i = 0; i < 3; i++) bounded.sm2Verify(rider)
    for (let i = 0; i < 9; i++) {
      const { publicKey } = sm2KeyPair(random)
      expect(bounded.sm2Verify({ ...rider, publicKey })).toBe(false)
    }
    expect(bounded.counts()).toMatchObject({ keys: 1, riderTables: 1 })
  })

  test('a limit of nothing keeps nothing, and memory is used again', () => {
    let bytes = 0
    const open = () => {
      const verifier = openWasmVerifier()
      const allocate = (count: number) => {
        bytes += count
        return verifier.allocate(count)
      }
      return { ...verifier, allocate }
    }
    const none = { maxKeys: 0, maxRiders: 0, maxIssuers: 0 }
    const empty = createFastVerifier({ reference, open, limits: none })
    const rider = signedBy(sm2KeyPair(random))
    for (let i = 0; i < 3; i++) expect(empty.sm2Verify(rider)).toBe(true)
    expect(empty.counts()).toMatchObject({ keys: 0, riderTables: 0, withTable: 0 })

    const bounded = createFastVerifier({ reference, open, limits })
    bytes = 0
    for (let i = 0; i < 6; i++) {
      const each = signedBy(sm2KeyPair(random))
      for (let use = 0; use < 6; use++) bounded.sm2Verify({ ...each, isFrequentKey: i < 3 })
    }
    expect(bytes).toBeLessThanOrEqual(2 * 14_976 + 304_128)
  })
})

describe('a compiled verifier that is wrong is not used', () => {
  const wrong: [string, (good: WasmVerifier) => Partial<WasmVerifier>][] = [
    ['accepts everything', () => ({ verifyNew: () => 'good', verifyKnown: () => 'good' })],
    ['accepts nothing', () => ({ verifyNew: () => 'bad' })],
    ['decides nothing', () => ({ verifyNew: () => 'undecided', verifyKnown: () => 'undecided' })],
    [
      'looks at the wrong table',
      ({ verifyKnown }) => ({
        verifyKnown: (signed, table) => verifyKnown(signed, { ...table, spread: 1, width: 8 }),
      }),
    ],
    [
      'takes r and s of n and above',
      ({ verifyNew }) => ({
        verifyNew: ({ digest, signature }) =>
          verifyNew({ digest, signature: signature.map((byte, i) => (i === 0 ? byte & 1 : byte)) }),
      }),
    ],
    ['opens every key', ({ openKey }) => ({ openKey: (key) => openKey(key) ?? GENERATOR })],
    [
      'throws',
      () => ({
        verifyNew() {
          throw new RangeError('out of memory')
        },
      }),
    ],
  ]

  test.each(wrong)('one that %s', (_, change) => {
    const open = () => {
      const good = openWasmVerifier()
      return { ...good, ...change(good) }
    }
    expectReference(createFastVerifier({ reference, open }))
  })

  test('and none at all where there is no WebAssembly', () => {
    const open = () => {
      throw new ReferenceError('WebAssembly is not defined')
    }
    expectReference(createFastVerifier({ reference, open }))
  })

  function expectReference(engine: ReturnType<typeof createFastVerifier>) {
    expect(engine.kind).toBe('reference')
    const good = signedBy(sm2KeyPair(random))
    expect(engine.sm2Verify(good)).toBe(true)
    expect(engine.sm2Verify({ ...good, message: utf8('x') })).toBe(false)
    expect(engine.counts().asked).toBe(0)
  }
})

const GENERATOR = sm2Decompress(
  fromHex('0232C4AE2C1F1981195F9904466A39C9948FE30BBFF2660BE1715A4589334C74C7'),
)

function signedBy(pair: { privateKey: Uint8Array; publicKey: Uint8Array }) {
  const message = utf8('gate 7, 08:31')
  const signature = reference.sm2Sign({ ...pair, id: SM2_DEFAULT_ID, message, random })
  return { publicKey: pair.publicKey, id: SM2_DEFAULT_ID, message, signature }
}

function flipped(bytes: Uint8Array, bit: number): Uint8Array {
  const changed = bytes.slice()
  changed[bit >> 3]! ^= 1 << (bit & 7)
  return changed
}

/** A source that never repeats: SM3 of a counter. */
function counted(): (length: number) => Uint8Array {
  let count = 0
  return (length) => sm3(utf8(`fast ${count++}`)).slice(0, length)
}
