import { Buffer } from 'node:buffer'
import { createSeededRandom, randomInteger } from '@unifare/core'
import { createFileReader, fileLines, KINDS, type UploadLine, writeFile } from '@unifare/tunion'
import { type Contender, median, ratio, runRounds } from './rounds.ts'

const DEFAULT_LINES = 50_000
const ROUNDS = 5
/** As a file stream hands it over. */
const CHUNK_BYTES = 64 * 1024
const HEADER = { day: '2026-11-21', receiver: '10000001' } as const
/** 2026-11-21 08:00:00 in Shanghai. */
const AT = 1_795_219_200_000

const NAMES = ['split', 'slices', 'read', 'write'] as const
type Name = (typeof NAMES)[number]

/** Speed of reading and writing an upload file, beside ways that check nothing. */
export interface FilesReport {
  readonly lines: number
  readonly bytes: number
  readonly linesPerSecond: Readonly<Record<Name, number>>
  /** Speed of `read`, every field checked and turned into a value, against the two others. */
  readonly ratioSplit: number
  readonly ratioSlices: number
}

/**
 * Measures lines a second of one core: `split` only finds line ends, `slices` cuts every field out
 * as text without a check (what a script would do), `read` and `write` are the codec.
 */
export function benchFiles(options: {
  readonly lines?: number
  readonly tell: (line: string) => void
}): FilesReport {
  const { lines = DEFAULT_LINES, tell } = options
  const records = uploadLines(lines)
  const bytes = writeFile('UP', HEADER, records)
  const contenders: readonly Contender<Name>[] = [
    { name: 'split', round: () => expectLines(splitLines(bytes), lines) },
    { name: 'slices', round: () => expectLines(sliceLines(bytes), lines) },
    { name: 'read', round: () => expectLines(readLines(bytes), lines) },
    { name: 'write', round: () => expectLines(writeLines(records), lines) },
  ]
  const times = runRounds(contenders, {
    rounds: ROUNDS,
    tell: (round) => tell(`files: round ${round} of ${ROUNDS}`),
  })
  const speed = (name: Name) => Math.round(lines / median(times[name]))
  return {
    lines,
    bytes: bytes.length,
    linesPerSecond: {
      split: speed('split'),
      slices: speed('slices'),
      read: speed('read'),
      write: speed('write'),
    },
    ratioSplit: ratio(times.split, times.read),
    ratioSlices: ratio(times.slices, times.read),
  }
}

/** The report for people. */
export function describeFiles(report: FilesReport): string[] {
  const { lines, bytes, linesPerSecond, ratioSplit, ratioSlices } = report
  return [
    `${lines} lines of an upload file, ${Math.round(bytes / lines)} bytes each, one core`,
    ...NAMES.map(
      (name) => `${name.padEnd(8)} ${String(linesPerSecond[name]).padStart(10)} lines/s`,
    ),
    `read, with every field checked, runs at ${ratioSplit} of finding line ends, ${ratioSlices} of cutting fields unchecked`,
  ]
}

function uploadLines(count: number): UploadLine[] {
  const random = createSeededRandom('files')
  const hex = (bytes: number) => Buffer.from(random.bytes(bytes)).toString('hex').toUpperCase()
  return Array.from({ length: count }, (_, index) => ({
    acquirerSerial: String(index + 1).padStart(12, '0'),
    issuer: '30000001',
    acquirer: '21580001',
    card: `310486${String(index).padStart(13, '0')}`,
    counter: randomInteger(random, 65_536),
    balanceBeforeFen: 200 + randomInteger(random, 20_000),
    amountFen: 200,
    at: AT + index * 1_000,
    terminal: '440100000001',
    terminalSerial: String(index + 1).padStart(10, '0'),
    txType: '8451',
    mcc: '4131',
    channel: '02',
    tac: hex(4),
    keyVersion: '01',
    keyIndex: '01',
    random: hex(4),
    algorithm: '00',
    cardOrganisation: '01',
    test: false,
    denyVersion: 7,
    objects: [
      { tag: 0xdf01, value: Uint8Array.of(1) },
      { tag: 0xdf02, value: random.bytes(4) },
      { tag: 0xdf03, value: random.bytes(8) },
      { tag: 0xdf04, value: Uint8Array.of(0x58, 0x10) },
    ],
  }))
}

/** Line ends of the records, found as fast as the platform can. */
function splitLines(bytes: Uint8Array): number {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  let lines = -2
  for (let at = buffer.indexOf(10); at !== -1; at = buffer.indexOf(10, at + 1)) lines += 1
  return lines
}

function sliceLines(bytes: Uint8Array): number {
  const { rows } = KINDS.UP.table
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1')
  const records = text
    .split('\r\n')
    .slice(2, -1)
    .map((line) => {
      const record: Record<string, string> = {}
      let at = 0
      for (const [name, width] of rows) {
        record[name] = line.slice(at, at + width).trim()
        at += width
      }
      return record
    })
  return records.length
}

function readLines(bytes: Uint8Array): number {
  let lines = 0
  const reader = createFileReader('UP', {}, () => {
    lines += 1
  })
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES) {
    reader.push(bytes.subarray(at, at + CHUNK_BYTES))
  }
  return reader.end().ok ? lines : -1
}

function writeLines(records: readonly UploadLine[]): number {
  let lines = -2
  for (const line of fileLines('UP', { ...HEADER, count: records.length }, records)) {
    lines += line.length > 0 ? 1 : 0
  }
  return lines
}

function expectLines(found: number, wanted: number): void {
  if (found !== wanted) throw new TypeError(`${found} lines where there are ${wanted}`)
}
