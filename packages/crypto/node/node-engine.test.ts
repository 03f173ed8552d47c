import { generateKeyPairSync, sign, verify } from 'node:crypto'
import { ed25519 } from '@noble/curves/ed25519.js'
import { sha512 } from '@noble/hashes/sha2.js'
import { concat, fromHex, toHex, utf8 } from '@unifare/core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  ed25519KeyPair,
  pureEngine,
  SM2_DEFAULT_ID,
  sm2Decompress,
  sm2KeyPair,
  sm3,
} from '../src/index.ts'
import { createLru } from './lru.ts'
import { nodeEngine } from './node-engine.ts'
import { rawSignature, sm2PrivateKeyObject, sm2PublicKeyObject } from './openssl.fixture.ts'

const engine = nodeEngine()
const MESSAGE = utf8('gate 7, 08:31')
const SHANGHAI_ID = fromHex('0000FF80317A00019C42')
const random = counted()

test('this Node passes the self-test, so that OpenSSL does the work', () => {
  expect(engine.kind).toBe('native')
})

test('hashes are those of the pure engine, in one part or several', () => {
  const parts = fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 4 })
  fc.assert(
    fc.property(parts, (list) => {
      expect(toHex(engine.sha256(...list))).toBe(toHex(pureEngine.sha256(concat(...list))))
      expect(toHex(pureEngine.sha256(...list))).toBe(toHex(engine.sha256(concat(...list))))
      expect(engine.crc32(...list)).toBe(pureEngine.crc32(concat(...list)))
    }),
  )
})

describe('a verifier that fails the self-test is not used', () => {
  test.each([
    ['accepts everything', () => true],
    ['accepts nothing', () => false],
    [
      'throws',
      () => {
        throw new Error('no SM2 here')
      },
    ],
    [
      'uses an empty id, as crypto.verify does',
      (input: { publicKey: Uint8Array; message: Uint8Array; signature: Uint8Array }) =>
        pureEngine.sm2Verify({ ...input, id: new Uint8Array(0) }),
    ],
  ])('one that %s', (_, sm2Verifier) => {
    const fallback = nodeEngine({ sm2Verifier })
    expect(fallback.kind).toBe('pure')
    const pair = sm2KeyPair(random)
    const good = signed(pair, SM2_DEFAULT_ID)
    expect(fallback.sm2Verify(good)).toBe(true)
    expect(fallback.sm2Verify({ ...good, message: utf8('x') })).toBe(false)
  })
})

