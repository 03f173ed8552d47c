export type { Misfit } from './convert/answer.ts'
export { ADJUST_TYPES, CAUSES, ERROR_TYPES, RESPONSES } from './convert/cases.ts'
export type { ClearedLine, LeftOut } from './convert/cleared-line.ts'
export { type CodeList, codeListAt, erOf, type ResultCode, resultCodeOf } from './convert/codes.ts'
export { denyEntryOf, ucOf } from './convert/deny-list.ts'
export { type DatedRow, type ListDifference, listDifference } from './convert/list-difference.ts'
export { ldOf, type ProcessedFile } from './convert/processed-files.ts'
export { clOf, fbOf, type ResultRecords, type ResultRules } from './convert/results.ts'
export { bpOf, crOf } from './convert/totals.ts'
export { chargeOfUpload } from './convert/upload-charge.ts'
export { type UploadLine, uploadLineOf } from './convert/upload-line.ts'
export { tapOfUploadLine } from './convert/upload-tap.ts'
export { evidenceOfCl } from './convert/verification.ts'
export { type CardPrefix, whiteListOf } from './convert/white-list.ts'
export { type TunionErrorCode, tunionErrors } from './errors.ts'
export { describeFault, FAULTS_MAX, type FileFault } from './faults.ts'
export { type FileName, type Role, readFileName, writeFileName } from './file-name.ts'
export { type FileHeader, type FileVersion, RECORDS_MAX } from './header.ts'
export { recordToJson } from './json-view.ts'
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
