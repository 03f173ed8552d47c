import {
  concat,
  defineLayout,
  type Fen,
  type FieldValues,
  type Instant,
  requireData,
  TIME_QUALITY,
  type TimeQuality,
  UnifareError,
  view,
} from '@unifare/core'
import { recode } from './framed.ts'
import {
  FLAGS,
  MEDIA,
  type Medium,
  MODES,
  type Mode,
  namesByCode,
  TAP_KINDS,
  type TapKind,
} from './kinds.ts'
import { checkTap } from './tap-rules.ts'

/** The only version so far. Golden bytes of every version stay readable for ever. */
export const TAP_VERSION = 1
export const TAP_HEAD_LENGTH = 128
export const EVIDENCE_LENGTH_MAX = 512
const LENGTH_PREFIX = 2

/** Names the key that made the evidence; the bytes are read by the medium (reference card 5.1). */
export interface TapKey {
  readonly scheme: number
  readonly use: number
  readonly index: number
  readonly version: number
  readonly algorithm: number
}

/** Where an open journey began, as the medium itself says (card record 2701). */
export interface EntryReference {
  readonly city: string
  readonly line: number
  readonly station: number
  readonly at: Instant
}

/**
 * What a terminal saw. Immutable. `amountFen` is what a card was debited, and zero for codes:
 * a tap carries no price. Identity is the rider's medium (`tapId`), not the delivery.
 */
export interface Tap {
  readonly version: number
  readonly kind: TapKind
  /** Terminal number, 12 digits (T-Union PSAM terminal number). */
  readonly terminal: string
  /** Position in the terminal's journal. */
  readonly sequence: number
  readonly at: Instant
  readonly timeQuality: TimeQuality
  readonly mode: Mode
  /** Operator, 8 digits. */
  readonly operator: string
  /** City code of cards and clearing, 4 digits (GB/T 13497 style). */
  readonly city: string
  readonly line: number
  readonly station: number
  readonly vehicle: string
  readonly medium: Medium
  /** Issuer, 8 digits; empty when the medium could not be read. */
  readonly issuer: string
  /** Card number or card account, 19 digits; empty when unknown. */
  readonly account: string
  /** Card: purse counter stored with the transaction. Code: generation time, Unix seconds. */
  readonly counter: number
  readonly amountFen: Fen
  readonly balanceFen: Fen
  readonly key: TapKey
  readonly flags: number
  /** Why a record is refused, pending, blocked or repaired: code of `REASONS`; 0 for none. */
  readonly reason: number
  /** Sequence of the record in the same journal that this one speaks of; 0 for none. */
  readonly refersTo: number
  /** Version of the tariff bundle that priced a card debit; 0 for codes. */
  readonly tariffVersion: number
  readonly entry: EntryReference | null
  /** Metered distance in metres (taxi), else 0. */
  readonly distanceM: number
  /** Metered time in seconds (bicycle), else 0. */
  readonly durationS: number
  /** Terminal transaction serial of the PSAM; 0 without a card debit. */
  readonly serial: number
  /**
   * Kind of the card's holder as its EF 17 tells it (02 student, 03 senior, 05 military); left out
   * of an ordinary or silent one, and of a code, whose own bytes tell it.
   */
  readonly holderKind?: number
  /** Raw and verbatim: for a card TAC with all its inputs, for a code its bytes. */
  readonly evidence: Uint8Array
}

/**
 * The fixed head, byte for byte. Bytes 108 to 115 and 116 to 127 are reserved: zero when
 * written, ignored when read. Whoever forwards a record forwards its bytes, never a parsed copy.
 */
export const tapHead = defineLayout(TAP_HEAD_LENGTH, {
  version: [0, 'u8'],
  kind: [1, 'u8'],
  length: [2, 'u16'],
  terminal: [4, 'digits', 6],
  sequence: [10, 'u32'],
  at: [14, 'u48'],
  timeQuality: [20, 'u8'],
  mode: [21, 'u8'],
  operator: [22, 'digits', 4],
  city: [26, 'digits', 2],
  line: [28, 'u16'],
  station: [30, 'u16'],
  vehicle: [32, 'ascii', 8],
  medium: [40, 'u8'],
  flags: [41, 'u8'],
  issuer: [42, 'digits', 4],
  account: [46, 'digits', 10],
  counter: [56, 'u32'],
  amountFen: [60, 'u32'],
  balanceFen: [64, 'u32'],
  keyScheme: [68, 'u8'],
  keyUse: [69, 'u8'],
  keyIndex: [70, 'u8'],
  keyVersion: [71, 'u8'],
  keyAlgorithm: [72, 'u8'],
  holderKind: [73, 'u8'],
  reason: [74, 'u16'],
  refersTo: [76, 'u32'],
  tariffVersion: [80, 'u32'],
  entryCity: [84, 'digits', 2],
  entryLine: [86, 'u16'],
  entryStation: [88, 'u16'],
  entryAt: [90, 'u48'],
  distanceM: [96, 'u32'],
  durationS: [100, 'u32'],
  serial: [104, 'u32'],
})

const kindNames = namesByCode(TAP_KINDS)
const modeNames = namesByCode(MODES)
const mediumNames = namesByCode(MEDIA)

