import { type AcceptanceContent, type AcceptanceRow, isOpen } from '@unifare/bundle'
import { MEDIA, MODES, type Mode } from '@unifare/tap'
import { type FeeRow, feeRowOf } from '../fees.ts'
import { createLaneSums, type LaneSums } from './lane-sums.ts'

/** Rules of a day as lanes need them. */
export interface LaneRules {
  readonly issuers: ReadonlySet<string>
  readonly acceptance: AcceptanceContent
  readonly fees: readonly FeeRow[]
}

/**
 * What is the same for all rides of an operator, issuer, mode and medium: a lane, by number. A
 * country has some hundred thousand of them, so they are columns, not objects.
 */
export interface Lanes {
  /** The lane of the operator and issuer whose 4 bytes are these words. */
  lane(operator: number, issuer: number, mode: number, medium: number): number
  isIssuerKnown(lane: number): boolean
  /** Whether the medium was accepted at an instant. */
  opensAt(lane: number, at: number): boolean
  /** Place of the fee row for rides of a day (8 BCD digits as a word), -1 for none. */
  feeRowOn(lane: number, day: number): number
  /** Counts a charge that settles, or takes one back with `sign` −1. */
  settle(lane: number, feeRow: number, amountFen: number, sign: 1 | -1): void
  sums(): LaneSums
}

const LANES_MIN = 1_024

/** Opens the lanes of a day's rules; none has money yet. */
export function createLanes(rules: LaneRules): Lanes {
  const issuers = new Set(Array.from(rules.issuers, wordOf))
  const acceptance = compiled(rules.acceptance)
  const feeRowOnDay = createFeeRows(rules.fees)
  const sums = createLaneSums(rules.fees)
  let table = new Int32Array(LANES_MIN * 2).fill(-1)
  let operators = new Uint32Array(LANES_MIN)
  let issuerWords = new Uint32Array(LANES_MIN)
  let kinds = new Uint16Array(LANES_MIN)
  /** Since when the lane has been open, where its list says only that. */
  let openFrom = new Float64Array(LANES_MIN)
  const rowsOf: (readonly AcceptanceRow[] | undefined)[] = []

  function placeOf(operator: number, issuer: number, kind: number): number {
    const mask = table.length - 1
    let place = laneHash(operator, issuer, kind) & mask
    for (;;) {
      const lane = table[place]!
      if (lane === -1) return place
      if (operators[lane] === operator && issuerWords[lane] === issuer && kinds[lane] === kind) {
        return place
      }
      place = (place + 1) & mask
    }
  }

  function grow(): void {
    const count = rowsOf.length
    operators = enlarged(operators, new Uint32Array(count * 2))
    issuerWords = enlarged(issuerWords, new Uint32Array(count * 2))
    kinds = enlarged(kinds, new Uint16Array(count * 2))
    openFrom = enlarged(openFrom, new Float64Array(count * 2))
    table = new Int32Array(count * 4).fill(-1)
    for (let lane = 0; lane < count; lane++) {
      table[placeOf(operators[lane]!, issuerWords[lane]!, kinds[lane]!)] = lane
    }
  }

  return {
    lane(operator, issuer, mode, medium) {
      const kind = mode * 0x100 + medium
      const place = placeOf(operator, issuer, kind)
      if (table[place] !== -1) return table[place]!
      const lane = rowsOf.length
      if (lane === operators.length) {
        grow()
        table[placeOf(operator, issuer, kind)] = lane
      } else table[place] = lane
      operators[lane] = operator
      issuerWords[lane] = issuer
      kinds[lane] = kind
      const rows = acceptance.get(operator)?.get(pairKey(issuer, kind))
      rowsOf.push(rows)
      const [only] = rows ?? []
      openFrom[lane] = rows?.length === 1 && isOpen(only) ? only.from : Number.POSITIVE_INFINITY
      return lane
    },
    isIssuerKnown: (lane) => issuers.has(issuerWords[lane]!),
    opensAt: (lane, at) => openFrom[lane]! <= at || opens(rowsOf[lane], at),
    feeRowOn: (lane, day) =>
      feeRowOnDay(day, operators[lane]!, issuerWords[lane]!, kinds[lane]! >>> 8),
    settle: (lane, feeRow, amountFen, sign) => sums.add(lane, feeRow, amountFen, sign),
    sums: () => sums.sums(operators, issuerWords),
  }
}

