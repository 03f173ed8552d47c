import { readFileSync } from 'node:fs'
import { concat, utf8 } from '@unifare/core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createFileReader, type FileKind, isFileKind, KINDS, readFile, writeFile } from './index.ts'
import { anyRecord, EXAMPLES, HEADER, OPERATOR } from './tunion.fixture.ts'

const ALL = Object.keys(KINDS).filter(isFileKind)
const golden = (kind: FileKind) =>
  new Uint8Array(readFileSync(new URL(`vectors/${kind}.txt`, import.meta.url)))

describe('record lengths of the reference (clearing 1.3), line end included', () => {
  test.each([
    ['LD', 150],
    ['BP', 180],
    ['CR', 216],
    ['ED', 171],
    ['CM', 160],
    ['AD', 398],
  ] as const)('%s %i', (kind, length) => {
    expect(KINDS[kind].table.width + 2).toBe(length)
  })
})

describe('a file as it is written', () => {
  test('LD, character for character', () => {
    const bytes = writeFile('LD', HEADER, [{ ...EXAMPLES.LD, errorText: 'ok' }])
    const lines = [
      '01',
      `0000012026112121580001   0150${'F'.repeat(20)}`,
      `${`000000000001${'UP2611210000002215800010000000001U'.padEnd(50)}000000ok`.padEnd(148)}`,
    ]
    expect(new TextDecoder('latin1').decode(bytes)).toBe(
      lines.map((line) => `${line}\r\n`).join(''),
    )
  })

  test('text is GBK, fees are decimals of fen with seven places', () => {
    const line = writeFile('FB', HEADER, [EXAMPLES.FB]).subarray(4 + 51)
    expect([...line.subarray(168, 172)]).toEqual([0xd5, 0xfd, 0xb3, 0xa3])
    const fee = new TextDecoder('latin1').decode(line.subarray(209, 237))
    expect(fee).toBe('00000000000000000001.2000000')
  })

  test.each(ALL)('%s: the golden file', (kind) => {
    // A table of all kinds has no one type of record: each example is of its own kind.
    expect(writeFile(kind, HEADER, [EXAMPLES[kind] as never])).toEqual(golden(kind))
    const read = readFile(kind, golden(kind), { receiver: OPERATOR })
    expect(read).toEqual({
      ok: true,
      header: { version: '01', count: 1, ...HEADER },
      records: [EXAMPLES[kind]],
    })
  })

  test('an empty day is a file without records', () => {
    const bytes = writeFile('FB', HEADER, [])
    expect(readFile('FB', bytes)).toMatchObject({ ok: true, header: { count: 0 }, records: [] })
  })
})

describe('any records', () => {
  test.each(ALL)('%s: come back as they were, in chunks of any size', (kind) => {
    fc.assert(
      fc.property(
        fc.array(anyRecord(kind), { maxLength: 3 }),
        fc.integer({ min: 1, max: 700 }),
        (records, size) => {
          const bytes = writeFile(kind, { ...HEADER, version: '02' }, records)
          const found: unknown[] = []
          const reader = createFileReader(kind, {}, (record) => found.push(record))
          for (let at = 0; at < bytes.length; at += size) reader.push(bytes.slice(at, at + size))
          expect(reader.end()).toMatchObject({ ok: true, header: { version: '02' } })
          expect(found).toEqual(records)
        },
      ),
      { numRuns: 25 },
    )
  })

  test('any bytes are read or refused, and what is read is written alike', () => {
    const kind = 'LD'
    const good = writeFile(kind, HEADER, [EXAMPLES.LD, EXAMPLES.LD])
    fc.assert(
      fc.property(fc.nat({ max: good.length - 1 }), fc.nat({ max: 255 }), (at, byte) => {
        const bytes = good.slice()
        bytes[at] = byte
        const read = readFile(kind, bytes)
        if (!read.ok) return
        expect(writeFile(kind, read.header, read.records)).toEqual(bytes)
      }),
      { numRuns: 500 },
    )
  })
})

