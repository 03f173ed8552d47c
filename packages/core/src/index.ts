export {
  ascii,
  bcd,
  compareBytes,
  concat,
  concatAll,
  equalBytes,
  fromBcd,
  fromHex,
  fromUtf8,
  gather,
  toHex,
  utf8,
  view,
} from './bytes.ts'
export { canonicalJson, type Json, parseJson } from './canonical-json.ts'
export { coreErrors } from './core-errors.ts'
export { crc32 } from './crc32.ts'
export type { AppendFile, Clock, Env, Random, Storage } from './env.ts'
export { assert, type ErrorTable, type ErrorText, requireData, UnifareError } from './errors.ts'
export { createEventQueue, type EventQueue } from './event-queue.ts'
export { type Hashes, pureHashes } from './hashes.ts'
export { DEFAULT_SEGMENT_BYTES, type Journal, openJournal } from './journal.ts'
export {
  encodeSegmentHeader,
  GENESIS_HASH,
  MAX_RECORD_BYTES,
  segmentName,
} from './journal-format.ts'
export type { JournalRecord } from './journal-reader.ts'
export { defineLayout, type Layout } from './layout.ts'
export {
  type Field,
  type Fields,
  type FieldType,
  type FieldValue,
  type FieldValues,
  fieldLength,
  readField,
  type WriteOptions,
  writeFields,
} from './layout-field.ts'
export {
  defineRecord,
  type RecordField,
  type RecordFields,
  type RecordLayout,
  type RecordValues,
} from './layout-record.ts'
export { luhnDigit, luhnValid } from './luhn.ts'
export { createManualClock, type ManualClock } from './manual-clock.ts'
export { createMemoryRepository } from './memory-repository.ts'
export { createMemoryStorage, type MemoryStorage } from './memory-storage.ts'
export {
  FEN_MAX_U32,
  type Fen,
  feeMicroFen,
  fen,
  formatYuan,
  MICRO_PER_FEN,
  type Ppm,
  roundMicroFen,
  splitFen,
  sumFen,
} from './money.ts'
export { type ColumnType, type Repository, type Table, type Tx, table } from './repository.ts'
export { compareText } from './rows.ts'
export { createSeededRandom, randomInteger, type SeededRandom } from './seeded-random.ts'
export { listSegments, readSegment, type SegmentRecord, segmentStart } from './segment-reader.ts'
export { createSerial } from './serial.ts'
export {
  businessDay,
  businessDayStart,
  type Day,
  DEFAULT_CUT_MS,
  type Instant,
  instantFromDigits,
  nextDay,
  parseDay,
  SHANGHAI_OFFSET_MS,
  shanghaiDay,
  shanghaiDigits,
  TIME_QUALITY,
  type TimeQuality,
  wholeSecond,
} from './time.ts'
