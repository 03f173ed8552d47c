import { view } from '@unifare/core'
import { CHARGE, NAMED, TAP } from './record-places.ts'

/**
 * Records as clearing works on them: whole lines of 64 bytes, 16 words each, so that what a
 * judgement needs of a tap or of a charge lies in one line of a processor's cache. The distribution
 * of a day reads the wire's records once and writes these; nothing behind it sees the wire again.
 */
export const LINE_WORDS = 16
export const LINE_BYTES = LINE_WORDS * 4

/** Words of a tap's first line. Its evidence, as it came, fills the lines behind it. */
export const TAP_LINE = {
  /** The terminal's upper 2 bytes, then kind and mode. */
  terminalHigh: 0,
  terminalLow: 1,
  sequence: 2,
  operator: 3,
  /** Issuer and account: the words 4 to 6 and the upper half of 7; then medium and flags. */
  issuer: 4,
  medium: 7,
  /** The instant's upper 2 bytes, then the length of the evidence. */
  atHigh: 8,
  atLow: 9,
  amountFen: 10,
  counter: 11,
  balanceFen: 12,
  serial: 13,
  /** Version of the deny list that the terminal held. */
  held: 14,
  hash: 15,
} as const

/** Words of a charge's first line; its named taps begin in it and go on behind it. */
export const CHARGE_LINE = {
  operator: 0,
  number: 1,
  corrects: 2,
  tapDay: 3,
  /** As in taps. */
  issuer: 4,
  medium: 7,
  /** The instant's upper 2 bytes, then the number of taps and the mode. */
  endAtHigh: 8,
  endAtLow: 9,
  amountFen: 10,
  hash: 11,
  /** First of the named taps. */
  named: 12,
} as const

/** Words of a tap that a charge names: terminal (upper 2 bytes high), sequence, amount. */
export const NAMED_LINE = { words: 4, terminalHigh: 0, terminalLow: 1, sequence: 2, amountFen: 3 }

/** Lines are read and set aside as the machine has them. */
const LITTLE_ENDIAN = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1
const FLAG_TEST = 1

/** Words of a tap with so many bytes of evidence. */
export function tapWords(evidenceBytes: number): number {
  return LINE_WORDS + Math.ceil(evidenceBytes / LINE_BYTES) * LINE_WORDS
}

/** Words of a charge with so many taps. */
export function chargeWords(taps: number): number {
  const words = CHARGE_LINE.named + taps * NAMED_LINE.words
  return Math.ceil(words / LINE_WORDS) * LINE_WORDS
}

/**
 * Writes the tap that stands at a place of the wire's bytes, and returns the words that it takes.
 * What the wire does not say, `held` and `hash`, is left to the caller.
 */
export function writeTap(from: DataView, at: number, lines: Uint32Array, to: number): number {
  const evidenceBytes = from.getUint16(at + TAP.evidenceLength)
  lines[to] =
    (from.getUint16(at + TAP.terminal) << 16) |
    (from.getUint8(at + TAP.kind) << 8) |
    from.getUint8(at + TAP.mode)
  lines[to + 1] = from.getUint32(at + TAP.terminal + 2)
  lines[to + 2] = from.getUint32(at + TAP.sequence)
  lines[to + 3] = from.getUint32(at + TAP.operator)
  writeOwner(from, at, TAP, lines, to)
  lines[to + 8] = (from.getUint16(at + TAP.at) << 16) | evidenceBytes
  lines[to + 9] = from.getUint32(at + TAP.at + 2)
  lines[to + 10] = from.getUint32(at + TAP.amountFen)
  lines[to + 11] = from.getUint32(at + TAP.counter)
  lines[to + 12] = from.getUint32(at + TAP.balanceFen)
  lines[to + 13] = from.getUint32(at + TAP.serial)
  return LINE_WORDS + writeBytes(from, at + TAP.evidence, evidenceBytes, lines, to + LINE_WORDS)
}

/** Writes whose a record is, which taps and charges have at the same words, and its flags. */
function writeOwner(
  from: DataView,
  at: number,
  places: Readonly<Record<'account' | 'medium' | 'flags', number>>,
  lines: Uint32Array,
  to: number,
): void {
  const account = at + places.account
  lines[to + 4] = from.getUint32(account)
  lines[to + 5] = from.getUint32(account + 4)
  lines[to + 6] = from.getUint32(account + 8)
  lines[to + 7] =
    (from.getUint16(account + 12) << 16) |
    (from.getUint8(at + places.medium) << 8) |
    from.getUint8(at + places.flags)
}

/** Writes bytes as they are from the beginning of a line, zeros behind them; returns the words. */
function writeBytes(
  from: DataView,
  at: number,
  length: number,
  lines: Uint32Array,
  to: number,
): number {
  const words = Math.ceil(length / LINE_BYTES) * LINE_WORDS
  const whole = length >>> 2
  for (let i = 0; i < whole; i++) lines[to + i] = from.getUint32(at + i * 4, LITTLE_ENDIAN)
  for (let i = whole; i < words; i++) lines[to + i] = 0
  for (let i = whole * 4; i < length; i++) {
    const shift = (LITTLE_ENDIAN ? i & 3 : 3 - (i & 3)) * 8
    lines[to + whole] = lines[to + whole]! | (from.getUint8(at + i) << shift)
  }
  return words
}