describe('faults', () => {
  const good = writeFile('LD', HEADER, [EXAMPLES.LD, EXAMPLES.LD])
  const NAME = 'LD2611210000002215800010000000001A'
  const lines = () => {
    const text = new TextDecoder('latin1').decode(good)
    return text.split('\r\n').slice(0, -1)
  }
  const fileOf = (all: readonly string[], end = '\r\n') =>
    Uint8Array.from(all.map((line) => line + end).join(''), (one) => one.charCodeAt(0))
  const changed = (index: number, change: (line: string) => string) =>
    fileOf(lines().map((line, i) => (i === index ? change(line) : line)))
  const put = (at: number, text: string) => (line: string) =>
    line.slice(0, at) + text + line.slice(at + text.length)
  const faultsOf = (bytes: Uint8Array, name = NAME, receiver = OPERATOR) => {
    const read = readFile('LD', bytes, { name, receiver })
    return read.ok
      ? []
      : read.faults.map(({ line, column, field, code }) => [line, column, field, code])
  }

  test('a good file has none', () => expect(faultsOf(good)).toEqual([]))

  test.each([
    ['short line', changed(2, (line) => line.slice(1)), [[3, 1, '', 'tunion.short-line']]],
    ['long line', changed(3, (line) => `${line} `), [[4, 1, '', 'tunion.long-line']]],
    ['wrong count', changed(1, put(0, '000003')), [[2, 1, 'count', 'tunion.bad-count']]],
    ['wrong date', changed(1, put(6, '20261122')), [[2, 7, 'day', 'tunion.wrong-date']]],
    ['no such date', changed(1, put(6, '20261131')), [[2, 7, 'day', 'tunion.bad-date']]],
    [
      'other receiver',
      changed(1, put(14, '30000001')),
      [[2, 15, 'receiver', 'tunion.wrong-receiver']],
    ],
    [
      'record length',
      changed(1, put(25, '0151')),
      [[2, 26, 'recordLength', 'tunion.bad-record-length']],
    ],
    ['filler', changed(1, put(29, 'E')), [[2, 30, 'filler', 'tunion.bad-filler']]],
    ['short header', changed(1, (line) => line.slice(1)), [[2, 1, '', 'tunion.short-line']]],
    ['bad number', changed(2, put(0, ' ')), [[3, 1, 'centreSerial', 'tunion.bad-number']]],
    ['zero byte', changed(2, put(3, '\0')), [[3, 1, 'centreSerial', 'tunion.nul']]],
    ['half a character', changed(2, put(68, '\x81 ')), [[3, 69, 'errorText', 'tunion.bad-text']]],
    ['name with a blank first', changed(2, put(12, ' ')), [[3, 13, 'fileName', 'tunion.bad-code']]],
    ['wrong version', changed(0, () => '03'), [[1, 1, '', 'tunion.bad-version']]],
    ['byte order mark', concat(Uint8Array.of(0xef, 0xbb, 0xbf), good), [[1, 1, '', 'tunion.bom']]],
    ['LF only', fileOf(lines(), '\n'), [[1, 1, '', 'tunion.bad-line-end']]],
    ['CR only', fileOf(lines(), '\r'), [[1, 1, '', 'tunion.bad-line-end']]],
    ['cut off', good.slice(0, -2), [[4, 1, '', 'tunion.cut-off']]],
    ['nothing', new Uint8Array(0), [[1, 1, '', 'tunion.cut-off']]],
    ['no header', utf8('01\r\n'), [[2, 1, '', 'tunion.cut-off']]],
  ])('%s', (_name, bytes, expected) => expect(faultsOf(bytes)).toEqual(expected))

  test('all faults of a file are told, each with its text', () => {
    const bytes = fileOf(
      lines().map((line, i) => (i < 2 ? line : put(62, 'xx')(put(0, 'y')(line)))),
    )
    const read = readFile('LD', bytes)
    expect(read).toMatchObject({ ok: false, faultCount: 4 })
    if (read.ok) return
    expect(read.faults.map(({ line, field }) => [line, field])).toEqual([
      [3, 'centreSerial'],
      [3, 'errorCode'],
      [4, 'centreSerial'],
      [4, 'errorCode'],
    ])
    expect(read.faults[0]).toMatchObject({
      en: expect.stringContaining('zero-padded'),
      zh: '数字字段无效',
    })
  })

  test('too many faults are counted, too many bytes are not read', () => {
    const bytes = fileOf([...lines().slice(0, 2), ...Array.from({ length: 150 }, () => 'x')])
    const read = readFile('LD', bytes)
    expect(read).toMatchObject({ ok: false, faultCount: 151 })
    if (!read.ok) expect(read.faults).toHaveLength(100)
    expect(readFile('LD', good, { bytesMax: 100 })).toMatchObject({
      faults: [{ code: 'tunion.too-large' }],
    })
  })

  test('the name says another kind, or nothing', () => {
    expect(faultsOf(good, 'FB2611210000002215800010000000001A')).toEqual([
      [1, 1, '', 'tunion.wrong-kind'],
    ])
    expect(faultsOf(good, 'LD.txt')).toEqual([[1, 1, '', 'tunion.bad-name']])
    expect(faultsOf(changed(2, put(0, ' ')), 'LD.txt')).toEqual([
      [1, 1, '', 'tunion.bad-name'],
      [3, 1, 'centreSerial', 'tunion.bad-number'],
    ])
  })

  test('the end of a wait: a line that never ends', () => {
    const reader = createFileReader('LD', {}, () => undefined)
    for (let i = 0; i < 10; i++) reader.push(new Uint8Array(1_000).fill(48))
    expect(reader.end()).toMatchObject({ faults: [{ line: 1, code: 'tunion.long-line' }] })
  })
})

describe('values that do not fit are not written', () => {
  const refused = expect.objectContaining({ code: 'tunion.does-not-fit' })
  test.each([
    ['amount', { amountFen: 1_000_000_000_000 }],
    ['half a fen', { amountFen: 0.5 }],
    ['negative', { balanceBeforeFen: -1 }],
    ['text', { errorText: '正'.repeat(21) }],
    ['text without GBK', { errorText: '🚇' }],
    ['half a second', { at: 500 }],
    ['code', { issuer: '123456789012' }],
    ['fee', { feeMicro: 10n ** 26n }],
  ])('%s', (_name, change) => {
    expect(() => writeFile('FB', HEADER, [{ ...EXAMPLES.FB, ...change }])).toThrow(refused)
  })
})
