import { canonicalJson, utf8 } from '@unifare/core'
import { describe, expect, test } from 'vitest'
import { openTestCentre } from '../centre.fixture.ts'
import { cardTap, chargeOf, DAY, ISSUER, OPERATOR, TERMINAL } from '../clearing.fixture.ts'
import { statements } from '../tables.ts'
import { allSources } from '../watch/sources.ts'
import { FILE_PART_BYTES, fileOrders } from './file-order.ts'
import { nameOf, openFileCentre, refusal, ride, uploadOf } from './files.fixture.ts'
import { gapsIn } from './gaps.ts'
import { listFiles } from './list.ts'

describe('an upload file', () => {
  test('is taken whole, and settles as if the terminals had spoken our wire', async () => {
    const rides = [await ride(1), await ride(2), await ride(3)]
    const network = await openFileCentre()
    expect(await network.upload(nameOf(1), uploadOf(rides))).toMatchObject({
      state: 'accepted',
      verdict: 'normal',
      records: 3,
      repeated: 0,
      amountFen: 600,
      number: 1,
      gaps: [],
    })
    const result = await network.close()
    expect(result).toMatchObject({ settledFen: 600, charges: 3, rejected: {} })
    expect((await network.centre.rerun(DAY)).root).toBe(result.root)

    const wire = await openTestCentre()
    const same = await Promise.all([1, 2, 3].map((sequence) => cardTap({ sequence })))
    await wire.taps(same)
    await wire.charges(same.map((tap, index) => chargeOf([tap], { number: index + 1 })))
    await wire.close()
    const positionsOf = (centre: typeof wire.centre) =>
      centre.read(async (tx) =>
        (await tx.select(statements, { day: DAY })).map(
          ({ statement }) => (statement as { position: unknown }).position,
        ),
      )
    expect(await positionsOf(network.centre)).toEqual(await positionsOf(wire.centre))
  })

  test('the same content gets the same answer; another one under the name is refused', async () => {
    const network = await openFileCentre()
    const first = await network.upload(nameOf(1), uploadOf([await ride(1)]))
    expect(await network.upload(nameOf(1), uploadOf([await ride(1)]))).toEqual(first)
    const other = uploadOf([await ride(2)])
    expect(await refusal(network.upload(nameOf(1), other))).toBe('tunion.name-taken')
    expect(await network.close()).toMatchObject({ charges: 1, settledFen: 200 })
  })

  test('a number of the sequence is one file, whatever day its name tells', async () => {
    const network = await openFileCentre()
    await network.upload(nameOf(1), uploadOf([await ride(1)]))
    const name = nameOf(1).replace('261120', '261121')
    expect(await refusal(network.upload(name, uploadOf([await ride(2)])))).toBe('tunion.name-taken')
  })

  test('records that come again in another file are counted, not charged twice', async () => {
    const network = await openFileCentre()
    await network.upload(nameOf(1), uploadOf([await ride(1)]))
    const again = await network.upload(nameOf(2), uploadOf([await ride(1), await ride(2)]))
    expect(again).toMatchObject({ records: 2, repeated: 1, amountFen: 200 })
    expect(await network.close()).toMatchObject({ charges: 2, settledFen: 400 })
  })

  test('a missing file is an alarm, which heals when it comes', async () => {
    const network = await openFileCentre()
    await network.upload(nameOf(4), uploadOf([]))
    expect(await network.upload(nameOf(7), uploadOf([]))).toMatchObject({
      gaps: [{ from: 5, to: 6 }],
    })
    const { gaps } = await network.centre.read(listFiles)
    expect(gaps).toEqual([{ sender: OPERATOR, kind: 'UP', from: 5, to: 6 }])
    await network.upload(nameOf(5), uploadOf([]))
    expect(await network.upload(nameOf(6), uploadOf([]))).toMatchObject({ gaps: [] })
  })

  test('comes in parts, in any order; one that never became whole may be replaced', async () => {
    const network = await openFileCentre()
    const rides = await Promise.all(
      Array.from({ length: 1_000 }, (_, i) => ride(i + 1, { balanceFen: 100 })),
    )
    const content = uploadOf(rides)
    expect(content.length).toBeGreaterThan(FILE_PART_BYTES)
    const parts = fileOrders(nameOf(1), content)
    const send = (order: object) =>
      network.send(OPERATOR, 'order', utf8(canonicalJson(order as never)))
    expect(parts).toHaveLength(2)
    expect(await send(parts[1] ?? {})).toMatchObject({ state: 'open' })
    await network.upload(nameOf(2), uploadOf([]))
    const changed = fileOrders(nameOf(1), uploadOf(rides.toReversed()))
    expect(await send(changed[1] ?? {})).toMatchObject({ state: 'open' })
    expect(await send(changed[0] ?? {})).toMatchObject({ state: 'accepted', records: 1_000 })
    expect(await refusal(send(parts[0] ?? {}))).toBe('tunion.name-taken')
  })

  test('its operator was heard', async () => {
    const network = await openFileCentre()
    await network.upload(nameOf(1), uploadOf([]))
    expect(await network.centre.read(allSources)).toMatchObject([
      { kind: 'operator', id: OPERATOR, heardAt: network.clock.now() },
    ])
  })

  test('tells which deny list the terminal held: who had it is liable', async () => {
    const network = await openFileCentre()
    const denied = {
      medium: 'card',
      issuer: ISSUER,
      account: (await ride(1)).account,
      reason: 'lost',
      since: 0,
    } as const
    await network.deny(1, [denied])
    await network.upload(nameOf(1), uploadOf([await ride(1)], 0))
    await network.upload(nameOf(2), uploadOf([await ride(2)], 1))
    expect(await network.close()).toMatchObject({ rejected: { 'deny.listed': 1 }, settledFen: 200 })
  })
})

