export { type TunionErrorCode, tunionErrors } from './errors.ts'
export { describeFault, FAULTS_MAX, type FileFault } from './faults.ts'
export { type FileName, type Role, readFileName, writeFileName } from './file-name.ts'
export { type FileHeader, type FileVersion, RECORDS_MAX } from './header.ts'
export { type Direction, type FileKind, isFileKind, KINDS } from './kinds.ts'
export type { FieldRow, RecordOf, RecordTable, Source } from './layout.ts'
export type { FieldObject } from './objects.ts'
export {
  createFileReader,
  FILE_BYTES_MAX,
  type FileReader,
  type ReadOptions,
  type ReadOutcome,
  type RecordOfKind,
  readFile,
} from './read-file.ts'
export { fileLines, type WriteHeader, writeFile } from './write-file.ts'