describe('SM2: native and pure engine agree', () => {
  test('on random keys, messages and ids, and on a flipped bit anywhere', () => {
    const id = fc.option(fc.uint8Array({ maxLength: 40 }), { nil: null })
    const message = fc.uint8Array({ maxLength: 300 })
    const flip = fc.integer({ min: 0, max: 511 })
    fc.assert(
      fc.property(id, message, flip, fc.boolean(), (anyId, anyMessage, bit, whole) => {
        const pair = sm2KeyPair(random)
        const signature = pureEngine.sm2Sign({ ...pair, id: anyId, message: anyMessage, random })
        const publicKey = whole ? sm2Decompress(pair.publicKey) : pair.publicKey
        const good = { publicKey, id: anyId, message: anyMessage, signature }
        expect(engine.sm2Verify(good)).toBe(true)
        expect(pureEngine.sm2Verify(good)).toBe(true)
        const bad = signature.slice()
        bad[bit >> 3]! ^= 1 << (bit & 7)
        expect(engine.sm2Verify({ ...good, signature: bad })).toBe(false)
      }),
      { numRuns: 60 },
    )
  })

  test('on r and on s with leading zeros', () => {
    const pair = sm2KeyPair(random)
    const seen = new Set<string>()
    for (let tries = 0; seen.size < 2 && tries < 5000; tries++) {
      const good = signed(pair, SM2_DEFAULT_ID)
      for (const [part, at] of [
        ['r', 0],
        ['s', 32],
      ] as const) {
        if (good.signature[at] !== 0) continue
        seen.add(part)
        expect(engine.sm2Verify(good)).toBe(true)
        expect(pureEngine.sm2Verify(good)).toBe(true)
      }
    }
    expect(seen).toEqual(new Set(['r', 's']))
  })

  test('on signatures and keys that are none', () => {
    const pair = sm2KeyPair(random)
    const good = signed(pair, SM2_DEFAULT_ID)
    const order = fromHex('FFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123')
    const r = good.signature.subarray(0, 32)
    const s = good.signature.subarray(32)
    const zero = new Uint8Array(32)
    const whole = sm2Decompress(pair.publicKey)
    const bad = [
      ...[concat(zero, s), concat(r, zero), concat(order, s), concat(r, order), concat(r)].map(
        (signature) => ({ ...good, signature }),
      ),
      ...[
        new Uint8Array(0),
        Uint8Array.of(0),
        concat(Uint8Array.of(2), new Uint8Array(32).fill(255)),
        concat(Uint8Array.of(6 + (whole[64]! & 1)), whole.subarray(1)),
        whole.map((byte, i) => (i === 64 ? byte ^ 1 : byte)),
        whole.subarray(0, 64),
      ].map((publicKey) => ({ ...good, publicKey })),
      { ...good, id: new Uint8Array(8192) },
    ]
    for (const input of bad) {
      expect(engine.sm2Verify(input)).toBe(false)
      expect(pureEngine.sm2Verify(input)).toBe(false)
    }
  })

  test('signing gives the same bytes again for the same random', () => {
    const pair = sm2KeyPair(random)
    const input = { ...pair, id: SM2_DEFAULT_ID, message: MESSAGE }
    expect(engine.sm2Sign({ ...input, random: counted() })).toEqual(
      pureEngine.sm2Sign({ ...input, random: counted() }),
    )
  })
})

describe("node:crypto's own SM2 signatures are not ours", () => {
  test('a generated key object signs plain ECDSA: refused', () => {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'SM2' })
    const signature = sign('sm3', MESSAGE, privateKey)
    expect(verify('sm3', MESSAGE, publicKey, signature)).toBe(true)
    const spki = publicKey.export({ format: 'der', type: 'spki' })
    expectRefused(Uint8Array.from(spki.subarray(-65)), rawSignature(signature))
  })

  test('an imported key object signs SM2 with an empty id: refused under every id in use', () => {
    const pair = sm2KeyPair(random)
    const signature = sign('sm3', MESSAGE, sm2PrivateKeyObject(pair))
    expect(verify('sm3', MESSAGE, sm2PublicKeyObject(pair), signature)).toBe(true)
    expectRefused(pair.publicKey, rawSignature(signature))
    const emptyId = {
      publicKey: pair.publicKey,
      id: new Uint8Array(0),
      message: MESSAGE,
      signature: rawSignature(signature),
    }
    expect(engine.sm2Verify(emptyId)).toBe(true)
  })

  function expectRefused(publicKey: Uint8Array, signature: Uint8Array) {
    for (const id of [SM2_DEFAULT_ID, SHANGHAI_ID, null]) {
      const input = { publicKey, id, message: MESSAGE, signature }
      expect(engine.sm2Verify(input)).toBe(false)
      expect(pureEngine.sm2Verify(input)).toBe(false)
    }
  }
})