function opens(rows: readonly AcceptanceRow[] | undefined, at: number): boolean {
  if (rows === undefined) return false
  for (let i = rows.length - 1; i >= 0; i--) {
    const row = rows[i]!
    if (row.from <= at) return isOpen(row)
  }
  return false
}

type Acceptance = ReadonlyMap<number, ReadonlyMap<number, readonly AcceptanceRow[]>>

/** Lists by words instead of names, made once for all shards that a worker clears. */
const compiledLists = new WeakMap<AcceptanceContent, Acceptance>()

function compiled(content: AcceptanceContent): Acceptance {
  const known = compiledLists.get(content)
  if (known !== undefined) return known
  const made = groupAcceptance(content)
  compiledLists.set(content, made)
  return made
}

function groupAcceptance({ rows }: AcceptanceContent): Acceptance {
  const groups = new Map<number, Map<number, AcceptanceRow[]>>()
  for (const row of rows) {
    const mode = MODES[row.mode as Mode]
    if (mode === undefined || !isId(row.operator) || !isId(row.issuer)) continue
    const operator = wordOf(row.operator)
    let own = groups.get(operator)
    if (own === undefined) groups.set(operator, (own = new Map<number, AcceptanceRow[]>()))
    const key = pairKey(wordOf(row.issuer), mode * 0x100 + MEDIA[row.medium])
    const alike = own.get(key)
    if (alike === undefined) own.set(key, [row])
    else alike.push(row)
  }
  return groups
}

/** Fee rows of a day by operator, issuer and mode; the days of a clearing are few. */
function createFeeRows(
  fees: readonly FeeRow[],
): (day: number, operator: number, issuer: number, mode: number) => number {
  const modes = new Map(Object.entries(MODES).map(([name, code]) => [code as number, name as Mode]))
  // A matrix that names no institution has one answer for a day and mode.
  const isGeneral = fees.every(({ acquirer, issuer }) => acquirer === 'any' && issuer === 'any')
  const known = new Map<string, Map<number, number>>()
  let last: { day: number; operator: number; own: Map<number, number> } | undefined

  function rowsOf(day: number, operator: number): Map<number, number> {
    const name = `${day}/${operator}`
    let own = known.get(name)
    if (own === undefined) known.set(name, (own = new Map<number, number>()))
    last = { day, operator, own }
    return own
  }

  return (day, anyOperator, anyIssuer, mode) => {
    const [operator, issuer] = isGeneral ? [0, 0] : [anyOperator, anyIssuer]
    const own =
      last !== undefined && last.day === day && last.operator === operator
        ? last.own
        : rowsOf(day, operator)
    const key = issuer * 0x100 + mode
    const row = own.get(key)
    if (row !== undefined) return row
    const name = modes.get(mode)
    const found =
      name === undefined
        ? undefined
        : feeRowOf(fees, {
            mode: name,
            acquirer: digitsOf(anyOperator),
            issuer: digitsOf(anyIssuer),
            day: dayOf(day),
          })
    const place = found === undefined ? -1 : fees.indexOf(found)
    own.set(key, place)
    return place
  }
}

function laneHash(operator: number, issuer: number, kind: number): number {
  let hash = Math.imul(operator ^ Math.imul(issuer, 0x85ebca6b), 0x9e3779b1)
  hash = Math.imul(hash ^ (hash >>> 15) ^ kind, 0xc2b2ae35)
  return hash ^ (hash >>> 13)
}

/** Issuer, mode and medium in one whole number. */
function pairKey(issuer: number, kind: number): number {
  return issuer * 0x1_0000 + kind
}

function enlarged<T extends Uint32Array | Uint16Array | Float64Array>(from: T, to: T): T {
  to.set(from)
  return to
}

function isId(text: string): boolean {
  return /^\d{8}$/.test(text)
}

/** 8 digits as the word of their 4 packed bytes. */
function wordOf(digits: string): number {
  return Number.parseInt(digits, 16)
}

/** The 8 digits of a packed word. */
function digitsOf(word: number): string {
  return word.toString(16).padStart(8, '0')
}

/** `YYYY-MM-DD` of a packed word. */
function dayOf(word: number): string {
  const text = digitsOf(word)
  return `${text.slice(0, 4)}-${text.slice(4, 6)}-${text.slice(6)}`
}
