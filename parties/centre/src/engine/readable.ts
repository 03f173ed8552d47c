import { TIME_QUALITY, UnifareError } from '@unifare/core'
import { EVIDENCE_LENGTH_MAX, MEDIA, MODES, parseTap, TAP_KINDS, TAP_VERSION } from '@unifare/tap'
import { TAP } from './record-places.ts'

const KINDS = setOf(Object.values(TAP_KINDS))
const MODE_CODES = setOf(Object.values(MODES))

function setOf(codes: readonly number[]): Uint8Array {
  const set = new Uint8Array(256)
  for (const code of codes) set[code] = 1
  return set
}

/**
 * Whether `parseTap` reads the record of a length at a place. Records as terminals write them are
 * looked at where they lie; whatever is not plainly good is read by `parseTap` itself.
 */
export function isReadable(
  bytes: Uint8Array,
  words: DataView,
  at: number,
  length: number,
): boolean {
  if (isPlain(words, at, length)) return true
  try {
    parseTap(bytes.subarray(at, at + length))
    return true
  } catch (error) {
    if (!(error instanceof UnifareError)) throw error
    return false
  }
}

function isPlain(words: DataView, at: number, length: number): boolean {
  if (length < TAP.evidence) return false
  const evidenceBytes = words.getUint16(at + TAP.evidenceLength)
  const medium = words.getUint8(at + TAP.medium)
  return (
    words.getUint8(at + TAP.version) === TAP_VERSION &&
    length === TAP.evidence + evidenceBytes &&
    evidenceBytes <= EVIDENCE_LENGTH_MAX &&
    KINDS[words.getUint8(at + TAP.kind)] === 1 &&
    MODE_CODES[words.getUint8(at + TAP.mode)] === 1 &&
    words.getUint8(at + TAP.timeQuality) < TIME_QUALITY.length &&
    (medium === MEDIA.card || medium === MEDIA.code) &&
    isDecimal(words.getUint32(at + TAP.terminal)) &&
    isDecimal(words.getUint16(at + TAP.terminal + 4)) &&
    isDecimal(words.getUint32(at + TAP.operator)) &&
    isDecimal(words.getUint16(at + TAP.city)) &&
    isDigits(words.getUint32(at + TAP.vehicle)) &&
    isDigits(words.getUint32(at + TAP.vehicle + 4)) &&
    isDecimal(words.getUint32(at + TAP.account)) &&
    isDecimal(words.getUint32(at + TAP.account + 4)) &&
    isDecimal(words.getUint32(at + TAP.account + 8)) &&
    isDecimal(words.getUint16(at + TAP.account + 12) >>> 4) &&
    (words.getUint16(at + TAP.account + 12) & 15) === 15 &&
    (words.getUint32(at + TAP.amountFen) === 0 || medium === MEDIA.card) &&
    words.getUint32(at + TAP.entryAt) === 0 &&
    words.getUint16(at + TAP.entryAt + 4) === 0
  )
}

/** Eight packed digits, or fewer in the low bits. */
function isDecimal(word: number): boolean {
  return (word & 0x88888888 & ((word << 1) | (word << 2))) === 0
}

/** Four ASCII digits: what vehicles are mostly called by. */
function isDigits(word: number): boolean {
  return (word & 0xf0f0f0f0) === 0x30303030 && isDecimal(word & 0x0f0f0f0f)
}