describe('Ed25519: native and pure engine agree', () => {
  test('on random keys and messages, byte for byte, and on a flipped bit', () => {
    const flip = fc.integer({ min: 0, max: 511 })
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), flip, (message, bit) => {
        const { privateKey, publicKey } = ed25519KeyPair(random)
        const signature = engine.ed25519Sign(privateKey, message)
        expect(signature).toEqual(pureEngine.ed25519Sign(privateKey, message))
        const bad = signature.slice()
        bad[bit >> 3]! ^= 1 << (bit & 7)
        for (const each of [engine, pureEngine]) {
          expect(each.ed25519Verify(publicKey, message, signature)).toBe(true)
          expect(each.ed25519Verify(publicKey, message, bad)).toBe(false)
        }
      }),
      { numRuns: 40 },
    )
  })

  test('on keys of small order and of odd encodings, which OpenSSL alone would take', () => {
    const { Point } = ed25519
    const small = [Point.ZERO, torsion(), torsion().double()].map((point) => point.toBytes())
    const past = fromHex(`${'FF'.repeat(31)}7F`)
    for (const key of [...small, past, new Uint8Array(32), new Uint8Array(31)]) {
      for (const signature of [concat(key, new Uint8Array(32)), new Uint8Array(64)]) {
        expect(engine.ed25519Verify(key, MESSAGE, signature)).toBe(false)
        expect(pureEngine.ed25519Verify(key, MESSAGE, signature)).toBe(false)
      }
    }
  })

  test('on crafted signatures that only a check with cofactor accepts', () => {
    const verdicts = new Set<boolean>()
    for (let i = 0; i < 40; i++) {
      const { publicKey, message, signature } = craftedWithTorsion(i)
      expect(ed25519.verify(signature, message, publicKey)).toBe(true)
      const verdict = pureEngine.ed25519Verify(publicKey, message, signature)
      expect(engine.ed25519Verify(publicKey, message, signature)).toBe(verdict)
      verdicts.add(verdict)
    }
    expect(verdicts).toContain(false)
  })
})

test('the key cache is bounded and drops what was not used for longest', () => {
  const cache = createLru<string>(2)
  let made = 0
  const ask = (key: string) => cache.getOrMake(key, () => `${key}${++made}`)
  expect([ask('a'), ask('b'), ask('a'), ask('c'), ask('a'), ask('b')]).toEqual([
    'a1',
    'b2',
    'a1',
    'c3',
    'a1',
    'b4',
  ])
  expect(cache.getOrMake('d', () => undefined)).toBeUndefined()
  expect(cache.size()).toBe(2)
})

test('verdicts do not depend on the cache', () => {
  const small = nodeEngine({ keyCacheSize: 1 })
  const pairs = [sm2KeyPair(random), sm2KeyPair(random)]
  for (let i = 0; i < 6; i++) {
    const pair = pairs[i % 2]!
    const other = pairs[(i + 1) % 2]!
    const good = signed(pair, SHANGHAI_ID)
    expect(small.sm2Verify(good)).toBe(true)
    expect(small.sm2Verify({ ...good, publicKey: other.publicKey })).toBe(false)
  }
})

function signed(pair: { privateKey: Uint8Array; publicKey: Uint8Array }, id: Uint8Array | null) {
  const signature = pureEngine.sm2Sign({ ...pair, id, message: MESSAGE, random })
  return { publicKey: pair.publicKey, id, message: MESSAGE, signature }
}

/** A point of order 8. */
function torsion() {
  return ed25519.Point.fromHex('c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a')
}

/** Key A + T with T of order 8, and R, s made for it: sB - k(A + T) differs from R by -kT only. */
function craftedWithTorsion(count: number) {
  const { Point } = ed25519
  const a = 1000n + BigInt(count)
  const nonce = 2000n + BigInt(count)
  const message = utf8(`crafted ${count}`)
  const publicKey = Point.BASE.multiply(a).add(torsion()).toBytes()
  const commitment = Point.BASE.multiply(nonce).toBytes()
  const digest = toHex(sha512(concat(commitment, publicKey, message)).reverse())
  const k = BigInt(`0x${digest}`) % Point.Fn.ORDER
  const s = (nonce + k * a) % Point.Fn.ORDER
  const signature = concat(commitment, fromHex(s.toString(16).padStart(64, '0')).reverse())
  return { publicKey, message, signature }
}

/** A source that never repeats: SM3 of a counter. */
function counted(): (length: number) => Uint8Array {
  let count = 0
  return (length) => sm3(utf8(`engine ${count++}`)).slice(0, length)
}