/** Bytes of a tap: head, evidence length, evidence. Throws `tap.bad-field` when a value does not fit. */
export function encodeTap(tap: Tap): Uint8Array {
  const { evidence } = tap
  requireData(
    evidence.length <= EVIDENCE_LENGTH_MAX,
    'tap.bad-field',
    `evidence of ${evidence.length} bytes, at most ${EVIDENCE_LENGTH_MAX}`,
  )
  checkTap(tap)
  const fields = {
    ...tap,
    kind: TAP_KINDS[tap.kind],
    length: TAP_HEAD_LENGTH + LENGTH_PREFIX + evidence.length,
    timeQuality: TIME_QUALITY.indexOf(tap.timeQuality),
    mode: MODES[tap.mode],
    medium: MEDIA[tap.medium],
    keyScheme: tap.key.scheme,
    keyUse: tap.key.use,
    keyIndex: tap.key.index,
    keyVersion: tap.key.version,
    keyAlgorithm: tap.key.algorithm,
    holderKind: tap.holderKind ?? 0,
    entryCity: tap.entry?.city ?? '',
    entryLine: tap.entry?.line ?? 0,
    entryStation: tap.entry?.station ?? 0,
    entryAt: tap.entry?.at ?? 0,
  }
  const head = recode('tap.bad-field', () => tapHead.encode(fields))
  const prefix = new Uint8Array(LENGTH_PREFIX)
  view(prefix).setUint16(0, evidence.length)
  return concat(head, prefix, evidence)
}

/**
 * Total length of the record that starts at an offset, readable for every version:
 * the first four bytes keep their meaning for ever. Throws `tap.too-short`, `tap.bad-length`.
 */
export function tapLength(bytes: Uint8Array, offset = 0): number {
  requireData(bytes.length - offset >= 4, 'tap.too-short', 'no room for version, kind and length')
  const length = view(bytes).getUint16(offset + 2)
  requireData(
    length >= 4 && offset + length <= bytes.length,
    'tap.bad-length',
    `length field says ${length}, ${bytes.length - offset} bytes are left`,
  )
  return length
}

/**
 * Reads one record. Throws `tap.unknown-version` and `tap.unknown-kind` for records of the future
 * (keep, forward, quarantine them), else the code of what is wrong.
 */
export function parseTap(bytes: Uint8Array): Tap {
  const length = tapLength(bytes)
  requireData(
    length === bytes.length,
    'tap.bad-length',
    `${bytes.length} bytes, length says ${length}`,
  )
  requireData(bytes[0] === TAP_VERSION, 'tap.unknown-version', `version ${bytes[0]}`)
  requireData(length >= TAP_HEAD_LENGTH + LENGTH_PREFIX, 'tap.too-short', `${length} bytes`)
  const head = recode('tap.bad-field', () => tapHead.decode(bytes))
  const evidence = bytes.subarray(TAP_HEAD_LENGTH + LENGTH_PREFIX)
  requireData(
    view(bytes).getUint16(TAP_HEAD_LENGTH) === evidence.length &&
      evidence.length <= EVIDENCE_LENGTH_MAX,
    'tap.bad-length',
    'the evidence length does not fit the record',
  )
  const tap = { ...named(head), evidence: evidence.slice() }
  checkTap(tap)
  return tap
}

function named(head: FieldValues<typeof tapHead.fields>): Omit<Tap, 'evidence'> {
  const kind = kindNames.get(head.kind)
  if (kind === undefined) throw new UnifareError('tap.unknown-kind', `kind ${head.kind}`)
  return {
    version: head.version,
    kind,
    terminal: head.terminal,
    sequence: head.sequence,
    at: head.at,
    timeQuality: name(TIME_QUALITY[head.timeQuality], 'time quality'),
    mode: name(modeNames.get(head.mode), 'mode'),
    operator: head.operator,
    city: head.city,
    line: head.line,
    station: head.station,
    vehicle: head.vehicle,
    medium: name(mediumNames.get(head.medium), 'medium'),
    issuer: head.issuer,
    account: head.account,
    counter: head.counter,
    amountFen: head.amountFen,
    balanceFen: head.balanceFen,
    key: {
      scheme: head.keyScheme,
      use: head.keyUse,
      index: head.keyIndex,
      version: head.keyVersion,
      algorithm: head.keyAlgorithm,
    },
    flags: head.flags,
    reason: head.reason,
    refersTo: head.refersTo,
    tariffVersion: head.tariffVersion,
    entry:
      head.entryAt === 0
        ? null
        : {
            city: head.entryCity,
            line: head.entryLine,
            station: head.entryStation,
            at: head.entryAt,
          },
    distanceM: head.distanceM,
    durationS: head.durationS,
    serial: head.serial,
    ...(head.holderKind === 0 ? {} : { holderKind: head.holderKind }),
  }
}

function name<T>(value: T | undefined, field: string): T {
  requireData(value !== undefined, 'tap.bad-field', `unknown ${field}`)
  return value
}

/** A test tap is carried end to end and never netted. */
export function isTest(tap: Tap): boolean {
  return (tap.flags & FLAGS.test) !== 0
}
