import { createSeededRandom, UnifareError, utf8 } from '@unifare/core'
import { describe, expect, test } from 'vitest'
import {
  createFaultyLink,
  createHandler,
  createProcessLink,
  encodeMessage,
  exchange,
  isFinalRefusal,
  type Link,
} from './index.ts'
import { AT, CENTRE, countingCentre, OPERATOR, party, testKey } from './wire.fixture.ts'

const self = party(OPERATOR)
const refused = (code: string) => expect.objectContaining({ code })
const request = (text: string) => ({ receiver: CENTRE, kind: 'order', body: utf8(text) }) as const

async function failure(work: Promise<unknown>): Promise<UnifareError> {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(UnifareError)
  return error as UnifareError
}

describe('an exchange', () => {
  test('gives the result that the receiver signed', async () => {
    const { link } = countingCentre()
    expect(await exchange(link, self, request('a'))).toEqual({ place: 0 })
    expect(await exchange(link, self, request('b'))).toEqual({ place: 1 })
  })

  test('a refusal comes back with its code and its author, for good', async () => {
    const link = createProcessLink()
    const handler = createHandler(party(CENTRE), async () => {
      throw new UnifareError('batch.gap', 'quotes \0 foreign \uD800 bytes')
    })
    link.register(CENTRE, handler)
    const error = await failure(exchange(link, self, request('a')))
    expect(error).toMatchObject({ code: 'batch.gap', details: { by: CENTRE } })
    expect(error.message).toBe('quotes ? foreign ? bytes')
    expect(isFinalRefusal(error)).toBe(true)
  })

  test.each(['journal.failed', 'storage.full', 'repository.unreachable', 'bug'])(
    '%s is a fault of the receiver: nothing is signed, the sender keeps its message',
    async (code) => {
      const link = createProcessLink()
      const fault = code === 'bug' ? new TypeError('bug') : new UnifareError(code, 'disk full')
      link.register(
        CENTRE,
        createHandler(party(CENTRE), () => Promise.reject(fault)),
      )
      const error = await failure(exchange(link, self, request('a')))
      expect(error).toMatchObject({ code: 'link.unreachable', details: { cause: fault } })
      expect(isFinalRefusal(error)).toBe(false)
    },
  )

  test('nobody there: unreachable', async () => {
    const error = await failure(exchange(createProcessLink(), self, request('a')))
    expect(error.code).toBe('link.unreachable')
  })
})

describe('messages that are not opened', () => {
  test.each([
    ['a sender that is not known', 'message.unknown-sender', party(OPERATOR), []],
    [
      'a sender with another key',
      'message.bad-signature',
      { ...party(OPERATOR), sign: testKey('a thief').sign },
      [OPERATOR],
    ],
  ] as const)('%s: refused, and it may try again', async (_, code, sender, known) => {
    const { link, effects } = countingCentre(known)
    const error = await failure(exchange(link, sender, request('a')))
    expect(error.code).toBe(code)
    expect(isFinalRefusal(error)).toBe(false)
    expect(effects).toEqual([])
  })

  test('a message for somebody else is refused by who gets it', async () => {
    const { link, effects } = countingCentre()
    const misled: Link = { send: (_, message) => link.send(CENTRE, message) }
    const knowsBoth = party(OPERATOR, [CENTRE, '10000002'])
    const error = await failure(
      exchange(misled, knowsBoth, { ...request('a'), receiver: '10000002' }),
    )
    expect(error.code).toBe('message.bad-signature')
    const bytes = await encodeMessage({
      ...request('a'),
      receiver: '10000002',
      sender: OPERATOR,
      sentAt: AT,
      sign: self.sign,
    })
    const answer = await link.send(CENTRE, bytes)
    expect(new TextDecoder().decode(answer)).toContain('message.wrong-receiver')
    expect(effects).toEqual([])
  })

  test('an answer played back as a message has no effect', async () => {
    const { link, effects } = countingCentre()
    const reply = { kind: 'answer', sender: OPERATOR, receiver: CENTRE, sentAt: AT } as const
    const body = utf8('{"bodyHash":"","ok":true}')
    const bytes = await encodeMessage({ ...reply, body, sign: self.sign })
    const answer = await link.send(CENTRE, bytes)
    expect(new TextDecoder().decode(answer)).toContain('message.refused')
    expect(effects).toEqual([])
  })
})

