import { concat, createSeededRandom, UnifareError, utf8 } from '@unifare/core'
import { ed25519KeyPair, pureEngine } from '@unifare/crypto'
import { encodeMessage, type Message, parseMessage, sealPack } from '@unifare/tap'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { encodeForwarded, isForwarded, openForwarded } from './envelope.ts'

const [NATION, HUBEI, WUHAN, BUS] = ['10000000', '10420000', '10420100', '30420100']
const random = createSeededRandom('envelope')
const pairs = new Map(
  [NATION, HUBEI, WUHAN, BUS].map((id) => [id, ed25519KeyPair((length) => random.bytes(length))]),
)
const trust = {
  engine: pureEngine,
  publicKeyOf: (party: string) => pairs.get(party)?.publicKey,
  isCentre: (party: string) => party !== BUS,
}
const messageOf = async (
  sender: string,
  receiver: string,
  body: Uint8Array,
  changes: { readonly kind?: 'order'; readonly signer?: string } = {},
): Promise<Message> => {
  const key = pairs.get(changes.signer ?? sender)
  if (key === undefined) throw new TypeError('nobody signs')
  const sign = async (bytes: Uint8Array) => pureEngine.ed25519Sign(key.privateKey, bytes)
  const kind = changes.kind ?? 'tap-batch'
  return parseMessage(await encodeMessage({ kind, sender, receiver, sentAt: 1, body, sign }))
}
const refusal = (work: () => unknown) => {
  try {
    work()
    return 'accepted'
  } catch (error) {
    return error instanceof UnifareError ? error.code : error
  }
}

describe('a forwarded message', () => {
  it('gives the original, byte for byte, over any centres', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ minLength: 1, maxLength: 300 }),
        fc.uniqueArray(fc.nat()),
        async (body, handed) => {
          const original = await messageOf(BUS, WUHAN, body)
          const once = await messageOf(WUHAN, HUBEI, encodeForwarded(original, [1, 2]))
          const twice = await messageOf(HUBEI, NATION, encodeForwarded(once, handed))
          const opened = openForwarded(twice, trust)
          expect(opened.original.bytes).toEqual(original.bytes)
          // What the last centre hands over counts.
          expect([...opened.handed]).toEqual(handed)
        },
      ),
      { numRuns: 20 },
    )
  })

  it('holds one body of a pack, with header and signature of them all', async () => {
    const key = pairs.get(BUS)
    if (key === undefined) throw new TypeError('nobody signs')
    const sign = async (bytes: Uint8Array) => pureEngine.ed25519Sign(key.privateKey, bytes)
    const bodies = ['first', 'second'].map((text) => utf8(text))
    const address = { kind: 'tap-batch', sender: BUS, receiver: WUHAN, sentAt: 1 } as const
    const { bytes } = await sealPack({ ...address, bodies, sign })
    const head = bytes.subarray(0, bytes.length - 'firstsecond'.length - 64)
    for (const body of bodies) {
      const kept = parseMessage(concat(head, body, bytes.subarray(-64)))
      const { original } = openForwarded(
        await messageOf(WUHAN, HUBEI, encodeForwarded(kept)),
        trust,
      )
      expect(original.body).toEqual(body)
      expect(original.bytes).toEqual(kept.bytes)
    }
    const foreign = { bytes: concat(head, utf8('third'), bytes.subarray(-64)) }
    const forwarded = await messageOf(WUHAN, HUBEI, encodeForwarded(foreign))
    expect(refusal(() => openForwarded(forwarded, trust))).toBe('message.malformed')
  })

  it('is told apart from batches and lists by its first bytes', () => {
    expect(isForwarded({ body: encodeForwarded({ bytes: new Uint8Array(1) }) })).toBe(true)
    for (const text of ['UB\x01\0\0\0\0', 'UC\x01\0\0\0\0', '{"kind":"deny"}', '']) {
      expect(isForwarded({ body: new TextEncoder().encode(text) })).toBe(false)
    }
  })

  it('is refused when it is not what its sender was sent, or was changed', async () => {
    const body = Uint8Array.of(1)
    const wrap = async (inner: Message) =>
      openForwarded(await messageOf(HUBEI, NATION, encodeForwarded(inner)), trust)
    const refused = async (inner: Message) => wrap(inner).then(String, (error) => error.code)
    expect(await refused(await messageOf(BUS, WUHAN, body))).toBe('message.wrong-receiver')
    const forged = await messageOf(BUS, HUBEI, body, { signer: HUBEI })
    expect(await refused(forged)).toBe('message.bad-signature')
    const other = await messageOf(BUS, HUBEI, body, { kind: 'order' })
    expect(await refused(other)).toBe('message.malformed')
    const inside = encodeForwarded(await messageOf(WUHAN, BUS, body))
    expect(await refused(await messageOf(BUS, HUBEI, inside))).toBe('tier.unknown')
  })

  it('never fails otherwise, whatever the bytes', async () => {
    const good = encodeForwarded(await messageOf(BUS, HUBEI, Uint8Array.of(1)), [7])
    await fc.assert(
      fc.asyncProperty(fc.nat(good.length - 1), fc.nat(255), fc.nat(6), async (at, byte, cut) => {
        const body = good.slice(0, good.length - cut)
        body[at] = byte
        const message = await messageOf(HUBEI, NATION, body)
        if (!isForwarded(message)) return
        expect(refusal(() => openForwarded(message, trust))).toEqual(expect.any(String))
      }),
      { numRuns: 100 },
    )
  })
})
