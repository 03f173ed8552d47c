import { decodeEvidence } from '@unifare/card'
import { canonicalJson, utf8 } from '@unifare/core'
import {
  evidenceOfCl,
  readFile,
  readFileName,
  ucOf,
  writeFile,
  writeFileName,
} from '@unifare/tunion'
import { describe, expect, test } from 'vitest'
import { openTestCentre } from '../centre.fixture.ts'
import { CENTRE, cardTap, chargeOf, DAY, ISSUER, OPERATOR, TERMINAL } from '../clearing.fixture.ts'
import { codeTap } from '../code.fixture.ts'
import { denyEntries, statements } from '../tables.ts'
import { VERDICTS } from '../verdicts.ts'
import { allSources } from '../watch/sources.ts'
import { FILE_PART_BYTES, fileOrders } from './file-order.ts'
import { nameOf, openFileCentre, refusal, ride, uploadOf } from './files.fixture.ts'
import { gapsIn } from './gaps.ts'
import { listFiles } from './list.ts'
import { resultFilesOf, writeMissingResultFiles } from './result-files.ts'
import { RESULT_CODES } from './verdict-codes.ts'

const ACQUIRER = { id: OPERATOR, roles: ['acquirer'] } as const

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

describe("an issuer's deny list by file", () => {
  const name = (sequence: number, institution = ISSUER) =>
    writeFileName({ kind: 'UC', day: DAY, role: 'issuer', institution, sequence })
  const entry = (account: string, issuer: string = ISSUER) =>
    ({ medium: 'card', issuer, account, reason: 'lost', since: 0 }) as const
  const listOf = (...entries: ReturnType<typeof entry>[]) =>
    writeFile('UC', { day: DAY, receiver: CENTRE }, entries.map(ucOf))
  const standing = async ({ centre }: Awaited<ReturnType<typeof openFileCentre>>) => {
    const rows = await centre.read((tx) => tx.select(denyEntries, {}))
    return rows.map(({ key, version, until }) => [key.split('/').at(-1), version, until])
  }

  test('is the whole list: what it leaves out ends, and is not deleted', async () => {
    const network = await openFileCentre()
    const first = await network.upload(name(1), listOf(entry('11'), entry('12')), ISSUER)
    expect(first).toMatchObject({ state: 'accepted', records: 2 })
    await network.upload(name(2), listOf(entry('12'), entry('13')), ISSUER)
    expect(await standing(network)).toEqual([
      ['11', 1, 2],
      ['12', 1, 0],
      ['13', 2, 0],
    ])
  })

  test('stops cards as a list on our wire does', async () => {
    const network = await openFileCentre()
    const tap = await ride(1)
    await network.upload(name(1), listOf(entry(tap.account)), ISSUER)
    await network.upload(nameOf(1), uploadOf([tap], 1))
    expect(await network.close()).toMatchObject({ rejected: { 'deny.listed': 1 } })
  })

  test.each([
    ["another issuer's card", [entry('11'), entry('12', '20000002')], 'issuer', 'tunion.foreign'],
    ['a card twice', [entry('11'), entry('11')], 'card', 'tunion.repeated'],
  ])('%s refuses the whole file', async (_name, entries, field, code) => {
    const network = await openFileCentre()
    const answer = await network.upload(name(1), listOf(...entries), ISSUER)
    expect(answer).toMatchObject({ state: 'refused', faults: [{ line: 4, field, code }] })
    expect(await standing(network)).toEqual([])
  })

  test('an operator denies nobody', async () => {
    const network = await openFileCentre()
    const sent = network.upload(name(1), listOf(), OPERATOR)
    expect(await refusal(sent)).toBe('tunion.foreign')
  })
})

