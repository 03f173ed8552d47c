import type { Tap } from '@unifare/tap'
import {
  createFileReader,
  type FileFault,
  KINDS,
  type TunionErrorCode,
  tapOfUploadLine,
  tunionErrors,
} from '@unifare/tunion'

/** A file as its sender's orders brought it. */
export interface SentFile {
  readonly sender: string
  readonly name: string
  readonly content: Uint8Array
}

/** One debit of an upload file. */
export interface UploadTap {
  readonly tap: Tap
  /** Version of the centre's deny list that the terminal held. */
  readonly denyVersion: number
  readonly line: number
}

/** The debits of an upload file, and all that is wrong with its lines by themselves. */
export function readUpload(
  { sender, name, content }: SentFile,
  centre: string,
): { readonly taps: readonly UploadTap[]; readonly faults: readonly FileFault[] } {
  const taps: UploadTap[] = []
  const faults: FileFault[] = []
  const reader = createFileReader('UP', { name, receiver: centre }, (record, line) => {
    const made = tapOfUploadLine(record)
    if (!made.ok) faults.push(uploadFault(name, line, made))
    else if (made.tap.operator === sender) {
      taps.push({ tap: made.tap, denyVersion: record.denyVersion, line })
    } else faults.push(uploadFault(name, line, { code: 'tunion.foreign', field: 'acquirer' }))
  })
  reader.push(content)
  const outcome = reader.end()
  return { taps, faults: outcome.ok ? faults : [...outcome.faults, ...faults] }
}

/** A fault of a line, with the column of its field. */
export function uploadFault(
  file: string,
  line: number,
  { code, field }: { readonly code: TunionErrorCode; readonly field: string },
): FileFault {
  const { rows } = KINDS.UP.table
  const index = rows.findIndex(([name]) => name === field)
  const column = rows.slice(0, Math.max(index, 0)).reduce((sum, [, width]) => sum + width, 1)
  return { file, line, column, field, code, ...tunionErrors[code] }
}
