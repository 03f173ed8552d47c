import { MODES, type Mode } from '@unifare/tap'
import { type FeeRow, feeRowOf } from '../fees.ts'
import { type AcceptanceTable, rideKind } from './acceptance-table.ts'
import {
  createMoneyAdder,
  createSums,
  type LaneSums,
  SAFE,
  type SettledMoney,
  SUM_COLUMNS,
  type SumLine,
  takenBack,
} from './lane-sums.ts'
import { dayOfWord, digitsOf, wordOf } from './packed.ts'

/** Rules of a day as lanes need them. */
export interface LaneRules {
  readonly issuers: ReadonlySet<string>
  readonly acceptance: AcceptanceTable
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
  /** Forgets all money: the lanes themselves stay for the next shard. */
  begin(): void
  /** Counts a charge that settles. */
  settle(lane: number, feeRow: number, amountFen: number): void
  /** Takes back what a correction corrects. */
  takeBack(lane: number, money: SettledMoney): void
  sums(): LaneSums
}

/**
 * A lane is one line of 64 bytes, found by its hash: a jump to memory costs more than all that is
 * done with it there. Words: operator, issuer, kind and one (lower half, 0 for an empty place) and fee
 * row (upper half), the day that the fee row is of; then since when it is open (not a number where its
 * issuer is no member), and the five sums.
 */
const LANE = { operator: 0, issuer: 1, kind: 2, feeDay: 3, openFrom: 2, sums: 3 } as const
const WORDS = 16
const FLOATS = 8
const LANES_MIN = 2_048
/** Of `LANES_MIN` and its doubles: a place out of so many may be taken. */
const LOAD = 0.6
/** A fee row that there is not, as it stands in a lane. */
const NO_FEE = 0xffff

