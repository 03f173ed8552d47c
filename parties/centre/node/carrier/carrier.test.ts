import { EventEmitter, once } from 'node:events'
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type Carriage, faultyCarrier, PIECE_BYTES, useCarriage } from './carrier.fixture.ts'
import { createFileSender } from './file-sender.ts'
import { openCarrier } from './open-carrier.ts'
import { type SegmentCarrier, tooLarge } from './segment-carrier.ts'
import { startTestNats, type TestBrokers } from './testing/index.ts'

const START_MS = 90_000
let serial = 0
let files: Carriage['files']
let dir: string
const { current, made, arrivedAs, senderOver, receiverOver } = useCarriage()

beforeAll(() => {
  files = current().files
  dir = current().dir
})

describe('a carrier that', () => {
  test.each([
    [
      'loses two of three, at first',
      (one: Uint8Array, n: number) => (n % 3 && n < 30 ? [] : [one]),
    ],
    ['gives everything three times', (one: Uint8Array) => [one, one, one]],
    [
      'changes bytes',
      (one: Uint8Array, n: number) => {
        const changed = one.slice()
        changed[one.length - 1 - (n % 40)]! ^= 1
        return n < 30 ? [changed] : [changed, one]
      },
    ],
    ['cuts messages', (one: Uint8Array, n: number) => [one.subarray(0, n), one]],
    ['brings what nobody announced', (one: Uint8Array) => [one.map((byte) => byte ^ 255), one]],
  ])('%s brings the file whole', async (what, change) => {
    const name = `faulty-${what.replaceAll(/[^a-z]/g, '-')}`
    const content = await made(name)
    const carrier = faultyCarrier(change)
    const receiver = await receiverOver(carrier, `to-${name}`)
    const sender = senderOver(carrier)
    await sender.send(name)
    await receiver.has(name)
    await sender.held(name, 1)
    expect(await arrivedAs(`to-${name}`, name)).toEqual(Buffer.from(content))
    expect(await readdir(join(dir, `to-${name}`, 'arriving'))).toEqual([])
    await sender.close()
    await receiver.close()
  })

  test('brings nothing: the file is nowhere, and its sender is not told that it is', async () => {
    await made('nowhere')
    const carrier = faultyCarrier(() => [])
    const receiver = await receiverOver(carrier, 'to-nowhere')
    const sender = senderOver(carrier)
    await sender.send('nowhere')
    expect(await files.holders('nowhere')).toEqual([])
    const held = expect(sender.held('nowhere', 1)).rejects.toMatchObject({
      code: 'carrier.not-held',
    })
    await sender.close()
    await held
    await receiver.close()
  })
})

