import { decodeEvidence } from '@unifare/card'
import { evidenceOfCl, readFile, readFileName } from '@unifare/tunion'
import { describe, expect, test } from 'vitest'
import { openTestCentre } from '../centre.fixture.ts'
import { CENTRE, chargeOf, DAY, ISSUER, OPERATOR } from '../clearing.fixture.ts'
import { codeTap } from '../code.fixture.ts'
import { VERDICTS } from '../verdicts.ts'
import { nameOf, openFileCentre, refusal, ride, uploadOf } from './files.fixture.ts'
import { resultFiles, resultFilesOf } from './result-files.ts'
import { RESULT_CODES } from './verdict-codes.ts'

const ACQUIRER = { id: OPERATOR, roles: ['acquirer'] } as const

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
    const files = resultFiles(network.storage, { centre: CENTRE, members: [ACQUIRER] })
    await network.centre.read(async (tx) => {
      for (const one of await files.due(tx)) await one.write(tx)
    })
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

  test('more records than a file may count are several files, and the next day numbers on', async () => {
    const network = await openFileCentre({ fileRecordsMax: 2 })
    const days = [DAY, '2026-11-21'] as const
    const dayOf = async (first: number, count: number) =>
      uploadOf(await Promise.all(Array.from({ length: count }, (_, i) => ride(first + i))))
    await network.upload(nameOf(1), await dayOf(1, 5))
    await network.close(days[0])
    await network.upload(nameOf(2), await dayOf(6, 2))
    await network.close(days[1])
    const numbered = async (kind: 'FB' | 'CL' | 'BP') =>
      Promise.all(
        (await network.storage.list(kind)).map(async (name) => {
          const file = readFile(kind, (await network.storage.read(name)) ?? new Uint8Array(0))
          const { sequence, day, institution } = readFileName(name)
          if (!file.ok) throw new Error(JSON.stringify(file.faults))
          return [institution, day, sequence, file.records.length]
        }),
      )
    const split = [
      [days[0], 1, 2],
      [days[0], 2, 2],
      [days[0], 3, 1],
      [days[1], 4, 2],
    ]
    expect(await numbered('FB')).toEqual(split.map((row) => [OPERATOR, ...row]))
    expect(await numbered('CL')).toEqual(split.map((row) => [ISSUER, ...row]))
    expect((await numbered('BP')).map(([, , sequence]) => sequence)).toEqual([1, 1, 2, 2])
    // Asked for again, by whom the limit was not told to, both days are the same files.
    const before = await network.storage.list('')
    for (const day of days) {
      const made = await network.centre.read((tx) =>
        resultFilesOf(tx, { day, centre: CENTRE, member: ACQUIRER }),
      )
      for (const { name, bytes } of made) {
        expect(before).toContain(name)
        expect(await network.storage.read(name)).toEqual(bytes)
      }
    }
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
