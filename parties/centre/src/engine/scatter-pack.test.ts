import { concat } from '@unifare/core'
import {
  CHAIN_START,
  encodeBatch,
  encodeMessage,
  encodeTap,
  type Message,
  parseMessage,
  sealPack,
} from '@unifare/tap'
import { expect, test } from 'vitest'
import { CENTRE, cardTap, OPERATOR, TERMINAL } from '../clearing.fixture.ts'
import { createScatter } from './scatter.ts'
import { createScratch } from './scratch.ts'

const sign = async () => new Uint8Array(64)
const address = { kind: 'tap-batch', sender: OPERATOR, receiver: CENTRE, sentAt: 0, sign } as const

/** A batch of the terminal, from a sequence on. */
async function batchFrom(first: number, count: number): Promise<Uint8Array> {
  const taps = await Promise.all(
    Array.from({ length: count }, (_, i) => cardTap({ sequence: first + i, counter: first + i })),
  )
  return encodeBatch({
    terminal: TERMINAL,
    operator: OPERATOR,
    first,
    previous: CHAIN_START,
    records: taps.map(encodeTap),
    bundles: [{ kind: 'deny', publisher: CENTRE, version: first }],
    createdAt: 0,
    sign,
  })
}

function distributed(messages: readonly Pick<Message, 'bytes'>[]) {
  const all = concat(...messages.map(({ bytes }) => bytes))
  const arena = new Uint8Array(all.length * 3)
  arena.set(all)
  const scatter = createScatter(createScratch())
  scatter.begin(arena, { centre: CENTRE, shards: 4, messagesEnd: all.length })
  let end = 0
  for (const { bytes } of messages) {
    scatter.add(end, end + bytes.length)
    end += bytes.length
  }
  return scatter.end(end)
}

test('batches that came in a pack are distributed as those that came alone', async () => {
  const bodies = [await batchFrom(1, 3), await batchFrom(4, 1), await batchFrom(5, 20)]
  const alone = await Promise.all(
    bodies.map(async (body) => parseMessage(await encodeMessage({ ...address, body }))),
  )
  const { bytes } = await sealPack({ ...address, bodies })
  const head = bytes.subarray(0, bytes.length - concat(...bodies).length - 64)
  const packed = bodies.map((body) => parseMessage(concat(head, body, bytes.subarray(-64))))
  const expected = distributed(alone)
  expect(expected).toMatchObject({ tapCount: 24, unreadable: 0 })
  expect(distributed(packed)).toEqual(expected)
})
