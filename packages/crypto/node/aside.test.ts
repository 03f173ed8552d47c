import { concat, utf8 } from '@unifare/core'
import { describe, expect, test } from 'vitest'
import { checkBody, ed25519KeyPair } from '../src/index.ts'
import { createAsideThread } from './aside-thread.ts'
import { nodeEngine } from './node-engine.ts'

const here = nodeEngine()
const { privateKey, publicKey } = ed25519KeyPair((length) => new Uint8Array(length).fill(7))

function signedBody(text: string, length: number) {
  const body = new Uint8Array(length).fill(length)
  const signed = concat(utf8(text), here.sha256(body))
  return { publicKey, signed, signature: here.ed25519Sign(privateKey, signed), body }
}

describe('messages checked aside', () => {
  test('have the hash and the verdict that they have here; only a server asks for that', async () => {
    expect(here.aside).toBeUndefined()
    const { aside } = nodeEngine({ aside: true })
    const good = signedBody('gate 7', 200_000)
    const other = signedBody('gate 8', 3)
    const hashes = [here.sha256(good.body)]
    expect(await aside?.check(good)).toEqual({ hashes, genuine: true })
    for (const change of [
      { signed: other.signed },
      { signature: other.signature },
      { signature: good.signature.subarray(1) },
      { publicKey: new Uint8Array(32) },
      { publicKey: publicKey.subarray(1) },
    ]) {
      expect(await aside?.check({ ...good, ...change })).toEqual({ hashes, genuine: false })
    }
    const { body } = other
    expect(await aside?.check({ ...good, body })).toEqual({
      hashes: [here.sha256(body)],
      genuine: true,
    })
  })

  test('in parts: each has a hash of its own, under one signature', async () => {
    const { aside } = nodeEngine({ aside: true })
    const message = signedBody('gate 9', 300_000)
    message.body.forEach((_, at, body) => {
      body[at] = at % 251
    })
    const parts = [100_000, 0, 199_999, 1]
    let end = 0
    const hashes = parts.map((length) => {
      end += length
      return here.sha256(message.body.subarray(end - length, end))
    })
    expect(checkBody({ ...message, parts }, here)).toEqual({ hashes, genuine: true })
    expect(await aside?.check({ ...message, parts })).toEqual({ hashes, genuine: true })
    const signature = message.signature.subarray(1)
    const bad = { hashes, genuine: false }
    expect(await aside?.check({ ...message, signature, parts })).toEqual(bad)
  })

  test('many at once, of all sizes, are each answered with their own, though their arrays are used again', async () => {
    const thread = createAsideThread(16)
    const lengths = Array.from({ length: 100 }, (_, i) => (i % 9) * 40_000 + i)
    const checks = lengths.map((length, i) => {
      const message = signedBody(`message ${i}`, length)
      if (i % 3 === 0) message.signed[0]! ^= 1
      const expected = { hashes: [here.sha256(message.body)], genuine: i % 3 !== 0 }
      const checked = thread.check(message)
      for (const bytes of [message.body, message.signed, message.signature]) bytes.fill(0)
      return { checked, expected }
    })
    expect(thread.waiting()).toBe(100)
    for (const { checked, expected } of checks) expect(await checked).toEqual(expected)
    expect(thread.waiting()).toBe(0)
  })

  test('fail with their thread, and the next ones have another', async () => {
    const broken = new URL(
      'data:text/javascript,import { parentPort } from "node:worker_threads";' +
        'parentPort.on("message", () => { throw new Error("out of order") })',
    )
    const thread = createAsideThread(16, broken)
    for (let attempt = 0; attempt < 2; attempt++) {
      const checks = [1, 2, 3].map((length) => thread.check(signedBody('lost', length)))
      for (const check of checks) await expect(check).rejects.toThrow('out of order')
      expect(thread.waiting()).toBe(0)
    }
  })
})