describe('result files', () => {
  async function closedDay() {
    const network = await openFileCentre()
    const bad = await ride(3)
    bad.evidence[25]! ^= 1
    await network.upload(nameOf(1), uploadOf([await ride(1), await ride(2), bad]))
    await network.upload(nameOf(2), new Uint8Array(0))
    await network.close()
    const read = async <K extends 'LD' | 'FB' | 'CL' | 'BP' | 'CR'>(kind: K, member: string) => {
      const [name = ''] = (await network.storage.list(kind)).filter((one) => one.includes(member))
      const bytes = (await network.storage.read(name)) ?? new Uint8Array(0)
      const file = readFile(kind, bytes, { name, receiver: member })
      if (!file.ok) throw new Error(JSON.stringify(file.faults))
      return file.records
    }
    return { network, read }
  }

  test('LD tells of every file, FB of every line, CL lets the issuer check, BP and CR sum up', async () => {
    const { read } = await closedDay()
    expect(
      (await read('LD', OPERATOR)).map(({ fileName, errorCode }) => [fileName, errorCode]),
    ).toEqual([
      [nameOf(1), '000000'],
      [nameOf(2), '200001'],
    ])
    const fb = await read('FB', OPERATOR)
    expect(
      fb.map(({ acquirerSerial, errorCode, amountFen, feeMicro }) => [
        acquirerSerial,
        errorCode,
        amountFen,
        feeMicro,
      ]),
    ).toEqual([
      ['000000000001', '000000', 200, 1_200_000n],
      ['000000000002', '000000', 200, 1_200_000n],
      ['000000000003', '120001', 200, 0n],
    ])
    expect(fb[0]).toMatchObject({ clearing: CENTRE, errorText: '正常' })
    const [first] = await read('CL', ISSUER)
    const evidence = first && evidenceOfCl(first)
    expect(evidence).toEqual({ ok: true, evidence: decodeEvidence((await ride(1)).evidence) })
    expect(await read('BP', OPERATOR)).toEqual([
      { receivableFen: 398, payableFen: 0, netFen: 398, sign: '0' },
    ])
    expect(await read('BP', ISSUER)).toMatchObject([{ payableFen: 399, sign: '1' }])
    expect(
      (await read('CR', ISSUER)).map(({ errorCode, count, amountFen }) => [
        errorCode,
        count,
        amountFen,
      ]),
    ).toEqual([
      ['000000', 2, 400],
      ['120001', 1, 200],
    ])
  })

  test('made again they are the same bytes', async () => {
    const { network } = await closedDay()
    const { storage, centre } = network
    const names = (await storage.list('')).filter((name) => /^[A-Z]{2}\d/.test(name))
    expect(names.map((name) => readFileName(name).kind).toSorted()).toEqual([
      'BP',
      'BP',
      'CL',
      'CR',
      'CR',
      'ER',
      'ER',
      'FB',
      'LD',
    ])
    const before = await Promise.all(names.map((name) => storage.read(name)))
    const members = [ACQUIRER, { id: ISSUER, roles: ['issuer'] }] as const
    const written = await centre.read(async (tx) =>
      (
        await Promise.all(
          members.map((member) => resultFilesOf(tx, { day: DAY, centre: CENTRE, member })),
        )
      ).flat(),
    )
    expect(new Map(written.map(({ name, bytes }) => [name, bytes]))).toEqual(
      new Map(names.map((name, index) => [name, before[index]])),
    )
  })

  test('files that a crash left out come at the next start', async () => {
    const network = await openTestCentre()
    await network.close()
    expect(await network.storage.list('BP')).toEqual([])
    await network.centre.read((tx) =>
      writeMissingResultFiles(tx, network.storage, { centre: CENTRE, members: [ACQUIRER] }),
    )
    expect(await network.storage.list('BP')).toHaveLength(1)
  })

  test('a day without business has its files: no records, and a position of zeros', async () => {
    const network = await openFileCentre()
    await network.close()
    const files = await network.centre.read((tx) =>
      resultFilesOf(tx, { day: DAY, centre: CENTRE, member: ACQUIRER }),
    )
    expect(files.map(({ kind, records }) => [kind, records])).toEqual([
      ['LD', 0],
      ['FB', 0],
      ['BP', 1],
      ['ER', RESULT_CODES.length],
      ['CR', 0],
    ])
  })

  test('BN, where the centre knows prefixes: what the operator takes, by the acceptance of the day', async () => {
    const network = await openFileCentre({ cardPrefixes: [{ prefix: '31200000', issuer: ISSUER }] })
    await network.close()
    const [name = ''] = await network.storage.list('BN')
    const bytes = (await network.storage.read(name)) ?? new Uint8Array(0)
    expect(readFile('BN', bytes, { name, receiver: OPERATOR })).toMatchObject({
      ok: true,
      records: [{ bin: '31200000', issuer: ISSUER, channel: '02', status: '1', expiry: null }],
    })
  })

  test('the sequence runs on from day to day', async () => {
    const network = await openFileCentre()
    await network.close()
    await network.close('2026-11-21')
    const names = await network.storage.list('BP')
    expect(
      names.filter((name) => name.includes(OPERATOR)).map((name) => readFileName(name).sequence),
    ).toEqual([1, 2])
  })

  test('ride codes have no line, and are told as left out', async () => {
    const network = await openFileCentre()
    const { tap } = await codeTap()
    await network.taps([tap])
    await network.charges([chargeOf([tap], { amountFen: 300, medium: 'code' })])
    await network.close()
    const files = await network.centre.read((tx) =>
      resultFilesOf(tx, { day: DAY, centre: CENTRE, member: ACQUIRER }),
    )
    expect(files.find(({ kind }) => kind === 'FB')).toMatchObject({
      records: 0,
      left: [{ item: `${OPERATOR}-1`, code: 'tunion.not-a-card' }],
    })
    const cr = files.find(({ kind }) => kind === 'CR')
    expect(cr && readFile('CR', cr.bytes)).toMatchObject({
      records: [{ businessType: '8401', amountFen: 300 }],
    })
  })

  test('only of closed days', async () => {
    const network = await openFileCentre()
    const asked = network.centre.read((tx) =>
      resultFilesOf(tx, { day: DAY, centre: CENTRE, member: ACQUIRER }),
    )
    expect(await refusal(asked)).toBe('centre.day-open')
  })
})

test('every verdict has a number of its own, six digits', () => {
  const codes = RESULT_CODES.map(({ code }) => code)
  expect(RESULT_CODES.map(({ verdict }) => verdict)).toEqual(
    expect.arrayContaining(Object.keys(VERDICTS)),
  )
  expect(new Set(codes).size).toBe(codes.length)
  for (const code of codes) expect(code).toMatch(/^\d{6}$/)
})

test('gaps between the first and the last', () => {
  expect(gapsIn([])).toEqual([])
  expect(gapsIn([3, 9, 5, 3, 4, 7])).toEqual([
    { from: 6, to: 6 },
    { from: 8, to: 8 },
  ])
})
