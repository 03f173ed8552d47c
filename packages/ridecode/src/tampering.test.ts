import { nodeEngine } from '@unifare/crypto/node'
import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import {
  codeRejects,
  createCodeCaches,
  createFastVerifier,
  type IssuerKeys,
  parseCode,
  parseCodeV1,
  parseIssuerKeys,
  verifyCode,
} from './index.ts'
import { AT_S, code, customOf, issuerKeysContent } from './network.fixture.ts'

const engine = nodeEngine()
const fast = createFastVerifier({ reference: engine })
let keys: IssuerKeys
let good: Uint8Array

beforeAll(async () => {
  keys = parseIssuerKeys(await issuerKeysContent(), engine)
  good = await code({ custom: customOf(3) })
})

function flipped(bytes: Uint8Array, at: number): Uint8Array {
  const copy = bytes.slice()
  copy[at] = (copy[at] ?? 0) ^ (1 << (at % 8))
  return copy
}

describe('one bit flipped at every byte', () => {
  test.each([
    ['without caches', engine],
    ['with the good code in the caches', engine],
    ['with the good code in the caches of the fast verifier', fast],
  ])('%s: refused', (held, verifier) => {
    const caches =
      held === 'without caches'
        ? {}
        : { caches: createCodeCaches({ maxCertificates: 9, maxAuthorisations: 9 }) }
    const verdict = (bytes: Uint8Array) =>
      verifyCode({ bytes, atS: AT_S, keys, engine: verifier, ...caches })
    // Met three times, so that the fast verifier has its tables, too.
    verdict(good)
    verdict(good)
    expect(verdict(good)).toMatchObject({ ok: true })
    const accepted: number[] = []
    for (let at = 0; at < good.length; at++) {
      if (verdict(flipped(good, at)).ok) accepted.push(at)
    }
    expect(accepted).toEqual([])
  })

  test('the last tag is under no signature: it is fixed, so that it is no room for variants', () => {
    const at = 267 + 3
    expect(good[at]).toBe(0x15)
    for (let value = 0; value < 256; value++) {
      const bytes = good.slice()
      bytes[at] = value
      const answer = parseCode(bytes)
      expect(answer.ok ? 'ok' : answer.code).toBe(value === 0x15 ? 'ok' : 'code.bad-signature-form')
    }
  })
})

describe('nothing that a camera sees makes the parser throw', () => {
  const verdict = (bytes: Uint8Array) => {
    const answer = verifyCode({ bytes, atS: AT_S, keys, engine })
    if (answer.ok) throw new Error('accepted')
    expect(Object.hasOwn(codeRejects, answer.code)).toBe(true)
    parseCodeV1(bytes)
  }

  test('any bytes', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 400 }), verdict), { numRuns: 500 })
  })

  test('bytes of the right length and head', () => {
    const body = fc.uint8Array({ minLength: 332, maxLength: 364 }).map((bytes) => {
      bytes.set([0x80, (bytes.length - 3) >> 8, (bytes.length - 3) & 0xff])
      bytes[197] = bytes.length - 332
      return bytes
    })
    fc.assert(fc.property(body, verdict), { numRuns: 500 })
  })

  test('a good code, cut, lengthened or with some bytes changed', () => {
    const changes = fc.array(fc.tuple(fc.nat(334), fc.integer({ min: 1, max: 255 })), {
      minLength: 1,
      maxLength: 4,
    })
    fc.assert(
      fc.property(changes, (list) => {
        const bytes = good.slice()
        for (const [at, mask] of new Map(list)) bytes[at] = (bytes[at] ?? 0) ^ mask
        verdict(bytes)
      }),
      { numRuns: 300 },
    )
    for (let length = 0; length < good.length; length++) verdict(good.subarray(0, length))
    verdict(Uint8Array.of(...good, 0))
  })

  test('reading copies nothing: a code inside a larger buffer is read in place', () => {
    const buffer = new Uint8Array(good.length + 20)
    buffer.set(good, 10)
    const inside = buffer.subarray(10, 10 + good.length)
    const parsed = parseCode(inside)
    if (!parsed.ok) throw new Error(parsed.code)
    expect(parsed.code.userPublicKey.buffer).toBe(buffer.buffer)
    expect(verifyCode({ bytes: inside, atS: AT_S, keys, engine })).toMatchObject({ ok: true })
  })
})
