import { concat, fromHex, fromUtf8, UnifareError, utf8 } from '@unifare/core'
import { pureEngine } from '@unifare/crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import third from '../vectors/message-3.json' with { type: 'json' }
import {
  authentic,
  createHandler,
  createProcessLink,
  encodeMessage,
  exchange,
  exchangePack,
  isFinalRefusal,
  type Link,
  MESSAGE_BYTES_MAX,
  PACK_PARTS_MAX,
  parseMessage,
  sealPack,
} from './index.ts'
import { openSigned } from './message.ts'
import { AT, CENTRE, countingCentre, OPERATOR, party, testKey } from './wire.fixture.ts'

const refused = (code: string) => expect.objectContaining({ code })
const self = party(OPERATOR)
const key = testKey(OPERATOR)
const golden = fromHex(third.pack.hex)
const texts = ['{"do":"nothing"}', '', '{"do":"less"}']
const common = {
  kind: 'tap-batch',
  sender: OPERATOR,
  receiver: CENTRE,
  sentAt: AT,
  sign: key.sign,
} as const
const bodiesOf = (...list: readonly string[]) => list.map((text) => utf8(text))
const open = (bytes: Uint8Array) => openSigned(bytes, pureEngine, async () => key.publicKey)

describe('golden bytes of version 3', () => {
  test('are read: several bodies, each a message of its own, under one signature', async () => {
    const messages = await open(golden)
    expect(messages.map(({ body }) => fromUtf8(body))).toEqual(texts)
    expect(messages.map(({ bodyHash }) => bodyHash)).toEqual(third.pack.bodyHashes)
    for (const { kind, sender, receiver, sentAt } of messages) {
      expect({ kind, sender, receiver, sentAt }).toEqual({
        kind: 'tap-batch',
        sender: OPERATOR,
        receiver: CENTRE,
        sentAt: AT,
      })
    }
  })

  test('are made again', async () => {
    const { bytes, bodyHashes } = await sealPack({ ...common, bodies: bodiesOf(...texts) })
    expect(bytes).toEqual(golden)
    expect(bodyHashes).toEqual(third.pack.bodyHashes)
  })

  test('each body is kept with header and signature of the pack, and proves itself alone', async () => {
    const messages = await open(golden)
    for (const [i, message] of messages.entries()) {
      const { head, body, signature, bytes } = message
      expect(bytes).toEqual(concat(head, body, signature))
      expect(bytes).toEqual(fromHex(third.pack.kept[i] ?? ''))
      const kept = parseMessage(bytes)
      expect({ ...kept, bytes: 0 }).toEqual({ ...message, bytes: 0 })
      expect(authentic(kept, key.publicKey, pureEngine)).toBe(true)
      expect(authentic(kept, testKey(CENTRE).publicKey, pureEngine)).toBe(false)
    }
  })
})

describe('what a reader of packs refuses', () => {
  const codeOf = (bytes: Uint8Array) =>
    open(bytes).then(
      () => undefined,
      (error: unknown) => (error instanceof UnifareError ? error.code : error),
    )

  test('every bit that flips anywhere', async () => {
    expect(await codeOf(golden)).toBeUndefined()
    const codes = new Set<unknown>()
    for (let bit = 0; bit < 8 * golden.length; bit += 5) {
      const bytes = golden.slice()
      bytes[bit >> 3]! ^= 1 << (bit & 7)
      codes.add(await codeOf(bytes))
    }
    expect(codes).toEqual(new Set(['message.bad-signature', 'message.malformed']))
  })

  test('a body that is not in it, one that is missing, one too many, and other places', async () => {
    const [first, , last] = await open(golden)
    if (first === undefined || last === undefined) throw new TypeError('three bodies')
    const { head, signature } = first
    const all = bodiesOf(...texts)
    for (const bodies of [all.slice(1), all.toReversed(), [...all, utf8('more')], []]) {
      expect(await codeOf(concat(head, ...bodies, signature))).toBe('message.malformed')
    }
    const foreign = concat(head, utf8('{"do":"other"}'), signature)
    expect(() => parseMessage(foreign)).toThrow(refused('message.malformed'))
    expect(() => parseMessage(golden)).toThrow(refused('message.malformed'))
  })

  test('random bytes behind a good beginning', async () => {
    const any = fc
      .uint8Array({ maxLength: 200 })
      .map((rest) => concat(golden.subarray(0, 200), rest))
    await fc.assert(
      fc.asyncProperty(any, async (bytes) => {
        expect(await codeOf(bytes)).toBe('message.malformed')
      }),
      { numRuns: 50 },
    )
  })

  test('packs of one body, of too many, and longer than a message', async () => {
    for (const count of [0, 1, PACK_PARTS_MAX + 1]) {
      const bodies = Array.from({ length: count }, (_, i) => utf8(`${i}`))
      await expect(sealPack({ ...common, bodies })).rejects.toThrow(TypeError)
    }
    const half = new Uint8Array(MESSAGE_BYTES_MAX / 2)
    await expect(sealPack({ ...common, bodies: [half, half] })).rejects.toThrow(
      refused('message.malformed'),
    )
  })
})

