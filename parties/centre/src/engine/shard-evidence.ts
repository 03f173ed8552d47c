import { EVIDENCE_AT, EVIDENCE_BYTES, EVIDENCE_VERSION, MAC2_GOOD, TAC_GOOD } from '@unifare/card'
import { readField } from '@unifare/core'
import { MEDIA, tapHead } from '@unifare/tap'
import { type Verifier, verifyCodeTap } from '../evidence.ts'
import type { Gathered } from './gather.ts'
import { instantAt, TAP } from './record-places.ts'
import type { Scratch } from './scratch.ts'
import { VERDICT_NUMBERS } from './verdict-rows.ts'

/** What the evidence of a shard's taps says, by row. */
export interface EvidenceColumns {
  /** Verdict numbers; only of rows that were asked for. */
  readonly verdicts: Uint8Array
  /** Highest charge that a code allows, by row; none for all other rows. */
  readonly capsFen: ReadonlyMap<number, number>
}

/**
 * Verifies the evidence of a shard's taps: TAC and MAC2 of cards by columns, the signatures of
 * codes, and both against the records around them.
 */
export async function verifyTapRows(
  { bytes, words, places, count }: Gathered['taps'],
  verifier: Verifier,
  scratch: Scratch,
): Promise<EvidenceColumns> {
  const verdicts = scratch.u8(count)
  const capsFen = new Map<number, number>()
  const cards = scratch.u32(count)
  let checked = 0
  for (let row = 0; row < count; row++) {
    const place = places[row]!
    if (words.getUint8(place + TAP.medium) === MEDIA.code) {
      const { evidence, capFen } = verifyCodeTap(codeTap(bytes, words, place), verifier)
      verdicts[row] = VERDICT_NUMBERS[evidence]
      if (capFen !== null) capsFen.set(row, capFen)
    } else if (hasEvidence(words, place)) cards[checked++] = row
    else verdicts[row] = VERDICT_NUMBERS['card.evidence']
  }
  const at = scratch.u32(checked)
  for (let i = 0; i < checked; i++) at[i] = places[cards[i]!]! + TAP.evidence
  const good = await verifier.cardChecks({ bytes, at })
  for (let i = 0; i < checked; i++) {
    const row = cards[i]!
    verdicts[row] = cardVerdict(words, places[row]!, good[i]!)
  }
  return { verdicts, capsFen }
}

function codeTap(bytes: Uint8Array, words: DataView, place: number) {
  const from = place + TAP.evidence
  const { issuer, account } = tapHead.fields
  return {
    evidence: bytes.subarray(from, from + words.getUint16(place + TAP.evidenceLength)),
    at: instantAt(words, place + TAP.at),
    issuer: readField(bytes, issuer, place),
    account: readField(bytes, account, place),
    counter: words.getUint32(place + TAP.counter),
  }
}

function hasEvidence(words: DataView, place: number): boolean {
  return (
    words.getUint16(place + TAP.evidenceLength) === EVIDENCE_BYTES &&
    words.getUint8(place + TAP.evidence) === EVIDENCE_VERSION
  )
}

function cardVerdict(words: DataView, place: number, good: number): number {
  if ((good & TAC_GOOD) === 0) return VERDICT_NUMBERS['card.bad-tac']
  if ((good & MAC2_GOOD) === 0) return VERDICT_NUMBERS['card.bad-mac2']
  return agrees(words, place) ? VERDICT_NUMBERS.normal : VERDICT_NUMBERS['card.evidence']
}

/** Whether the record says what its evidence says: amount, place, counter, balance, card. */
function agrees(words: DataView, place: number): boolean {
  const from = place + TAP.evidence
  return (
    words.getUint32(place + TAP.amountFen) === words.getUint32(from + EVIDENCE_AT.amountFen) &&
    words.getUint32(place + TAP.terminal) === words.getUint32(from + EVIDENCE_AT.terminal) &&
    words.getUint16(place + TAP.terminal + 4) ===
      words.getUint16(from + EVIDENCE_AT.terminal + 4) &&
    words.getUint32(place + TAP.serial) === words.getUint32(from + EVIDENCE_AT.serial) &&
    words.getUint32(place + TAP.counter) ===
      words.getUint16(from + EVIDENCE_AT.offlineNumber) + 1 &&
    words.getUint32(place + TAP.balanceFen) === words.getInt32(from + EVIDENCE_AT.balanceFen) &&
    words.getUint32(place + TAP.account) === words.getUint32(from + EVIDENCE_AT.issuer) &&
    sameNumber(words, place + TAP.account + 4, from + EVIDENCE_AT.number)
  )
}

/** The card writes its number behind a zero nibble, the record before a filling one. */
function sameNumber(words: DataView, record: number, evidence: number): boolean {
  let nibble = 0
  for (let i = 0; i < 10; i++) {
    const byte = words.getUint8(record + i)
    if (words.getUint8(evidence + i) !== (nibble | (byte >> 4))) return false
    nibble = (byte & 15) << 4
  }
  return true
}