describe('a file with faults brings nothing', () => {
  const faultsOf = (answer: { faults: unknown }) =>
    (answer.faults as { line: number; field: string; code: string }[]).map(
      ({ line, field, code }) => [line, field, code],
    )

  test('it is kept as refused with all its faults; nothing of it is half taken', async () => {
    const network = await openFileCentre()
    const content = uploadOf([await ride(1), await ride(2)])
    const line = 4 + 51
    content[line + 497 + 35] = 0x58
    const answer = await network.upload(nameOf(1), content)
    expect(answer).toMatchObject({ state: 'refused', verdict: 'tunion.refused', records: 0 })
    expect(faultsOf(answer)).toEqual([[4, 'card', 'tunion.bad-code']])
    const mended = uploadOf([await ride(1), await ride(2)])
    expect(await refusal(network.upload(nameOf(1), mended))).toBe('tunion.name-taken')
    expect(await network.upload(nameOf(2), mended)).toMatchObject({ state: 'accepted', records: 2 })
    expect(await network.close()).toMatchObject({ charges: 2 })
  })

  test.each([
    [
      'a record twice',
      async () => [await ride(1), await ride(1)],
      ['acquirerSerial', 'tunion.repeated'],
    ],
    [
      'a terminal that signs its own batches',
      async () => [await ride(2), await ride(1, { terminal: TERMINAL })],
      ['terminal', 'tunion.foreign'],
    ],
    [
      "another operator's record",
      async () => [await ride(2), await ride(1, { operator: '30000002' })],
      ['acquirer', 'tunion.foreign'],
    ],
  ])('%s', async (_name, rides, [field, code]) => {
    const network = await openFileCentre()
    const answer = await network.upload(nameOf(1), uploadOf(await rides()))
    expect(faultsOf(answer)).toEqual([[4, field, code]])
    expect(await network.close()).toMatchObject({ charges: 0 })
  })

  test('a record that came before with other content', async () => {
    const network = await openFileCentre()
    await network.upload(nameOf(1), uploadOf([await ride(1)]))
    const answer = await network.upload(
      nameOf(2),
      uploadOf([await ride(1, { amountFen: 100, balanceFen: 9_900 })]),
    )
    expect(faultsOf(answer)).toEqual([[3, 'acquirerSerial', 'tunion.repeated']])
  })

  test('a file of somebody else, of another kind, without a name, for somebody else', async () => {
    const network = await openFileCentre()
    const content = uploadOf([])
    expect(await refusal(network.upload(nameOf(1, ISSUER), content))).toBe('tunion.foreign')
    expect(await refusal(network.upload(nameOf(1), content, ISSUER))).toBe('tunion.foreign')
    expect(await refusal(network.upload('upload.txt', content))).toBe('tunion.bad-name')
    const results = nameOf(1).replace('UP', 'FB').replace(/U$/, 'A')
    expect(await refusal(network.upload(results, content))).toBe('tunion.wrong-kind')
  })

  test.each([
    ['bytes that do not match the hash', { bytes: '00' }],
    ['a part beyond the parts', { part: 1 }],
    ['half a byte', { bytes: '0' }],
    ['no hash', { hash: 'x' }],
    ['too many parts', { parts: 65 }],
  ])('%s: malformed', async (_name, change) => {
    const network = await openFileCentre()
    const order = { ...fileOrders(nameOf(1), uploadOf([]))[0], ...change }
    const sent = network.send(OPERATOR, 'order', utf8(canonicalJson(order as never)))
    expect(await refusal(sent)).toBe('message.malformed')
  })

  test('files that never become whole are few', async () => {
    const network = await openFileCentre()
    const part = (sequence: number) => {
      const [order] = fileOrders(nameOf(sequence), uploadOf([]))
      return network.send(OPERATOR, 'order', utf8(canonicalJson({ ...order, parts: 2 } as never)))
    }
    for (let sequence = 1; sequence <= 4; sequence++) await part(sequence)
    expect(await refusal(part(5))).toBe('tunion.too-large')
  })
})

test('gaps between the first and the last', () => {
  expect(gapsIn([])).toEqual([])
  expect(gapsIn([3, 9, 5, 3, 4, 7])).toEqual([
    { from: 6, to: 6 },
    { from: 8, to: 8 },
  ])
})
