import {
  concat,
  type Day,
  defineLayout,
  type Fen,
  fromUtf8,
  type Instant,
  parseDay,
  requireData,
  utf8,
  view,
} from '@unifare/core'
import { recode } from './framed.ts'
import { MEDIA, type Medium, MODES, type Mode, namesByCode } from './kinds.ts'

export const CHARGE_VERSION = 1
export const CHARGE_TAPS_MAX = 64
export const CHARGE_PARTS_MAX = 32
const CODE = 'charge.malformed'
const HEAD_LENGTH = 96

/** A tap that backs a charge: its delivery, and what a card was debited by it. */
export interface ChargeTap {
  readonly terminal: string
  readonly sequence: number
  readonly amountFen: Fen
}

/** One step of the price: a rule of the tariff and what it added or took away. */
export interface ChargePart {
  readonly rule: string
  readonly amountFen: Fen
}

/**
 * What an operator asks for. Immutable: a correction is a new charge that names the old one and
 * carries the new whole amount. A card charge equals the sum of its taps' amounts; a code charge
 * is priced after pairing.
 */
export interface Charge {
  readonly version: number
  /** Operator, 8 digits, and its own running number from 1: together the name of the charge. */
  readonly operator: string
  readonly number: number
  /** Number of the charge that this one replaces; 0 for none. */
  readonly corrects: number
  readonly medium: Exclude<Medium, 'none'>
  readonly mode: Mode
  readonly issuer: string
  readonly account: string
  readonly city: string
  /** Business day of the journey's last tap. */
  readonly tapDay: Day
  readonly startAt: Instant
  readonly endAt: Instant
  readonly line: number
  readonly from: number
  readonly to: number
  readonly distanceM: number
  readonly amountFen: Fen
  /** ISO 4217 numeric: 156 is CNY. */
  readonly currency: number
  readonly tariff: string
  readonly tariffVersion: number
  readonly test: boolean
  readonly taps: readonly ChargeTap[]
  /** Sum to `amountFen` exactly. */
  readonly parts: readonly ChargePart[]
}

/** The fixed head of a charge; its tariff's name, named taps and parts stand behind it. */
export const chargeHead = defineLayout(HEAD_LENGTH, {
  version: [0, 'u8'],
  medium: [1, 'u8'],
  length: [2, 'u16'],
  operator: [4, 'digits', 4],
  number: [8, 'u32'],
  corrects: [12, 'u32'],
  mode: [16, 'u8'],
  flags: [17, 'u8'],
  city: [18, 'digits', 2],
  issuer: [20, 'digits', 4],
  account: [24, 'digits', 10],
  tapDay: [34, 'digits', 4],
  startAt: [38, 'u48'],
  endAt: [44, 'u48'],
  line: [50, 'u16'],
  from: [52, 'u16'],
  to: [54, 'u16'],
  currency: [56, 'u16'],
  distanceM: [58, 'u32'],
  amountFen: [62, 'u32'],
  tariffVersion: [66, 'u32'],
  tapCount: [70, 'u8'],
  partCount: [71, 'u8'],
  tariffLength: [72, 'u8'],
})
/** A tap that a charge names. */
export const chargeTapLayout = defineLayout(14, {
  terminal: [0, 'digits', 6],
  sequence: [6, 'u32'],
  amountFen: [10, 'u32'],
})
const PART_AMOUNT = 4

const mediumNames = namesByCode(MEDIA)
const modeNames = namesByCode(MODES)

/** `<operator>-<number>`: the name of a charge. */
export function chargeId(charge: Pick<Charge, 'operator' | 'number'>): string {
  return `${charge.operator}-${charge.number}`
}

/** Bytes of a charge; throws `charge.malformed` when a rule of the record is broken. */
export function encodeCharge(charge: Charge): Uint8Array {
  checkCharge(charge)
  return recode(CODE, () => charged(charge))
}

function charged(charge: Charge): Uint8Array {
  const tariff = utf8(charge.tariff)
  const parts = charge.parts.map(encodePart)
  const length =
    HEAD_LENGTH +
    tariff.length +
    charge.taps.length * chargeTapLayout.length +
    parts.reduce((sum, part) => sum + part.length, 0)
  return concat(
    chargeHead.encode({
      ...charge,
      medium: MEDIA[charge.medium],
      mode: MODES[charge.mode],
      length,
      flags: charge.test ? 1 : 0,
      tapDay: charge.tapDay.replaceAll('-', ''),
      tapCount: charge.taps.length,
      partCount: parts.length,
      tariffLength: tariff.length,
    }),
    tariff,
    ...charge.taps.map((tap) => chargeTapLayout.encode(tap)),
    ...parts,
  )
}

/**
 * Reads one charge and checks that its parts and, for a card, its taps sum to the amount. Throws
 * `charge.unknown-version` for a charge of the future, else `charge.malformed`.
 */
export function parseCharge(bytes: Uint8Array): Charge {
  requireData(
    bytes.length === 0 || bytes[0] === CHARGE_VERSION,
    'charge.unknown-version',
    `version ${bytes[0]}`,
  )
  return recode(CODE, () => parseVersion1(bytes))
}

