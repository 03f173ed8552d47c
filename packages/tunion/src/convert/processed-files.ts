import type { RecordOfKind } from '../read-file.ts'
import type { CodeList } from './codes.ts'

/** A file that the centre took in or refused. */
export interface ProcessedFile {
  /** Running number of files at the centre. */
  readonly number: number
  readonly name: string
  /** `normal`, or the code with which it was refused. */
  readonly verdict: string
}

/** LD of an acquirer: every file that was processed, refused ones with their code. */
export function ldOf(files: readonly ProcessedFile[], codes: CodeList): RecordOfKind<'LD'>[] {
  return files.map(({ number, name, verdict }) => ({
    centreSerial: String(number).padStart(12, '0'),
    fileName: name,
    ...codes.of(verdict),
  }))
}