/** Opens the lanes of a day's rules; none has money yet. */
export function createLanes(rules: LaneRules): Lanes {
  const { acceptance } = rules
  const issuers = new Set(Array.from(rules.issuers, wordOf))
  const feeRowOnDay = createFeeRows(rules.fees)
  const addMoney = createMoneyAdder(rules.fees)
  let words = new Uint32Array(LANES_MIN * WORDS)
  let floats = new Float64Array(words.buffer)
  let count = 0
  /** Lanes with money, in the order in which they got it, and lines that no longer grow. */
  let used: number[] = []
  const aside: SumLine[] = []
  /** Lanes whose sums were put aside: they are among the used ones already. */
  const emptied = new Set<number>()
  /** The lane that was asked for last: rides of one account are mostly alike. */
  const last = { operator: -1, issuer: -1, kind: -1, lane: -1 }

  function placeOf(operator: number, issuer: number, kind: number): number {
    const mask = words.length / WORDS - 1
    let lane = hashOf(operator, issuer, kind) & mask
    for (;;) {
      const at = lane * WORDS
      const taken = words[at + LANE.kind]! & 0xffff
      if (taken === 0) return lane
      if (words[at] === operator && words[at + 1] === issuer && taken - 1 === kind) return lane
      lane = (lane + 1) & mask
    }
  }

  function kindOf(lane: number): number {
    return (words[lane * WORDS + LANE.kind]! & 0xffff) - 1
  }

  function grow(): void {
    const [old, oldUsed] = [words, used]
    words = new Uint32Array(old.length * 2)
    floats = new Float64Array(words.buffer)
    const moved = new Map<number, number>()
    for (let at = 0; at < old.length; at += WORDS) {
      const taken = old[at + LANE.kind]! & 0xffff
      if (taken === 0) continue
      const lane = placeOf(old[at]!, old[at + 1]!, taken - 1)
      words.set(old.subarray(at, at + WORDS), lane * WORDS)
      moved.set(at / WORDS, lane)
    }
    used = oldUsed.map((lane) => moved.get(lane) ?? lane)
    const empty = [...emptied].map((lane) => moved.get(lane) ?? lane)
    emptied.clear()
    for (const lane of empty) emptied.add(lane)
  }

  function add(operator: number, issuer: number, kind: number): number {
    const known = placeOf(operator, issuer, kind)
    if ((words[known * WORDS + LANE.kind]! & 0xffff) !== 0) return known
    if (count + 1 > (words.length / WORDS) * LOAD) grow()
    count += 1
    const lane = placeOf(operator, issuer, kind)
    words[lane * WORDS] = operator
    words[lane * WORDS + LANE.issuer] = issuer
    words[lane * WORDS + LANE.kind] = (NO_FEE << 16) | (kind + 1)
    floats[lane * FLOATS + LANE.openFrom] = issuers.has(issuer)
      ? acceptance.openFrom(operator, issuer, kind)
      : Number.NaN
    return lane
  }

  function lineOf(lane: number): SumLine {
    const at = lane * FLOATS + LANE.sums
    return {
      operator: words[lane * WORDS]!,
      issuer: words[lane * WORDS + LANE.issuer]!,
      feeRow: words[lane * WORDS + LANE.kind]! >>> 16,
      values: Array.from(floats.subarray(at, at + SUM_COLUMNS)),
    }
  }

  /** Charges in the sums of a lane. */
  function countOf(lane: number): number {
    return floats[lane * FLOATS + LANE.sums + SUM_COLUMNS - 1]!
  }

  function empty(lane: number): void {
    const at = lane * FLOATS + LANE.sums
    for (let i = 0; i < SUM_COLUMNS; i++) floats[at + i] = 0
  }

  function putAside(lane: number): void {
    aside.push(lineOf(lane))
    emptied.add(lane)
    empty(lane)
  }

  /** The fee row of a day for a lane: looked up where the last one was of another day. */
  function newFeeRow(lane: number, day: number): void {
    const at = lane * WORDS
    const kind = kindOf(lane)
    const row = feeRowOnDay(day, words[at]!, words[at + LANE.issuer]!, kind >>> 8)
    const packed = row === -1 ? NO_FEE : row
    const isOther = packed !== words[at + LANE.kind]! >>> 16
    if (isOther && countOf(lane) !== 0) putAside(lane)
    words[at + LANE.kind] = (packed << 16) | (kind + 1)
    words[at + LANE.feeDay] = day
  }

  return {
    lane(operator, issuer, mode, medium) {
      const kind = rideKind(mode, medium)
      if (last.operator !== operator || last.issuer !== issuer || last.kind !== kind) {
        last.operator = operator
        last.issuer = issuer
        last.kind = kind
        last.lane = add(operator, issuer, kind)
      }
      return last.lane
    },
    isIssuerKnown: (lane) => !Number.isNaN(floats[lane * FLOATS + LANE.openFrom]!),
    opensAt(lane, at) {
      if (floats[lane * FLOATS + LANE.openFrom]! <= at) return true
      const from = lane * WORDS
      return acceptance.opensAt(words[from]!, words[from + LANE.issuer]!, kindOf(lane), at)
    },
    feeRowOn(lane, day) {
      if (words[lane * WORDS + LANE.feeDay] !== day) newFeeRow(lane, day)
      const row = words[lane * WORDS + LANE.kind]! >>> 16
      return row === NO_FEE ? -1 : row
    },
    begin() {
      for (const lane of used) empty(lane)
      used.length = 0
      aside.length = 0
      emptied.clear()
    },
    settle(lane, feeRow, amountFen) {
      const at = lane * FLOATS + LANE.sums
      if (countOf(lane) === 0 && !emptied.has(lane)) used.push(lane)
      addMoney(floats, at, feeRow, amountFen)
      if (floats[at + 1]! > SAFE || floats[at]! > SAFE) putAside(lane)
    },
    takeBack(lane, money) {
      aside.push(takenBack(lineOf(lane), money))
    },
    sums() {
      const own = used.filter((lane) => countOf(lane) !== 0)
      const sums = createSums(own.length + aside.length)
      own.forEach((lane, line) => {
        const at = lane * FLOATS + LANE.sums
        sums.operators[line] = words[lane * WORDS]!
        sums.issuers[line] = words[lane * WORDS + LANE.issuer]!
        sums.feeRows[line] = words[lane * WORDS + LANE.kind]! >>> 16
        for (let i = 0; i < SUM_COLUMNS; i++) sums.values[line * SUM_COLUMNS + i] = floats[at + i]!
      })
      aside.forEach(({ operator, issuer, feeRow, values }, i) => {
        sums.operators[own.length + i] = operator
        sums.issuers[own.length + i] = issuer
        sums.feeRows[own.length + i] = feeRow
        sums.values.set(values, (own.length + i) * SUM_COLUMNS)
      })
      return sums
    },
  }
}

function hashOf(operator: number, issuer: number, kind: number): number {
  let hash = Math.imul(operator ^ Math.imul(issuer, 0x85ebca6b), 0x9e3779b1)
  hash = Math.imul(hash ^ (hash >>> 15) ^ kind, 0xc2b2ae35)
  return hash ^ (hash >>> 13)
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
            day: dayOfWord(day),
          })
    const place = found === undefined ? -1 : fees.indexOf(found)
    own.set(key, place)
    return place
  }
}