function parseVersion1(bytes: Uint8Array): Charge {
  requireData(bytes.length >= HEAD_LENGTH, CODE, `${bytes.length} bytes are no charge`)
  const values = chargeHead.decode(bytes)
  requireData(values.length === bytes.length, CODE, 'the length field does not fit the bytes')
  const medium = mediumNames.get(values.medium)
  const mode = modeNames.get(values.mode)
  requireData(medium === 'card' || medium === 'code', CODE, 'unknown medium')
  requireData(mode !== undefined, CODE, 'unknown mode')
  // A flag that is not known here might change what the money means.
  requireData(values.flags <= 1, CODE, `unknown flags ${values.flags}`)
  const tapsAt = HEAD_LENGTH + values.tariffLength
  const partsAt = tapsAt + values.tapCount * chargeTapLayout.length
  requireData(partsAt <= bytes.length, CODE, 'taps do not fit the record')
  const day = values.tapDay
  const { length: _length, flags, tapCount, partCount, tariffLength, ...rest } = values
  const charge: Charge = {
    ...rest,
    medium,
    mode,
    tapDay: `${day.slice(0, 4)}-${day.slice(4, 6)}-${day.slice(6)}`,
    test: (flags & 1) !== 0,
    tariff: fromUtf8(bytes.subarray(HEAD_LENGTH, HEAD_LENGTH + tariffLength)),
    taps: Array.from({ length: tapCount }, (_, i) =>
      chargeTapLayout.decode(bytes.subarray(tapsAt + i * chargeTapLayout.length)),
    ),
    parts: parseParts(bytes.subarray(partsAt), partCount),
  }
  checkCharge(charge)
  return charge
}

function checkCharge(charge: Charge): void {
  const { taps, parts, amountFen } = charge
  requireData(
    taps.length > 0 && taps.length <= CHARGE_TAPS_MAX && parts.length <= CHARGE_PARTS_MAX,
    CODE,
    `${taps.length} taps and ${parts.length} parts`,
  )
  requireData(charge.version === CHARGE_VERSION, CODE, `no charge of version ${charge.version}`)
  requireData(/^\d{8}$/.test(charge.operator), CODE, `operator ${charge.operator}: not 8 digits`)
  requireData(/^\d{8}$/.test(charge.issuer), CODE, `issuer ${charge.issuer}: not 8 digits`)
  requireData(/^\d{19}$/.test(charge.account), CODE, `account ${charge.account}: not 19 digits`)
  requireData(
    taps.every(({ terminal }) => /^\d{12}$/.test(terminal)),
    CODE,
    'a terminal has 12 digits',
  )
  requireData(isPlain(charge.tariff), CODE, 'the tariff has no plain name')
  recode(CODE, () => parseDay(charge.tapDay))
  for (const { rule, amountFen: partFen } of parts) {
    requireData(isPlain(rule), CODE, 'a rule has no plain name')
    requireData((partFen | 0) === partFen, CODE, `${rule}: ${partFen} fen do not fit`)
  }
  const partSum = parts.reduce((sum, part) => sum + part.amountFen, 0)
  requireData(
    partSum === amountFen,
    CODE,
    `parts sum to ${partSum} fen, the charge is ${amountFen}`,
  )
  const tapSum = taps.reduce((sum, tap) => sum + tap.amountFen, 0)
  requireData(
    tapSum === (charge.medium === 'card' ? amountFen : 0),
    CODE,
    `${charge.medium} taps sum to ${tapSum} fen, the charge is ${amountFen}`,
  )
}

/** Text that survives every store and prints as it is. */
function isPlain(text: string): boolean {
  return !/[\p{Cc}\p{Cs}\uFEFF]/u.test(text)
}

function encodePart(part: ChargePart): Uint8Array {
  const rule = utf8(part.rule)
  requireData(rule.length <= 255, CODE, `rule name too long: ${part.rule}`)
  const bytes = new Uint8Array(PART_AMOUNT + 1 + rule.length)
  view(bytes).setInt32(0, part.amountFen)
  bytes[PART_AMOUNT] = rule.length
  bytes.set(rule, PART_AMOUNT + 1)
  return bytes
}

function parseParts(bytes: Uint8Array, count: number): ChargePart[] {
  const parts: ChargePart[] = []
  let at = 0
  for (let i = 0; i < count; i++) {
    const ruleAt = at + PART_AMOUNT + 1
    requireData(ruleAt <= bytes.length, CODE, 'parts do not fit the record')
    const end = ruleAt + (bytes[at + PART_AMOUNT] ?? 0)
    requireData(end <= bytes.length, CODE, 'parts do not fit the record')
    parts.push({ amountFen: view(bytes).getInt32(at), rule: fromUtf8(bytes.subarray(ruleAt, end)) })
    at = end
  }
  requireData(at === bytes.length, CODE, 'bytes are left behind the last part')
  return parts
}
