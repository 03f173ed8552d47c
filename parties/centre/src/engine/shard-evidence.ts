import { EVIDENCE_AT, EVIDENCE_BYTES, EVIDENCE_VERSION, MAC2_GOOD, TAC_GOOD } from '@unifare/card'
import { fromBcd, view } from '@unifare/core'
import { MEDIA } from '@unifare/tap'
import { type Verifier, verifyCodeTap } from '../evidence.ts'
import type { Verdict } from '../verdicts.ts'
import {
  bytesOfLines,
  evidenceBytesAt,
  instantAt,
  LINE_WORDS,
  mediumAt,
  TAP_LINE,
} from './lines.ts'
import { digitsOf } from './packed.ts'
import type { Scratch } from './scratch.ts'
import type { ShardLists } from './shard-lists.ts'
import { VERDICT_NUMBERS } from './verdict-rows.ts'

/** What the evidence of a shard's taps says, by tap. */
export interface EvidenceColumns {
  /** Verdict numbers; only of taps that a charge names. */
  readonly verdicts: Uint8Array
  /** Highest charge that a code allows, by tap; `NO_CAP` for all other taps. */
  readonly capsFen: Uint32Array
}

/** Of a tap whose medium sets no limit. */
export const NO_CAP = 0xffffffff

/**
 * Verifies the evidence of the taps that charges name: TAC and MAC2 of cards by columns, the
 * signatures of codes, and both against the records around them.
 */
export async function verifyNamedTaps(
  { taps, charges }: ShardLists,
  verifier: Verifier,
  scratch: Scratch,
): Promise<EvidenceColumns> {
  const { lines, places, count } = taps
  const bytes = bytesOfLines(lines)
  const words = view(bytes)
  const asking: Asking = {
    lines,
    places,
    bytes,
    verifier,
    asked: scratch.u8(count),
    verdicts: scratch.u8(count),
    capsFen: scratch.u32(count).fill(NO_CAP),
    cards: scratch.u32(count),
    at: scratch.u32(count),
    checked: 0,
  }
  for (let i = 0; i < charges.taps.length; i++) {
    if (charges.taps[i] !== -1) ask(asking, charges.taps[i]!)
  }
  const { cards, at, verdicts, capsFen, checked } = asking
  const good = await verifier.cardChecks({ bytes, at: at.subarray(0, checked) })
  for (let i = 0; i < checked; i++) {
    const tap = cards[i]!
    const place = places[tap]!
    if (good[i] !== GOOD) verdicts[tap] = VERDICT_NUMBERS[badCode(good[i]!)]
    else if (!agrees(lines, place, words, at[i]!)) verdicts[tap] = VERDICT_NUMBERS['card.evidence']
  }
  return { verdicts, capsFen }
}

/** Taps whose evidence is asked for: codes at once, cards together. */
interface Asking extends EvidenceColumns {
  readonly lines: Uint32Array
  readonly places: Uint32Array
  readonly bytes: Uint8Array
  readonly verifier: Verifier
  readonly asked: Uint8Array
  /** Taps of cards, and where the evidence of each begins. */
  readonly cards: Uint32Array
  readonly at: Uint32Array
  checked: number
}

function ask(asking: Asking, tap: number): void {
  const { lines, places, bytes, verdicts } = asking
  if (asking.asked[tap] === 1) return
  asking.asked[tap] = 1
  const place = places[tap]!
  const from = (place + LINE_WORDS) * 4
  const length = evidenceBytesAt(lines, place)
  if (mediumAt(lines, place) === MEDIA.code) {
    const code = codeTap(lines, place, bytes.subarray(from, from + length))
    const { evidence, capFen } = verifyCodeTap(code, asking.verifier)
    verdicts[tap] = VERDICT_NUMBERS[evidence]
    if (capFen !== null) asking.capsFen[tap] = capFen
  } else if (length === EVIDENCE_BYTES && bytes[from] === EVIDENCE_VERSION) {
    asking.cards[asking.checked] = tap
    asking.at[asking.checked++] = from
  } else verdicts[tap] = VERDICT_NUMBERS['card.evidence']
}

function codeTap(lines: Uint32Array, place: number, evidence: Uint8Array) {
  const account = new Uint8Array(10)
  const out = view(account)
  out.setUint32(0, lines[place + TAP_LINE.issuer + 1]!)
  out.setUint32(4, lines[place + TAP_LINE.issuer + 2]!)
  out.setUint16(8, lines[place + TAP_LINE.medium]! >>> 16)
  return {
    evidence,
    at: instantAt(lines, place),
    issuer: digitsOf(lines[place + TAP_LINE.issuer]!),
    account: fromBcd(account),
    counter: lines[place + TAP_LINE.counter]!,
  }
}

/** Both codes of a card are right. */
const GOOD = TAC_GOOD | MAC2_GOOD

function badCode(good: number): Verdict {
  return (good & TAC_GOOD) === 0 ? 'card.bad-tac' : 'card.bad-mac2'
}

/** Whether the record says what its evidence says: amount, place, counter, balance, card. */
function agrees(lines: Uint32Array, place: number, words: DataView, from: number): boolean {
  return (
    lines[place + TAP_LINE.amountFen] === words.getUint32(from + EVIDENCE_AT.amountFen) &&
    lines[place]! >>> 16 === words.getUint16(from + EVIDENCE_AT.terminal) &&
    lines[place + TAP_LINE.terminalLow] === words.getUint32(from + EVIDENCE_AT.terminal + 2) &&
    lines[place + TAP_LINE.serial] === words.getUint32(from + EVIDENCE_AT.serial) &&
    lines[place + TAP_LINE.counter] === words.getUint16(from + EVIDENCE_AT.offlineNumber) + 1 &&
    // Below zero it is more than the card can say, and no balance of a record.
    lines[place + TAP_LINE.balanceFen] === words.getInt32(from + EVIDENCE_AT.balanceFen) &&
    lines[place + TAP_LINE.issuer] === words.getUint32(from + EVIDENCE_AT.issuer) &&
    sameNumber(lines, place + TAP_LINE.issuer + 1, words, from + EVIDENCE_AT.number)
  )
}

/** The card writes its number behind a zero nibble, the record before a filling one. */
function sameNumber(lines: Uint32Array, account: number, words: DataView, number: number): boolean {
  const [high, low] = [lines[account]!, lines[account + 1]!]
  const rest = lines[account + 2]! >>> 16
  return (
    words.getUint32(number) === high >>> 4 &&
    words.getUint32(number + 4) === ((high << 28) | (low >>> 4)) >>> 0 &&
    words.getUint16(number + 8) === ((low << 12) & 0xffff) + (rest >>> 4)
  )
}
