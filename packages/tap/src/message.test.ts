import { concat, fromHex, fromUtf8, UnifareError, utf8 } from '@unifare/core'
import { pureEngine } from '@unifare/crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import golden from '../vectors/sealed-1.json' with { type: 'json' }
import { authentic, encodeMessage, MESSAGE_BYTES_MAX, parseMessage } from './index.ts'
import { AT, CENTRE, OPERATOR, testKey } from './wire.fixture.ts'

const refused = (code: string) => expect.objectContaining({ code })
const key = testKey(OPERATOR)
const goldenBytes = fromHex(golden.message.hex)
const common = {
  kind: 'order',
  sender: OPERATOR,
  receiver: CENTRE,
  sentAt: AT,
  sign: key.sign,
} as const

describe('golden bytes of version 1', () => {
  test('are read, signed, and made again', async () => {
    const message = parseMessage(goldenBytes)
    const { kind, sender, receiver, sentAt, bodyHash } = message
    expect({ kind, sender, receiver, sentAt }).toEqual({
      kind: 'order',
      sender: OPERATOR,
      receiver: CENTRE,
      sentAt: AT,
    })
    expect(fromUtf8(message.body)).toBe('{"do":"nothing"}')
    expect(bodyHash).toBe(golden.message.bodyHash)
    expect(authentic(message, key.publicKey, pureEngine)).toBe(true)
    expect(authentic(message, testKey(CENTRE).publicKey, pureEngine)).toBe(false)
    expect(await encodeMessage({ ...common, body: message.body })).toEqual(goldenBytes)
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

  test('every bit that flips anywhere', () => {
    expect(codeOf(goldenBytes)).toBeUndefined()
    const codes = new Set<string | undefined>()
    for (let bit = 0; bit < 8 * goldenBytes.length; bit += 3) {
      const bytes = goldenBytes.slice()
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
