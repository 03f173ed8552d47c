export { type CardChecks, createCardChecks } from './card-checks.ts'
export { type Centre, type CentreOptions, type DayResult, openCentre } from './centre.ts'
export {
  type CheckedTap,
  type Cleared,
  type ClearedCharge,
  type ClearingInput,
  clearDay,
  dayRoot,
} from './clearing.ts'
export { type ClosingRules, FIRST_ROOT, runDay, storeDay } from './close.ts'
export type { PastCharge, Reversal, SettledCorrection } from './corrections.ts'
export {
  COUNTER_BELOW,
  COUNTER_NEW,
  COUNTER_SEEN,
  checkCounter,
  markCounter,
  markRide,
  missingCounters,
} from './engine/card-counters.ts'
export { type CardMarks, createCardMarks, MARK, MARK_WORDS } from './engine/card-marks.ts'
export { decodeCardMarks, encodeCardMarks, mergeCardMarks } from './engine/card-snapshot.ts'
export { centreErrors } from './errors.ts'
export { type EvidenceVerdict, type Verifier, verifyTaps } from './evidence.ts'
export { checkFeeRows, DEMONSTRATION_FEES, type Fee, type FeeRow, feeOf } from './fees.ts'
export { FILE_PART_BYTES, FILE_PARTS_MAX, fileOrders } from './files/file-order.ts'
export { listFiles } from './files/list.ts'
export { type FileMember, type ResultFile, resultFilesOf } from './files/result-files.ts'
export type { FileRow } from './files/tables.ts'
export type { FileAnswer } from './files/take-file.ts'
export { RESULT_CODES } from './files/verdict-codes.ts'
export {
  chainedRoot,
  leafHash,
  type MerkleTree,
  merkleProof,
  merkleRoot,
  merkleTree,
  type ProofStep,
  rootOfProof,
} from './merkle.ts'
export type { Position } from './netting.ts'
export type { OrderLine, OrderMove } from './order-moves.ts'
export { proofErrors } from './proof/errors.ts'
export { type LineForm, type LineReader, type ProofRow, type Subject } from './proof/line-forms.ts'
export {
  formatProof,
  type InclusionProof,
  type ProofVerdict,
  type ProvedDay,
  parseProof,
  proveLines,
  verifyProof,
} from './proof/proof.ts'
export { parseSubject, subjectName } from './proof/proof-subject.ts'
export { proveStored } from './proof/stored-proof.ts'
export { type Statement, type StatementLine, statementCsv, statementsOf } from './statement.ts'
export {
  type ChargeRow,
  type CorrectionRow,
  cards,
  charges,
  corrections,
  days,
  denyEntries,
  orders,
  settled,
  statements,
  type TapRow,
  taps,
} from './tables.ts'
export { VERDICTS, type Verdict } from './verdicts.ts'