/** Writes the charge that stands at a place of the wire's bytes, and returns the words. */
export function writeCharge(
  from: DataView,
  at: number,
  lines: Uint32Array,
  to: number,
  hash: number,
): number {
  const taps = from.getUint8(at + CHARGE.tapCount)
  lines[to] = from.getUint32(at + CHARGE.operator)
  lines[to + 1] = from.getUint32(at + CHARGE.number)
  lines[to + 2] = from.getUint32(at + CHARGE.corrects)
  lines[to + 3] = from.getUint32(at + CHARGE.tapDay)
  writeOwner(from, at, CHARGE, lines, to)
  lines[to + 8] =
    (from.getUint16(at + CHARGE.endAt) << 16) | (taps << 8) | from.getUint8(at + CHARGE.mode)
  lines[to + 9] = from.getUint32(at + CHARGE.endAt + 2)
  lines[to + 10] = from.getUint32(at + CHARGE.amountFen)
  lines[to + 11] = hash
  const words = chargeWords(taps)
  let named = at + CHARGE.tariff + from.getUint8(at + CHARGE.tariffLength)
  let next = to + CHARGE_LINE.named
  for (let i = 0; i < taps; i++) {
    lines[next] = from.getUint16(named + NAMED.terminal) << 16
    lines[next + 1] = from.getUint32(named + NAMED.terminal + 2)
    lines[next + 2] = from.getUint32(named + NAMED.sequence)
    lines[next + 3] = from.getUint32(named + NAMED.amountFen)
    named += NAMED.bytes
    next += NAMED_LINE.words
  }
  while (next < to + words) lines[next++] = 0
  return words
}

/** Words of the tap that begins at a place. */
export function wordsOfTap(lines: Uint32Array, at: number): number {
  return tapWords(evidenceBytesAt(lines, at))
}

/** Words of the charge that begins at a place. */
export function wordsOfCharge(lines: Uint32Array, at: number): number {
  return chargeWords(tapsNamedAt(lines, at))
}

/** Taps that the charge at a place names. */
export function tapsNamedAt(lines: Uint32Array, at: number): number {
  return (lines[at + CHARGE_LINE.endAtHigh]! >>> 8) & 0xff
}

/** Place of a named tap of the charge at a place. */
export function namedAt(charge: number, index: number): number {
  return charge + CHARGE_LINE.named + index * NAMED_LINE.words
}

/** Mode of the charge at a place. */
export function chargeModeAt(lines: Uint32Array, at: number): number {
  return lines[at + CHARGE_LINE.endAtHigh]! & 0xff
}

/** Kind of the tap at a place. */
export function tapKindAt(lines: Uint32Array, at: number): number {
  return (lines[at]! >>> 8) & 0xff
}

/** Mode of the tap at a place. */
export function tapModeAt(lines: Uint32Array, at: number): number {
  return lines[at]! & 0xff
}

/** Bytes of evidence of the tap at a place. */
export function evidenceBytesAt(lines: Uint32Array, at: number): number {
  return lines[at + TAP_LINE.atHigh]! & 0xffff
}

/** Medium of the tap or charge at a place. */
export function mediumAt(lines: Uint32Array, at: number): number {
  return (lines[at + TAP_LINE.medium]! >>> 8) & 0xff
}

/** Whether the tap or charge at a place is a test. */
export function isTestAt(lines: Uint32Array, at: number): boolean {
  return (lines[at + TAP_LINE.medium]! & FLAG_TEST) !== 0
}

/** When the tap at a place was, or the charge at a place ended: milliseconds. */
export function instantAt(lines: Uint32Array, at: number): number {
  return (lines[at + TAP_LINE.atHigh]! >>> 16) * 0x1_0000_0000 + lines[at + TAP_LINE.atLow]!
}

/** Whether two taps or charges are of the same account and medium. */
export function sameOwner(lines: Uint32Array, a: number, other: Uint32Array, b: number): boolean {
  return (
    lines[a + 6] === other[b + 6] &&
    lines[a + 5] === other[b + 5] &&
    lines[a + 7]! >>> 8 === other[b + 7]! >>> 8 &&
    lines[a + 4] === other[b + 4]
  )
}

/** Order of two taps or charges by account and medium. */
export function compareOwners(
  lines: Uint32Array,
  a: number,
  other: Uint32Array,
  b: number,
): number {
  return (
    lines[a + 4]! - other[b + 4]! ||
    lines[a + 5]! - other[b + 5]! ||
    lines[a + 6]! - other[b + 6]! ||
    (lines[a + 7]! >>> 8) - (other[b + 7]! >>> 8)
  )
}

/** Order of two deliveries by terminal and sequence. */
export function compareDeliveries(
  lines: Uint32Array,
  a: number,
  other: Uint32Array,
  b: number,
): number {
  return (
    (lines[a]! >>> 16) - (other[b]! >>> 16) ||
    lines[a + 1]! - other[b + 1]! ||
    lines[a + 2]! - other[b + 2]!
  )
}

/** Whole lines as bytes. */
export function bytesOfLines(lines: Uint32Array): Uint8Array {
  return new Uint8Array(lines.buffer, lines.byteOffset, lines.byteLength)
}

/** Whole lines from bytes, which are copied where they do not stand at a place for words. */
export function linesOfBytes(bytes: Uint8Array): Uint32Array {
  const own = bytes.byteOffset % 4 === 0 ? bytes : bytes.slice()
  return new Uint32Array(own.buffer, own.byteOffset, own.length / 4)
}

/** The tap or charge of the wire as lines of its own. */
export function linesOf(
  kind: 'tap' | 'charge',
  record: Uint8Array,
  options: { readonly held: number; readonly hash: number },
): Uint32Array {
  const from = view(record)
  if (kind === 'charge') {
    const lines = new Uint32Array(chargeWords(from.getUint8(CHARGE.tapCount)))
    writeCharge(from, 0, lines, 0, options.hash)
    return lines
  }
  const lines = new Uint32Array(tapWords(from.getUint16(TAP.evidenceLength)))
  writeTap(from, 0, lines, 0)
  lines[TAP_LINE.held] = options.held
  lines[TAP_LINE.hash] = options.hash
  return lines
}