describe('what is carried', () => {
  test('pieces that came before a crash are kept, only the others are sent again', async () => {
    const content = await made('resumed')
    const half = faultyCarrier((one, n) => (n < 12 ? [one] : []))
    const first = await receiverOver(half, 'resumed')
    const before = senderOver(half)
    await before.send('resumed')
    await before.close()
    await first.close()

    const again: number[] = []
    const carrier = faultyCarrier((one) => [one])
    const second = await receiverOver(carrier, 'resumed')
    const sender = senderOver(carrier, (_name, index) => void again.push(index))
    await second.has('resumed')
    // The file may be whole before its sender hears of the last piece.
    await sender.close()
    expect(new Set(again).size).toBe(21 - 12)
    expect(await arrivedAs('resumed', 'resumed')).toEqual(Buffer.from(content))
    await second.close()
  })

  test('a receiver that lost its disk gets everything again', async () => {
    const carrier = faultyCarrier((one) => [one])
    const sender = senderOver(carrier)
    const content = await made('lost-disk')
    const first = await receiverOver(carrier, 'unlucky')
    await sender.send('lost-disk')
    await first.has('lost-disk')
    await first.close()
    await rm(join(dir, 'unlucky'), { recursive: true })
    const second = await receiverOver(carrier, 'unlucky')
    expect(await files.holders('lost-disk')).not.toContain('unlucky')
    await second.has('lost-disk')
    expect(await arrivedAs('unlucky', 'lost-disk')).toEqual(Buffer.from(content))
    await second.close()
    await sender.close()
  })

  test('a sender is gone for ever: another who has its file answers', async () => {
    const carrier = faultyCarrier((one) => [one])
    const content = await made('orphan')
    const sender = senderOver(carrier)
    const heir = await receiverOver(carrier, 'heir')
    await sender.send('orphan')
    await heir.has('orphan')
    await sender.held('orphan', 1)
    await sender.close()
    await rm(join(dir, 'from', 'orphan'))

    const late = await receiverOver(carrier, 'late')
    const common = { files, carrier, dir: join(dir, 'heir'), sender: 'heir' }
    const answers = createFileSender({ ...common, patienceS: 0, pollMs: 50 })
    await late.has('orphan')
    expect(await arrivedAs('late', 'orphan')).toEqual(Buffer.from(content))
    await answers.close()
    await late.close()
    await heir.close()
  })

  test('a sender that comes back and cuts its files otherwise completes what was begun', async () => {
    const content = await made('recut')
    let whole = false
    const carrier = faultyCarrier((one, n) => (whole || n < 12 ? [one] : []))
    const receiver = await receiverOver(carrier, 'recut')
    const before = senderOver(carrier)
    await before.send('recut')
    await before.close()
    whole = true
    const common = { files, carrier, dir: join(dir, 'from'), sender: 'from' }
    const after = createFileSender({ ...common, pieceBytes: PIECE_BYTES / 2, pollMs: 50 })
    await after.send('recut')
    await receiver.has('recut')
    expect(await arrivedAs('recut', 'recut')).toEqual(Buffer.from(content))
    await after.close()
    await receiver.close()
  })

  test('pieces that were larger than the brokers take are sent again, smaller', async () => {
    const content = await made('coarse')
    const carrier = faultyCarrier((one) => {
      if (one.length > PIECE_BYTES) throw tooLarge(one, 'of this test')
      return [one]
    })
    const receiver = await receiverOver(carrier, 'coarse')
    const before = senderOver(carrier)
    await expect(before.send('coarse')).rejects.toMatchObject({ code: 'carrier.too-large' })
    await before.close()
    const common = { files, carrier, dir: join(dir, 'from'), sender: 'from' }
    const after = createFileSender({ ...common, pieceBytes: PIECE_BYTES / 2, pollMs: 50 })
    await receiver.has('coarse')
    expect(await arrivedAs('coarse', 'coarse')).toEqual(Buffer.from(content))
    await after.close()
    await receiver.close()
  })

  test('a file that its sender lost keeps no other back', async () => {
    const carrier = faultyCarrier((one, n) => (n < 42 ? [] : [one]))
    const sender = senderOver(carrier)
    await made('kept-1-lost')
    const content = await made('kept-2')
    await sender.send('kept-1-lost')
    await sender.send('kept-2')
    await rm(join(dir, 'from', 'kept-1-lost'))
    const receiver = await receiverOver(carrier, 'kept')
    await receiver.has('kept-2')
    expect(await arrivedAs('kept', 'kept-2')).toEqual(Buffer.from(content))
    await sender.close()
    await receiver.close()
  })

  test('a file of another run that lies there under the name does not count', async () => {
    const content = await made('stale')
    await mkdir(join(dir, 'stale-folder'), { recursive: true })
    await writeFile(join(dir, 'stale-folder', 'stale'), 'of another run')
    const carrier = faultyCarrier((one) => [one])
    const receiver = await receiverOver(carrier, 'stale-folder')
    const sender = senderOver(carrier)
    const had = receiver.has('stale').then(() => arrivedAs('stale-folder', 'stale'))
    await sender.send('stale')
    expect(await had).toEqual(Buffer.from(content))
    await sender.close()
    await receiver.close()
  })

  test('a name has one content; a file that is not there or not plain is refused', async () => {
    const sender = senderOver(faultyCarrier((one) => [one]))
    await made('once')
    await sender.send('once')
    await sender.send('once')
    await writeFile(join(dir, 'from', 'once'), 'other')
    await expect(sender.send('once')).rejects.toMatchObject({ code: 'carrier.other-content' })
    await expect(sender.send('never')).rejects.toMatchObject({ code: 'carrier.no-file' })
    await expect(sender.send('../once')).rejects.toThrow(TypeError)
    await sender.close()
  })

  test.each(['', 'nats', 'http://a', 'nats://a,amqp://b', 'nats://a,http://b'])(
    'no brokers: %j',
    async (addresses) => {
      await expect(openCarrier(addresses)).rejects.toMatchObject({ code: 'carrier.bad-address' })
    },
  )
})

// RabbitMQ carries in the test of `unifare clear`.
describe('three NATS servers', () => {
  let brokers: TestBrokers
  let carrier: SegmentCarrier
  let name: string

  beforeAll(async () => {
    brokers = await startTestNats()
  }, START_MS)

  afterAll(() => brokers.stop())

  beforeEach(async () => {
    carrier = await openCarrier(brokers.addresses)
    serial += 1
    name = `carried-${serial}`
  })

  afterEach(() => carrier.close())

  async function expectCarried(disturb: () => Promise<void>): Promise<void> {
    const content = await made(name)
    let count = 0
    const reached = new EventEmitter()
    const middle = once(reached, 'middle')
    const sender = senderOver(carrier, () => {
      count += 1
      if (count === 8) reached.emit('middle')
    })
    const receivers = [`${name}-a`, `${name}-b`]
    const open = await Promise.all(receivers.map((one) => receiverOver(carrier, one)))
    const sent = sender.send(name)
    await middle
    await disturb()
    await sent
    for (const receiver of open) await receiver.has(name)
    await sender.held(name, receivers.length)
    for (const one of receivers) expect(await arrivedAs(one, name)).toEqual(Buffer.from(content))
    await sender.close()
    for (const receiver of open) await receiver.close()
  }

  test('carry a file to two receivers', () => expectCarried(async () => undefined))

  test('take no message over their limit: it is told with the limit and what to do', async () => {
    const message = new Uint8Array(2 * 1024 * 1024)
    await expect(carrier.publish(message)).rejects.toMatchObject({
      code: 'carrier.too-large',
      message: expect.stringMatching(/max_payload of NATS is 1048576.*--piece-kib/),
    })
  })

  test('lose everything while they carry: the sender sends it again', { timeout: START_MS }, () =>
    expectCarried(() => brokers.wipe()),
  )
})
