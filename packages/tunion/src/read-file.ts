import { concat, equalBytes, utf8 } from '@unifare/core'
import { createFaultList, type FileFault } from './faults.ts'
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
const LF = 10
const CR = 13
/** Longest line without an end that is waited for. */
const LINE_MAX = 4_096
const BOMS = [
  [0xef, 0xbb, 0xbf],
  [0xfe, 0xff],
  [0xff, 0xfe],
] as const

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
  const state: State = { line: 0, bytes: 0, records: 0, stopped: false, header: undefined }
  let rest: Uint8Array = new Uint8Array(0)

  const stop = (line: number, code: FileFault['code']) => {
    list.add(line, code)
    state.stopped = true
  }

  function record(line: Uint8Array): void {
    if (line.length !== table.width) {
      list.add(state.line, line.length < table.width ? 'tunion.short-line' : 'tunion.long-line')
      return
    }
    const faults: FieldFault[] = []
    const values = table.decode(line, faults)
    for (const fault of faults) list.add(state.line, fault.code, fault)
    if (values !== undefined) visit(values as RecordOfKind<K>, state.line)
  }

  function take(line: Uint8Array): void {
    state.line += 1
    if (state.line === 1) {
      const version = VERSIONS.find((known) => equalBytes(utf8(known), line))
      if (version === undefined) stop(1, 'tunion.bad-version')
      else state.header = { version, day: '', receiver: '', count: 0 }
      return
    }
    if (state.line === 2) {
      takeHeader(line, { state, list, table, options })
      if (list.count() > 0) state.stopped = true
      return
    }
    state.records += 1
    if (state.records > RECORDS_MAX) stop(state.line, 'tunion.too-large')
    else record(line)
  }

  /** Takes the lines that are whole; returns where the first one begins that is not. */
  function takeLines(bytes: Uint8Array): number {
    let at = 0
    while (!state.stopped) {
      const end = bytes.indexOf(LF, at)
      if (end === -1) break
      if (end === at || bytes[end - 1] !== CR) stop(state.line + 1, 'tunion.bad-line-end')
      else take(bytes.subarray(at, end - 1))
      at = end + 1
    }
    return at
  }

  checkName(kind, options, list)
  return {
    push(chunk) {
      if (state.stopped) return
      const first = state.bytes === 0
      state.bytes += chunk.length
      if (state.bytes > (options.bytesMax ?? FILE_BYTES_MAX)) {
        stop(state.line + 1, 'tunion.too-large')
        return
      }
      const bytes = rest.length === 0 ? chunk : concat(rest, chunk)
      if ((first || state.line === 0) && beginsWithBom(bytes)) {
        stop(1, 'tunion.bom')
        return
      }
      rest = bytes.slice(takeLines(bytes))
      if (rest.length > LINE_MAX) {
        stop(state.line + 1, rest.includes(CR) ? 'tunion.bad-line-end' : 'tunion.long-line')
      }
    },
    end() {
      if (!state.stopped) checkEnd(state, { rest, list })
      const { header } = state
      return list.count() === 0 && header !== undefined
        ? { ok: true, header }
        : { ok: false, faults: list.faults, faultCount: list.count() }
    },
  }
}

interface State {
  line: number
  bytes: number
  records: number
  stopped: boolean
  header: FileHeader | undefined
}

type List = ReturnType<typeof createFaultList>

function takeHeader(
  line: Uint8Array,
  {
    state,
    list,
    table,
    options,
  }: {
    readonly state: State
    readonly list: List
    readonly table: RecordTable<readonly FieldRow[]>
    readonly options: ReadOptions
  },
): void {
  if (line.length !== headerTable.width) {
    list.add(2, line.length < headerTable.width ? 'tunion.short-line' : 'tunion.long-line')
    return
  }
  const faults: FieldFault[] = []
  const header = readHeaderLine(line, faults)
  for (const fault of faults) list.add(2, fault.code, fault)
  if (header === undefined || state.header === undefined) return
  const { day, receiver, count, recordLength } = header
  state.header = { ...state.header, day, receiver, count }
  if (recordLength !== table.width + LINE_END.length) {
    list.add(2, 'tunion.bad-record-length', { field: 'recordLength', column: 26 })
  }
  if (options.name !== undefined && dayOfName(options.name) !== day) {
    list.add(2, 'tunion.wrong-date', { field: 'day', column: 7 })
  }
  if (options.receiver !== undefined && options.receiver !== receiver) {
    list.add(2, 'tunion.wrong-receiver', { field: 'receiver', column: 15 })
  }
}

function checkEnd(
  state: State,
  { rest, list }: { readonly rest: Uint8Array; readonly list: List },
): void {
  const { header, line, records } = state
  if (rest.length > 0) {
    list.add(line + 1, rest.includes(CR) ? 'tunion.bad-line-end' : 'tunion.cut-off')
    return
  }
  if (line < 2) list.add(line + 1, 'tunion.cut-off')
  else if (header?.count !== records) {
    list.add(2, 'tunion.bad-count', { field: 'count', column: 1 })
  }
}

function checkName(kind: FileKind, { name }: ReadOptions, list: List): void {
  if (name === undefined) return
  try {
    if (readFileName(name).kind !== kind) list.add(1, 'tunion.wrong-kind')
  } catch {
    list.add(1, 'tunion.bad-name')
  }
}

function dayOfName(name: string): string | undefined {
  try {
    return readFileName(name).day
  } catch {
    // Told already, as a bad name.
    return undefined
  }
}

function beginsWithBom(bytes: Uint8Array): boolean {
  return BOMS.some((bom) => bom.every((byte, i) => bytes[i] === byte))
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
