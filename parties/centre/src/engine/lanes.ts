import { MODES, type Mode } from '@unifare/tap'
import { type FeeRow, feeRowOf } from '../fees.ts'
import { type AcceptanceTable, rideKind } from './acceptance-table.ts'
import { createLaneMoney } from './lane-money.ts'
import type { LaneSums, SettledMoney } from './lane-sums.ts'
import { createLaneTable, LANE, NO_FEE } from './lane-table.ts'
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

/** Opens the lanes of a day's rules; none has money yet. */
export function createLanes(rules: LaneRules): Lanes {
  const { acceptance } = rules
  const issuers = new Set(Array.from(rules.issuers, wordOf))
  const feeRowOnDay = createFeeRows(rules.fees)
  const money = createLaneMoney(rules.fees)
  const table = createLaneTable({
    openFrom: (operator, issuer, kind) =>
      issuers.has(issuer) ? acceptance.openFrom(operator, issuer, kind) : Number.NaN,
    moved: (numberOf) => money.moved(numberOf),
  })
  /** The lane that was asked for last: rides of one account are mostly alike. */
  const last = { operator: -1, issuer: -1, kind: -1, lane: -1 }

  function newFeeRow(lane: number, day: number): void {
    const { words } = table
    const at = lane * LANE.words
    const kind = table.kindOf(lane)
    const row = feeRowOnDay(day, words[at]!, words[at + LANE.issuer]!, kind >>> 8)
    const packed = row === -1 ? NO_FEE : row
    if (packed !== words[at + LANE.kind]! >>> 16) money.putAside(table, lane)
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
        last.lane = table.lane(operator, issuer, kind)
      }
      return last.lane
    },
    isIssuerKnown: (lane) => !Number.isNaN(table.floats[lane * LANE.floats + LANE.openFrom]!),
    opensAt(lane, at) {
      const { words, floats } = table
      if (floats[lane * LANE.floats + LANE.openFrom]! <= at) return true
      const from = lane * LANE.words
      return acceptance.opensAt(words[from]!, words[from + LANE.issuer]!, table.kindOf(lane), at)
    },
    feeRowOn(lane, day) {
      const { words } = table
      if (words[lane * LANE.words + LANE.feeDay] !== day) newFeeRow(lane, day)
      const row = words[lane * LANE.words + LANE.kind]! >>> 16
      return row === NO_FEE ? -1 : row
    },
    begin: () => money.begin(table),
    settle: (lane, feeRow, amountFen) => money.settle(table, lane, { feeRow, amountFen }),
    takeBack: (lane, taken) => money.takeBack(table, lane, taken),
    sums: () => money.sums(table),
  }
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
