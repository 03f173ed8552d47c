import { concat, fromHex, fromUtf8, UnifareError, utf8 } from '@unifare/core'
import { pureEngine } from '@unifare/crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import second from '../vectors/message-2.json' with { type: 'json' }
import golden from '../vectors/sealed-1.json' with { type: 'json' }
import { authentic, encodeMessage, MESSAGE_BYTES_MAX, parseMessage } from './index.ts'
import { AT, CENTRE, OPERATOR, testKey } from './wire.fixture.ts'

const refused = (code: string) => expect.objectContaining({ code })
const key = testKey(OPERATOR)
const goldenBytes = fromHex(second.message.hex)
const common = {
  kind: 'order',
  sender: OPERATOR,
  receiver: CENTRE,
  sentAt: AT,
  sign: key.sign,
} as const

describe('golden bytes', () => {
  test.each([
    ['version 1', golden.message],
    ['version 2', second.message],
  ])('of %s are read, and signed', (_, { hex, bodyHash: hash }) => {
    const message = parseMessage(fromHex(hex))
    const { kind, sender, receiver, sentAt, bodyHash } = message
    expect({ kind, sender, receiver, sentAt }).toEqual({
      kind: 'order',
      sender: OPERATOR,
      receiver: CENTRE,
      sentAt: AT,
    })
    expect(fromUtf8(message.body)).toBe('{"do":"nothing"}')
    expect(bodyHash).toBe(hash)
    expect(authentic(message, key.publicKey, pureEngine)).toBe(true)
    expect(authentic(message, testKey(CENTRE).publicKey, pureEngine)).toBe(false)
  })

  test('of version 2 are made again: the signature covers the header, and it the body', async () => {
    const { body } = parseMessage(goldenBytes)
    expect(await encodeMessage({ ...common, body })).toEqual(goldenBytes)
    const head = goldenBytes.subarray(0, goldenBytes.length - body.length - 64)
    expect(concat(head, body, await key.sign(head))).toEqual(goldenBytes)
  })

  test('of one version are not those of the other: the version is signed', () => {
    for (const { hex } of [golden.message, second.message]) {
      const bytes = fromHex(hex)
      bytes[2] = 3 - bytes[2]!
      expect(authentic(parseMessage(bytes), key.publicKey, pureEngine)).toBe(false)
      bytes[2] = 3
      expect(() => parseMessage(bytes)).toThrow(refused('message.malformed'))
    }
  })
})

describe('sizes', () => {
  test('1 MiB and the signature are taken, one byte more is not', async () => {
    const overhead = goldenBytes.length - '{"do":"nothing"}'.length
    const body = new Uint8Array(MESSAGE_BYTES_MAX - overhead)
    const most = await encodeMessage({ ...common, body })
    expect(most.length).toBe(1024 * 1024 + 64)
    expect(parseMessage(most).body.length).toBe(body.length)
    const more = new Uint8Array(body.length + 1)
    await expect(encodeMessage({ ...common, body: more })).rejects.toThrow(
      refused('message.malformed'),
    )
    expect(() => parseMessage(concat(most, Uint8Array.of(0)))).toThrow(refused('message.malformed'))
  })
})

describe('what a reader refuses', () => {
  function codeOf(bytes: Uint8Array): string | undefined {
    try {
      const good = authentic(parseMessage(bytes), key.publicKey, pureEngine)
      return good ? undefined : 'message.bad-signature'
    } catch (error) {
      expect(error).toBeInstanceOf(UnifareError)
      return (error as UnifareError).code
    }
  }

  test.each([
    ['version 1', fromHex(golden.message.hex)],
    ['version 2', goldenBytes],
  ])('every bit that flips anywhere in %s', (_, whole) => {
    expect(codeOf(whole)).toBeUndefined()
    const codes = new Set<string | undefined>()
    for (let bit = 0; bit < 8 * whole.length; bit += 3) {
      const bytes = whole.slice()
      bytes[bit >> 3]! ^= 1 << (bit & 7)
      codes.add(codeOf(bytes))
    }
    expect(codes).toEqual(new Set(['message.bad-signature', 'message.malformed']))
  })

  test('random bytes, with one code and never otherwise', () => {
    const any = fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc.uint8Array({ maxLength: 200 }).map((rest) => concat(goldenBytes.subarray(0, 120), rest)),
    )
    fc.assert(
      fc.property(any, (bytes) => {
        expect(codeOf(bytes)).toBe('message.malformed')
      }),
    )
  })

  test('a kind that is not known', async () => {
    const bytes = await encodeMessage({ ...common, kind: 'gossip' as never, body: utf8('') })
    expect(() => parseMessage(bytes)).toThrow(refused('message.malformed'))
  })
})
