import { createReadStream } from 'node:fs'
import { basename } from 'node:path'
import { UnifareError } from '@unifare/core'
import {
  createFileReader,
  describeFault,
  type FileKind,
  isFileKind,
  KINDS,
  type ReadOutcome,
  readFileName,
  recordToJson,
} from '@unifare/tunion'
import { EXIT, printJson, printLines } from '../../output.ts'

interface ShowOptions {
  readonly kind?: string
  readonly records: number
  readonly json?: boolean
}

/** Prints a file, or its faults: then the exit code is that of bad data. */
export async function showFile(path: string, options: ShowOptions): Promise<number> {
  const name = basename(path)
  const kind = kindOf(name, options.kind)
  const records: Record<string, unknown>[] = []
  let count = 0
  const reader = createFileReader(kind, options.kind === undefined ? { name } : {}, (record) => {
    count += 1
    if (count <= options.records) records.push(recordToJson(kind, record))
  })
  try {
    for await (const chunk of createReadStream(path)) reader.push(chunk as Uint8Array)
  } catch (error) {
    throw new UnifareError(
      'files.unreadable',
      `${path} cannot be read: ${(error as Error).message}`,
    )
  }
  const outcome = reader.end()
  if (options.json === true) printJson({ name, kind, ...outcome, ...(outcome.ok && { records }) })
  else printOutcome(outcome, { name, kind, records })
  return outcome.ok ? EXIT.ok : EXIT.badData
}

function kindOf(name: string, told: string | undefined): FileKind {
  if (told === undefined) return readFileName(name).kind
  if (isFileKind(told)) return told
  throw new UnifareError(
    'tunion.wrong-kind',
    `${told} is no kind: ${Object.keys(KINDS).join(', ')}`,
  )
}

function printOutcome(
  outcome: ReadOutcome,
  {
    name,
    kind,
    records,
  }: { readonly name: string; readonly kind: FileKind; readonly records: readonly object[] },
): void {
  if (!outcome.ok) {
    printLines(...outcome.faults.map(describeFault), `${outcome.faultCount} faults`)
    return
  }
  const { version, day, receiver, count } = outcome.header
  const { en, zh } = KINDS[kind]
  printLines(
    `${name}: ${en} ${zh}, version ${version}, ${day}, for ${receiver}, ${count} records`,
    ...records.map((record) => JSON.stringify(record)),
  )
  if (records.length < count) printLines(`… ${count - records.length} more: --records <n>`)
}
