import type { CardEvidence } from '@unifare/card'
import { FLAGS, type Tap } from '@unifare/tap'
import type { RecordOfKind } from '../read-file.ts'
import { evidenceOf } from './card-evidence.ts'
import type { ClearedLine, LeftOut } from './cleared-line.ts'
import type { CodeList } from './codes.ts'
import { channels, MCC } from './numbers.ts'
import { type UploadLine, uploadLineOf } from './upload-line.ts'
import { verificationOf } from './verification.ts'

/** Who clears, and in which codes it speaks. */
export interface ResultRules {
  readonly clearing: string
  readonly codes: CodeList
}

/** Records for a result file, and what has no place in it. */
export interface ResultRecords<R> {
  readonly records: R[]
  readonly left: LeftOut[]
}

/** FB of an acquirer: a record a card debit of its charges, settled or not. */
export function fbOf(
  lines: readonly ClearedLine[],
  rules: ResultRules,
): ResultRecords<RecordOfKind<'FB'>> {
  return recordsOf(lines, (line, debit) => transactionOf(line, { ...debit, rules }))
}

/** CL of an issuer: the same with the data under the TAC. */
export function clOf(
  lines: readonly ClearedLine[],
  rules: ResultRules,
): ResultRecords<RecordOfKind<'CL'>> {
  return recordsOf(lines, (line, debit) => ({
    ...transactionOf(line, { ...debit, rules }),
    acquirerCode: line.operator,
    balanceType: '0',
    algorithm: debit.evidence.algorithm.toString(16).toUpperCase().padStart(2, '0'),
    verification: verificationOf(debit.evidence),
  }))
}

interface Debit {
  readonly tap: Tap
  readonly upload: UploadLine
  readonly evidence: CardEvidence
  /** The fees of a charge stand on its last debit; on the others they are zero. */
  readonly last: boolean
}

function recordsOf<R>(
  lines: readonly ClearedLine[],
  make: (line: ClearedLine, debit: Debit) => R,
): ResultRecords<R> {
  const records: R[] = []
  const left: LeftOut[] = []
  for (const line of lines) {
    const debits = debitsOf(line)
    if (typeof debits === 'string') {
      left.push({ item: `${line.operator}-${line.number}`, code: debits })
    } else records.push(...debits.map((debit) => make(line, debit)))
  }
  return { records, left }
}

/** All debits of a charge, or why it has no place: never some of them. */
function debitsOf({ medium, taps, amountFen, reversal }: ClearedLine): Debit[] | string {
  if (medium !== 'card') return 'tunion.not-a-card'
  // Differences of a correction are told by AD, not by the feedback on what was uploaded.
  if (reversal) return 'tunion.does-not-fit'
  const sum = taps.reduce((total, tap) => total + tap.amountFen, 0)
  if (taps.length === 0 || sum !== amountFen) return 'tunion.no-tap'
  const debits: Debit[] = []
  for (const [index, tap] of taps.entries()) {
    const [upload, found] = [uploadLineOf(tap), evidenceOf(tap)]
    if (!upload.ok) return upload.code
    if (!found.ok) return found.code
    debits.push({
      tap,
      upload: upload.line,
      evidence: found.evidence,
      last: index === taps.length - 1,
    })
  }
  return debits
}

function transactionOf(
  line: ClearedLine,
  { tap, upload, last, rules }: Debit & { readonly rules: ResultRules },
): RecordOfKind<'FB'> {
  const { acquirerSerial, txType, card, counter, balanceBeforeFen, amountFen, at } = upload
  const fees = last ? line : { feeMicro: 0n, issuerMicro: 0n, acquirerMicro: 0n }
  return {
    centreSerial: String(line.number).padStart(12, '0'),
    acquirerSerial,
    acceptanceDate: line.day,
    retrievalRef: String(tap.serial).padStart(12, '0'),
    txType,
    clearing: rules.clearing,
    issuer: line.issuer,
    acquirer: line.operator,
    sender: line.operator,
    mcc: MCC[tap.mode],
    channel: channels.code(tap.mode),
    card,
    counter,
    balanceBeforeFen,
    amountFen,
    at,
    ...rules.codes.of(line.verdict),
    test: line.test || (tap.flags & FLAGS.test) !== 0,
    feeMicro: fees.feeMicro,
    issuerMicro: fees.issuerMicro,
    acquirerMicro: fees.acquirerMicro,
  }
}
