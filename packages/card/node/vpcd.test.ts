import { connect } from 'node:net'
import { fromHex, toHex } from '@unifare/core'
import fc from 'fast-check'
import { afterEach, describe, expect, test } from 'vitest'
import { must, newPsam, newSlot, opened, prepareBus, viewOf } from '../src/card.fixture.ts'
import { debit } from '../src/reader/purchase-flow.ts'
import { ATR, insertCard, offerCard, type VirtualCard } from './vpcd-card.ts'
import { createFrameReader, frame } from './vpcd-frame.ts'
import { openVpcdReader } from './vpcd-reader.ts'

const HOST = '127.0.0.1'
const closing: (() => unknown)[] = []

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

async function reader(timeoutMs?: number) {
  const opened = await openVpcdReader({ ...(timeoutMs !== undefined && { timeoutMs }) })
  closing.push(() => opened.close())
  return opened
}

/** A peer that sends these bytes at once and keeps what comes back. */
async function peer(port: number, hex: string) {
  const received: Uint8Array[] = []
  const socket = connect(port, HOST)
  socket.on('data', (chunk) => received.push(chunk))
  socket.on('error', () => undefined)
  socket.write(fromHex(hex))
  closing.push(() => socket.destroy())
  const closed = new Promise<void>((resolve) => socket.on('close', () => resolve()))
  return { socket, closed, received: () => toHex(Buffer.concat(received)) }
}

async function until(condition: () => boolean) {
  for (let round = 0; round < 400 && !condition(); round++) {
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  expect(condition()).toBe(true)
}

describe('frames', () => {
  test('two bytes of length, most significant first', () => {
    expect(toHex(frame(fromHex('04')))).toBe('000104')
    expect(toHex(frame(ATR))).toBe('00063B8180018080')
    expect(frame(new Uint8Array(0xffff)).length).toBe(0x10001)
    expect(() => frame(new Uint8Array(0x10000))).toThrow(RangeError)
  })

  test('cut anywhere, payloads come out as they went in', () => {
    const payloads = fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 6 })
    fc.assert(
      fc.property(payloads, fc.array(fc.nat(40), { minLength: 1 }), (sent, cuts) => {
        const stream = Buffer.concat(sent.map(frame))
        const frames = createFrameReader()
        const got: Uint8Array[] = []
        for (let at = 0, i = 0; at < stream.length; i++) {
          const next = at + 1 + (cuts[i % cuts.length] ?? 0)
          got.push(...frames.push(stream.subarray(at, next)))
          at = next
        }
        expect(got.map(toHex)).toEqual(sent.map(toHex))
        expect(frames.pending()).toBe(false)
      }),
    )
  })
})

describe('a card in a virtual reader', () => {
  test('reads and pays over the wire exactly as in process', async () => {
    const virtual = await reader()
    const slot = await newSlot()
    const psam = await opened(newPsam())
    const present = insertCard({ host: HOST, port: virtual.port, card: slot })
    expect(toHex(await virtual.powerOn())).toBe('3B8180018080')
    const card = await present
    expect(await viewOf(virtual)).toEqual(await viewOf(await newSlot()))
    const { pending } = must(await prepareBus({ transport: virtual, psam }))
    must(await debit({ transport: virtual, psam, pending }))
    expect(slot.card().memory.balanceFen).toBe(4800)
    await card.remove()
    await expect(virtual.transmit(fromHex('00A40400'))).rejects.toMatchObject({ code: 'card.torn' })
  })

  test('a reset drops what was open', async () => {
    const virtual = await reader()
    const psam = await opened(newPsam())
    const present = insertCard({ host: HOST, port: virtual.port, card: await newSlot() })
    await virtual.powerOn()
    await present
    const { pending } = must(await prepareBus({ transport: virtual, psam }))
    virtual.reset()
    const result = await debit({ transport: virtual, psam, pending })
    expect(result).toMatchObject({ ok: false, state: 'not-debited', sw: 0x6985 })
  })

  test('the controls of vpcd: only the ATR is answered, nothing and unknown ones are not', async () => {
    const offered = await offerCard(await newSlot())
    closing.push(() => offered.remove())
    const vpcd = await peer(
      offered.port,
      '000100' + '000101' + '000102' + '0000' + '000177' + '000104',
    )
    await offered.met
    await until(() => vpcd.received() !== '')
    expect(vpcd.received()).toBe('00063B8180018080')
  })

  test('one reader at a time', async () => {
    const offered = await offerCard(await newSlot())
    closing.push(() => offered.remove())
    await peer(offered.port, '000104')
    await offered.met
    const second = await peer(offered.port, '000104')
    await second.closed
    expect(second.received()).toBe('')
  })

  test('many commands at once are answered in order, and none is lost', async () => {
    const offered = await offerCard(await newSlot())
    closing.push(() => offered.remove())
    const select = '000D00A4040008A000000632010105'
    const read = '000500B0950002'
    const vpcd = await peer(offered.port, select + read.repeat(500))
    const answer = '00043000' + '9000'
    await until(() => vpcd.received().length >= answer.length * 500)
    expect(vpcd.received().endsWith(answer.repeat(500))).toBe(true)
  })

  test('a card that fails takes itself out and says why', async () => {
    const broken: VirtualCard = {
      reset: () => undefined,
      transmit: () => Promise.reject(new Error('disk full')),
    }
    const offered = await offerCard(broken)
    closing.push(() => offered.remove())
    const vpcd = await peer(offered.port, '000500B0950002')
    await expect(offered.gone).rejects.toThrow('disk full')
    await vpcd.closed
  })
})

describe('readers and cards that lie', () => {
  test('a card that announces more than it sends is thrown out in time', async () => {
    const virtual = await reader(100)
    const card = await peer(virtual.port, 'FFFF3B81')
    await expect(virtual.powerOn()).rejects.toMatchObject({ code: 'reader.no-card' })
    await card.closed
  })

  test('a card that speaks unasked is thrown out', async () => {
    const virtual = await reader(100)
    const card = await peer(virtual.port, '00029000')
    await card.closed
  })

  test('an empty answer to reset is no card', async () => {
    const virtual = await reader(100)
    const powering = virtual.powerOn()
    const card = await peer(virtual.port, '')
    card.socket.on('data', () => card.socket.write(fromHex('0000')))
    await expect(powering).rejects.toMatchObject({ code: 'reader.no-card' })
  })

  test('no card, no reader, and a reader that never asks', async () => {
    const virtual = await reader(50)
    await expect(virtual.powerOn()).rejects.toMatchObject({ code: 'reader.no-card' })
    const { port } = virtual
    await virtual.close()
    const card = await newSlot()
    await expect(insertCard({ host: HOST, port, card })).rejects.toMatchObject({
      code: 'vpcd.unreachable',
    })
    const silent = await reader()
    await expect(
      insertCard({ host: HOST, port: silent.port, card, patienceMs: 50 }),
    ).rejects.toMatchObject({ code: 'vpcd.taken' })
  })

  test('bytes of any kind neither stop the card nor change it', async () => {
    const slot = await newSlot()
    const before = slot.card().memory
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 400 }), async (bytes) => {
        const offered = await offerCard(slot)
        const vpcd = await peer(offered.port, toHex(bytes))
        vpcd.socket.end()
        await vpcd.closed
        await offered.remove()
      }),
      { numRuns: 30 },
    )
    expect(slot.card().memory).toEqual(before)
  })
})