describe('answers that are not good count as none', () => {
  const forge = (change: (answer: Uint8Array) => Promise<Uint8Array> | Uint8Array): Link => {
    const { link } = countingCentre()
    return { send: async (receiver, message) => change(await link.send(receiver, message)) }
  }
  const answer = (sender: string, signer: string, body: string) =>
    encodeMessage({
      kind: 'answer',
      sender,
      receiver: OPERATOR,
      sentAt: AT,
      body: utf8(body),
      sign: testKey(signer).sign,
    })
  const refusal = '{"bodyHash":"AA","code":"batch.gap","message":"no","ok":false}'

  test.each<[string, Link]>([
    ['nothing', forge(() => new Uint8Array(0))],
    ['noise', forge(() => utf8('503 Service Unavailable'))],
    ['half of it', forge((bytes) => bytes.subarray(0, bytes.length / 2))],
    ['one bit flipped', forge((bytes) => bytes.with(bytes.length - 80, 1))],
    ['signed by a thief', forge(() => answer(CENTRE, 'a thief', refusal))],
    ['from somebody else', forge(() => answer(OPERATOR, OPERATOR, refusal))],
    ['of another message', forge(() => answer(CENTRE, CENTRE, refusal))],
    ['without sense', forge(() => answer(CENTRE, CENTRE, 'null'))],
    ['without a code', forge(() => answer(CENTRE, CENTRE, '{"bodyHash":"","ok":false}'))],
  ])('%s', async (_, link) => {
    const error = await failure(exchange(link, self, request('a')))
    expect(error.code).toBe('message.bad-signature')
    expect(isFinalRefusal(error)).toBe(false)
  })

  test('the answer to an earlier message is not the answer to this one', async () => {
    const { link } = countingCentre()
    let first: Uint8Array | undefined
    const stuck: Link = {
      send: async (receiver, message) => (first ??= await link.send(receiver, message)),
    }
    await exchange(stuck, self, request('a'))
    await expect(exchange(stuck, self, request('b'))).rejects.toThrow(
      refused('message.bad-signature'),
    )
  })
})

describe('a carrier with faults', () => {
  test.each([1, 2, 3, 4, 5])('%i deliveries with lost answers: one effect', async (times) => {
    const { link, effects, deliveries } = countingCentre()
    let calls = 0
    const lossy: Link = {
      async send(receiver, message) {
        const answer = await link.send(receiver, message)
        calls += 1
        if (calls < times) throw new UnifareError('link.unreachable', 'lost')
        return answer
      },
    }
    for (let i = 1; i < times; i++) {
      await expect(exchange(lossy, self, request('a'))).rejects.toThrow(refused('link.unreachable'))
    }
    expect(await exchange(lossy, self, request('a'))).toEqual({ place: 0 })
    expect([deliveries.length, effects.length]).toEqual([times, 1])
  })

  test('repeats under a seed, and every message arrives in the end, once', async () => {
    const run = async () => {
      const { link, effects, deliveries } = countingCentre()
      const random = createSeededRandom('faults')
      const ppm = 200_000
      const faulty = createFaultyLink(link, {
        random,
        loseRequest: ppm,
        loseAnswer: ppm,
        duplicate: ppm,
      })
      let attempts = 0
      for (let i = 0; i < 50; i++) {
        for (let done = false; !done; attempts++) {
          done = await exchange(faulty, self, request(`message ${i}`)).then(
            () => true,
            () => false,
          )
        }
      }
      return { attempts, deliveries: deliveries.length, effects: effects.length }
    }
    const once = await run()
    expect(once.effects).toBe(50)
    expect(once.attempts).toBeGreaterThan(60)
    expect(once.deliveries).not.toBe(once.attempts)
    expect(await run()).toEqual(once)
  })

  test('without faults it changes nothing', async () => {
    const { link, deliveries } = countingCentre()
    const faulty = createFaultyLink(link, { random: createSeededRandom(1) })
    for (let i = 0; i < 20; i++) await exchange(faulty, self, request(`${i}`))
    expect(deliveries.length).toBe(20)
  })
})
