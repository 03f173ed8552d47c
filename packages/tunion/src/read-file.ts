import { equalBytes, utf8 } from '@unifare/core'
import type { TunionErrorCode } from './errors.ts'
import { createFaultList, type FaultList, type FileFault } from './faults.ts'
import { readFileName } from './file-name.ts'
import { type FileHeader, headerTable, RECORDS_MAX, readHeaderLine, VERSIONS } from './header.ts'
import { type FileKind, KINDS } from './kinds.ts'
import {
  type FieldFault,
  type FieldRow,
  LINE_END,
  type RecordOf,
  type RecordTable,
} from './layout.ts'
import { createLineSplitter, type LineSplitter, unendedLine } from './line-splitter.ts'

/** A file of this kind holds records of this shape. */
export type RecordOfKind<K extends FileKind> =
  (typeof KINDS)[K]['table'] extends RecordTable<infer R> ? RecordOf<R> : never

/** What is known of a file before it is read. */
export interface ReadOptions {
  /** Its name, checked against the header; what is no name of this profile is a fault. */
  readonly name?: string
  readonly receiver?: string
  /** Most bytes; 512 MiB when not given. */
  readonly bytesMax?: number
}

/** A file was read whole and without fault, or nothing of it counts. */
export type ReadOutcome =
  | { readonly ok: true; readonly header: FileHeader }
  | { readonly ok: false; readonly faults: readonly FileFault[]; readonly faultCount: number }

/** Reads a file as it comes in. */
export interface FileReader {
  push(chunk: Uint8Array): void
  end(): ReadOutcome
}

export const FILE_BYTES_MAX = 512 * 1024 * 1024
/**
 * Reads a file of a kind piece by piece, in memory of one line. `visit` sees every record that is
 * well formed, with its line: what it is told is provisional until `end` says ok. Faults are
 * collected with their place; one that leaves no way on (version, header, line ends) ends reading.
 */
export function createFileReader<K extends FileKind>(
  kind: K,
  options: ReadOptions,
  visit: (record: RecordOfKind<K>, line: number) => void,
): FileReader {
  const table = KINDS[kind].table as unknown as RecordTable<readonly FieldRow[]>
  const list = createFaultList(options.name ?? '-')
  let header: FileHeader | undefined
  const splitter = createLineSplitter({
    bytesMax: options.bytesMax ?? FILE_BYTES_MAX,
    onFault: (line, code) => list.add(line, code),
    onLine(line, number) {
      const before = list.count()
      if (number > RECORDS_MAX + HEAD_LINES) list.add(number, 'tunion.too-large')
      else if (number > HEAD_LINES) return record(line, number)
      else if (number === 1) header = readVersion(line, list)
      else if (header !== undefined) header = readHeader(line, { header, list, table, options })
      // Behind a head with a fault nothing can be read.
      if (list.count() > before) splitter.stop()
    },
  })

  function record(line: Uint8Array, number: number): void {
    if (line.length !== table.width) return list.add(number, lengthFault(line, table.width))
    const faults: FieldFault[] = []
    const values = table.decode(line, faults)
    for (const fault of faults) list.add(number, fault.code, fault)
    if (values !== undefined) visit(values as RecordOfKind<K>, number)
  }

  checkName(kind, options, list)
  return {
    push: (chunk) => splitter.push(chunk),
    end() {
      checkEnd(splitter, { header, list })
      return list.count() === 0 && header !== undefined
        ? { ok: true, header }
        : { ok: false, faults: list.faults, faultCount: list.count() }
    },
  }
}

/** Lines before the first record. */
const HEAD_LINES = 2

function lengthFault(line: Uint8Array, width: number): TunionErrorCode {
  return line.length < width ? 'tunion.short-line' : 'tunion.long-line'
}

function readVersion(line: Uint8Array, list: FaultList): FileHeader | undefined {
  const version = VERSIONS.find((known) => equalBytes(utf8(known), line))
  if (version === undefined) list.add(1, 'tunion.bad-version')
  return version === undefined ? undefined : { version, day: '', receiver: '', count: 0 }
}

function readHeader(
  line: Uint8Array,
  {
    header,
    list,
    table,
    options,
  }: {
    readonly header: FileHeader
    readonly list: FaultList
    readonly table: RecordTable<readonly FieldRow[]>
    readonly options: ReadOptions
  },
): FileHeader {
  if (line.length !== headerTable.width) {
    list.add(HEAD_LINES, lengthFault(line, headerTable.width))
    return header
  }
  const faults: FieldFault[] = []
  const read = readHeaderLine(line, faults)
  for (const fault of faults) list.add(HEAD_LINES, fault.code, fault)
  if (read === undefined) return header
  const { day, receiver, count, recordLength } = read
  if (recordLength !== table.width + LINE_END.length) {
    list.add(HEAD_LINES, 'tunion.bad-record-length', { field: 'recordLength', column: 26 })
  }
  if ((dayOfName(options.name) ?? day) !== day) {
    list.add(HEAD_LINES, 'tunion.wrong-date', { field: 'day', column: 7 })
  }
  if (options.receiver !== undefined && options.receiver !== receiver) {
    list.add(HEAD_LINES, 'tunion.wrong-receiver', { field: 'receiver', column: 15 })
  }
  return { ...header, day, receiver, count }
}

function checkEnd(
  splitter: LineSplitter,
  { header, list }: { readonly header: FileHeader | undefined; readonly list: FaultList },
): void {
  const end = splitter.end()
  if (end === undefined) return
  const { rest, lines } = end
  if (rest.length > 0) list.add(lines + 1, unendedLine(rest, 'tunion.cut-off'))
  else if (lines < HEAD_LINES) list.add(lines + 1, 'tunion.cut-off')
  else if (header?.count !== lines - HEAD_LINES) {
    list.add(HEAD_LINES, 'tunion.bad-count', { field: 'count', column: 1 })
  }
}

function checkName(kind: FileKind, { name }: ReadOptions, list: FaultList): void {
  if (name === undefined) return
  try {
    if (readFileName(name).kind !== kind) list.add(1, 'tunion.wrong-kind')
  } catch {
    list.add(1, 'tunion.bad-name')
  }
}

function dayOfName(name: string | undefined): string | undefined {
  try {
    return name === undefined ? undefined : readFileName(name).day
  } catch {
    // Told already, as a bad name.
    return undefined
  }
}

/** Reads a whole file: all of it, or its faults. */
export function readFile<K extends FileKind>(
  kind: K,
  bytes: Uint8Array,
  options: ReadOptions = {},
):
  | { readonly ok: true; readonly header: FileHeader; readonly records: RecordOfKind<K>[] }
  | { readonly ok: false; readonly faults: readonly FileFault[]; readonly faultCount: number } {
  const records: RecordOfKind<K>[] = []
  const reader = createFileReader(kind, options, (record) => records.push(record))
  reader.push(bytes)
  const outcome = reader.end()
  return outcome.ok ? { ...outcome, records } : outcome
}
