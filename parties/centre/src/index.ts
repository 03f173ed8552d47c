export { type CardChecks, createCardChecks } from './card-checks.ts'
export {
  CASE_STATES,
  type CaseState,
  CONFLICT_KINDS,
  type ConflictCase,
  type ConflictKind,
  type ConflictSide,
  differingFields,
} from './cases/conflict-case.ts'
export { readConflicts } from './cases/read-conflicts.ts'
export { type Centre, type CentreOptions, openCentre } from './centre.ts'
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
export type { DayResult } from './day-outcome.ts'
export { BUCKETS } from './engine/account-hash.ts'
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
export { clearInput, INTAKE, segmentsBetween } from './engine/clear-input.ts'
export {
  type ClearedPart,
  type ClearJob,
  type ClearTools,
  createShardClearer,
} from './engine/clear-job.ts'
export {
  type ClearedSegments,
  type ClearingProgress,
  type ClearingWorkers,
  clearSegments,
  type SegmentDay,
} from './engine/clear-segments.ts'
export { compareDay, type DayDifference } from './engine/compare-day.ts'
export { fileJournal, writeFileRecords } from './engine/file-records.ts'
export { feesFile, rulesFile, type StoredRules, storeRules } from './engine/rules-file.ts'
export { createScatterer, type Scattered, type ScatterJob } from './engine/scatter-job.ts'
export type { DenyMark, ShardRules } from './engine/shard.ts'
export { daysOnDisk, openClosedDay, type SectionKind, shardFile } from './engine/shard-file.ts'
export { createMemorySpill, type Spill } from './engine/spill.ts'
export { readStoredDay, type StoredDay, storedDays } from './engine/stored-day.ts'
export { NO_FEE_ROW, ROW_BYTES, verdictOf, verdictRow } from './engine/verdict-rows.ts'
export { centreErrors } from './errors.ts'
export { type EvidenceVerdict, type Verifier, verifyTaps } from './evidence.ts'
export { checkFeeRows, DEMONSTRATION_FEES, type Fee, type FeeRow, feeOf } from './fees.ts'
export { FILE_PART_BYTES, FILE_PARTS_MAX, fileOrders } from './files/file-order.ts'
export { listFiles } from './files/list.ts'
export { type FileMember, type ResultFile, resultFilesOf } from './files/result-files.ts'
export type { FileRow } from './files/tables.ts'
export type { FileAnswer } from './files/take-file.ts'
export { RESULT_CODES } from './files/verdict-codes.ts'
export { chargesOf, judgedOn, waitingCharges, withVerdicts } from './judged/judged-charges.ts'
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
export type { LineForm } from './proof/line-forms.ts'
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
export { proveRow, type RowsDay } from './proof/prove-rows.ts'
export { proveStored } from './proof/stored-proof.ts'
export type { LineReader, ProofRow, Subject } from './proof/subject.ts'
export { type RawReceipt, takeRawBatch } from './raw-intake.ts'
export { parseBankCsv } from './reconciliation/bank/bank-csv.ts'
export { type BankLine, type BankStatement } from './reconciliation/bank/bank-line.ts'
export { parseCamt053 } from './reconciliation/bank/camt053.ts'
export { type PaymentFile, paymentFile } from './reconciliation/bank/pain001.ts'
export type { MemberAccount, Payment } from './reconciliation/bank/payment.ts'
export {
  type ReconciliationResult,
  reconcileStored,
  storedPayments,
} from './reconciliation/centre-order.ts'
export { type DayFacts, loadFacts } from './reconciliation/day-facts.ts'
export {
  ageDays,
  type Difference,
  differenceKey,
  doubtFen,
  isOverdue,
} from './reconciliation/difference.ts'
export { loadBankLines, loadItems } from './reconciliation/item-table.ts'
export { DIFFERENCE_KINDS, type DifferenceName } from './reconciliation/kinds.ts'
export { findDifferences, type OutsideFacts } from './reconciliation/reconcile.ts'
export { changeSuspense, type SuspenseItem } from './reconciliation/suspense.ts'
export {
  type ApportionBy,
  type ApportionRule,
  apportion,
  type Leg,
  type MemberShare,
} from './rules/apportion.ts'
export {
  type CodeRow,
  codeRowOf,
  DEMONSTRATION_CODES,
  deadlineOf,
  REMEDIES,
  VERDICT_GROUPS,
  type VerdictGroup,
} from './rules/code-list.ts'
export { type ExplainedFee, explainFee } from './rules/explain-fee.ts'
export {
  HELD_STATES,
  type Held,
  type HeldEvent,
  type HeldState,
  hold,
  stepHeld,
} from './rules/held.ts'
export { type HeldRow, heldCharges } from './rules/held-table.ts'
export type { HoldRule } from './rules/hold-rules.ts'
export { partsOfMembers, sharesOfCharge } from './rules/member-parts.ts'
export { type RuleBook, rulesHold, type SignedRuleBook } from './rules/rule-book.ts'
export type { SegmentClearing } from './segments/segment-clearing.ts'
export type { Instruction } from './settling/instructions.ts'
export type { ModelRow, SettlementModel } from './settling/models.ts'
export type { WindowSummary } from './settling/orders.ts'
export { readReserves, readWindow, type WindowView, windowOfDay } from './settling/reading.ts'
export {
  DEMONSTRATION_RESERVE,
  DEMONSTRATION_TOP_UP_FEN,
  RESERVE_ALARMS,
  type ReserveAccount,
} from './settling/reserve.ts'
export type { SettlementStatement } from './settling/settlement-statement.ts'
export {
  alarms,
  instructions,
  reserves,
  windowDays,
  windowEvents,
  windows,
} from './settling/tables.ts'
export { eventsHold, type SignedEvent, type WindowEvent } from './settling/window-events.ts'
export type { SettlingRules } from './settling/window-orders.ts'
export type { WindowRule } from './settling/window-rules.ts'
export { WINDOW_STATES, type WindowState } from './settling/window-states.ts'
export { type Statement, type StatementLine, statementCsv, statementsOf } from './statement.ts'
export { readStatistics } from './statistics/read-statistics.ts'
export type { CityCounts, Counts, Statistics } from './statistics/statistics.ts'
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
export type { TierOptions } from './tiers/place.ts'
export {
  checkTiers,
  clearingCentreOf,
  DEMONSTRATION_TIER_RULES,
  nextHop,
  resultsByChild,
  TIERS,
  type Tier,
  type TierCentre,
  type TierRule,
  type Tiers,
  wayUp,
} from './tiers/tiers.ts'
export { VERDICTS, type Verdict } from './verdicts.ts'
export { createVerifier } from './verifier.ts'
export { parseAlarmRules } from './watch/alarm-rules.ts'
export {
  ALARM_TEXTS,
  type Alarm,
  type AlarmKind,
  type AlarmRule,
  alarmsAt,
  DEFAULT_ALARM_RULES,
  type ExpectedSource,
} from './watch/alarms.ts'
export type { CentreFault } from './watch/centre-faults.ts'
export { noteRange, type SequenceGap, type SequenceMark } from './watch/sequence-mark.ts'
export { allSources, type SourceRow, sources } from './watch/sources.ts'
export { ownAlarm, storedAlarms } from './watch/stored-alarms.ts'