describe('an exchange of a pack', () => {
  const request = (...list: readonly string[]) =>
    ({ receiver: CENTRE, kind: 'tap-batch', bodies: bodiesOf(...list) }) as const
  const single = (text: string) =>
    ({ receiver: CENTRE, kind: 'tap-batch', body: utf8(text) }) as const
  const kept = (place: number) => ({ status: 'fulfilled', value: { place } })

  /** A centre that does as it is told by a body. */
  function obeying() {
    const taken: string[] = []
    const link = createProcessLink()
    const handler = createHandler(party(CENTRE), async ({ body }) => {
      const text = fromUtf8(body)
      if (text === 'refuse') throw new UnifareError('batch.forked', 'no')
      if (text === 'fail') throw new UnifareError('storage.full', 'disk full')
      taken.push(text)
      return text === 'long' ? { result: 'x'.repeat(400_000) } : { result: text }
    })
    link.register(CENTRE, handler)
    return { link, taken }
  }

  test('takes each body once, in a pack or alone, in this pack or another', async () => {
    const { link, effects } = countingCentre()
    expect(await exchange(link, self, single('b'))).toEqual({ place: 0 })
    const told = [kept(1), kept(0), kept(2)]
    expect(await exchangePack(link, self, request('a', 'b', 'c'))).toEqual(told)
    expect(await exchangePack(link, self, request('a', 'b', 'c'))).toEqual(told)
    expect(await exchangePack(link, self, request('c', 'd', 'a'))).toEqual([2, 3, 1].map(kept))
    expect(effects.length).toBe(4)
  })

  test('a refusal is of its body alone, for good; the others are taken', async () => {
    const { link, taken } = obeying()
    const [a, bad, c] = await exchangePack(link, self, request('a', 'refuse', 'c'))
    expect([a, c]).toEqual(['a', 'c'].map((value) => ({ status: 'fulfilled', value })))
    expect(bad).toMatchObject({ status: 'rejected', reason: { code: 'batch.forked' } })
    expect(bad?.status === 'rejected' && isFinalRefusal(bad.reason)).toBe(true)
    expect(taken).toEqual(['a', 'c'])
  })

  test('a fault at one body: no answer for any, all are sent again', async () => {
    const { link } = obeying()
    const told = exchangePack(link, self, request('a', 'fail', 'c'))
    await expect(told).rejects.toThrow(refused('link.unreachable'))
  })

  test('answers that one message cannot hold: the first ones, and the others when asked again', async () => {
    const { link } = obeying()
    const told = await exchangePack(link, self, request('long', 'a', 'long', 'long', 'b'))
    expect(told.length).toBe(3)
    expect((await exchangePack(link, self, request('long', 'b'))).length).toBe(2)
  })

  test('who signed it is not known, or another: not opened, nothing taken', async () => {
    const { link, effects } = countingCentre([])
    await expect(exchangePack(link, self, request('a', 'b'))).rejects.toMatchObject({
      code: 'message.unknown-sender',
      details: { opened: false },
    })
    const thief = { ...self, sign: testKey('a thief').sign }
    const { link: other } = countingCentre()
    await expect(exchangePack(other, thief, request('a', 'b'))).rejects.toMatchObject({
      code: 'message.bad-signature',
      details: { opened: false },
    })
    expect(effects).toEqual([])
  })

  test.each([
    ['none', '{"answers":[]}'],
    ['one that is not for the first body', '{"answers":[{"bodyHash":"AA","ok":true}]}'],
    ['something else', '{"answers":{"ok":true}}'],
    ['one without sense', '{"answers":[null]}'],
  ])('answers with %s count as no answer', async (_, text) => {
    const { link } = countingCentre()
    const forged: Link = {
      async send() {
        const message = { kind: 'answer', sender: CENTRE, receiver: OPERATOR, sentAt: AT } as const
        return encodeMessage({ ...message, body: utf8(text), sign: testKey(CENTRE).sign })
      },
    }
    await expect(exchangePack(forged, self, request('a', 'b'))).rejects.toThrow(
      refused('message.bad-signature'),
    )
    expect((await exchangePack(link, self, request('a', 'b'))).length).toBe(2)
  })

  test('answers to another pack, or in another order, count as none', async () => {
    const { link } = countingCentre()
    let first: Uint8Array | undefined
    const stuck: Link = {
      send: async (receiver, message) => (first ??= await link.send(receiver, message)),
    }
    await exchangePack(stuck, self, request('a', 'b'))
    for (const other of [request('b', 'a'), request('a', 'c'), request('c', 'd')]) {
      await expect(exchangePack(stuck, self, other)).rejects.toThrow(
        refused('message.bad-signature'),
      )
    }
    // A sender that asked for one body has no use for a list.
    await expect(exchange(stuck, self, single('a'))).rejects.toThrow(
      refused('message.bad-signature'),
    )
  })

  test('an answer is never a pack', async () => {
    const { link, effects } = countingCentre()
    const { bytes } = await sealPack({ ...common, kind: 'answer', bodies: bodiesOf('a', 'b') })
    const answer = parseMessage(await link.send(CENTRE, bytes))
    expect(fromUtf8(answer.body).match(/message\.refused/g)?.length).toBe(2)
    expect(effects).toEqual([])
  })
})
