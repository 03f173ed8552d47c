import { MODES, type Mode } from '@unifare/tap'
import { type FeeRow, feeRowOf } from '../fees.ts'
import { type AcceptanceTable, rideKind } from './acceptance-table.ts'
import { createKeyTable, enlarged } from './key-table.ts'
import { createLaneMoney } from './lane-money.ts'
import type { MemberSums, SettledMoney } from './member-sums.ts'
import { dayOfWord, digitsOf, wordOf } from './packed.ts'

/** Rules of a day as lanes need them. */
export interface LaneRules {
  readonly issuers: ReadonlySet<string>
  readonly acceptance: AcceptanceTable
  readonly fees: readonly FeeRow[]
}

/**
 * What is the same for all rides of an operator, mode and medium: a lane, by number; and the issuers
 * that are members, by theirs. A country has hundreds of thousands of pairs of operator and issuer:
 * they do not fit the caches, lanes and issuers do, and positions need no more.
 */
export interface Lanes {
  /** The lane of the operator whose 4 bytes are this word. */
  lane(operator: number, mode: number, medium: number): number
  /** Number of the issuer whose 4 bytes are this word; -1 where it is no member. */
  issuer(word: number): number
  /** Whether the medium was accepted at an instant. */
  opensAt(lane: number, issuer: number, at: number): boolean
  /** Place of the fee row for rides of a day (8 BCD digits as a word), -1 for none. */
  feeRowOn(lane: number, issuer: number, day: number): number
  /** Forgets all money: the lanes themselves stay for the next shard. */
  begin(): void
  /** Counts a charge that settles. */
  settle(lane: number, issuer: number, feeRow: number, amountFen: number): void
  /** Takes back what a correction corrects. */
  takeBack(lane: number, issuer: number, money: SettledMoney): void
  sums(): MemberSums
}

/** What is known of lanes, by number. */
interface LaneColumns {
  /** Since when every issuer is taken; infinite where the list says more than that. */
  openFrom: Float64Array
  /** The day that was asked for last, and its fee row where the matrix names no issuer. */
  feeDay: Uint32Array
  feeRow: Int32Array
}

const LANES_MIN = 1_024

/** Opens the lanes of a day's rules; none has money yet. */
export function createLanes(rules: LaneRules): Lanes {
  const { acceptance, fees } = rules
  const issuers = createIssuers(rules.issuers)
  const keys = createKeyTable()
  const rowOnDay = createFeeRows(fees)
  const namesIssuers = fees.some(({ issuer }) => issuer !== 'any')
  const operatorOf = (lane: number) => keys.first[lane]!
  const money = createLaneMoney(fees, { operatorOf, issuers: issuers.words })
  const columns = newColumns(LANES_MIN)
  /** The lane that was asked for last: rides of one account are mostly alike. */
  const last = new Uint32Array(3).fill(0xffff_ffff)

  function laneOf(operator: number, kind: number): number {
    const count = keys.count
    const lane = keys.add(operator, 0, kind)
    if (keys.count === count) return lane
    if (lane >= columns.openFrom.length) grow(columns)
    columns.openFrom[lane] = issuers.words.reduce(
      (from, issuer) => Math.max(from, acceptance.openFrom(operator, issuer, kind)),
      0,
    )
    return lane
  }

  function rowOf(lane: number, issuer: number, day: number): number {
    return rowOnDay(day, operatorOf(lane), issuers.words[issuer]!, keys.third[lane]! >>> 8)
  }

  return {
    lane(operator, mode, medium) {
      const kind = rideKind(mode, medium)
      if (last[0] !== operator || last[1] !== kind) {
        last[2] = laneOf(operator, kind)
        last[0] = operator
        last[1] = kind
      }
      return last[2]!
    },
    issuer: issuers.find,
    opensAt(lane, issuer, at) {
      if (columns.openFrom[lane]! <= at) return true
      return acceptance.opensAt(operatorOf(lane), issuers.words[issuer]!, keys.third[lane]!, at)
    },
    feeRowOn(lane, issuer, day) {
      if (namesIssuers) return rowOf(lane, issuer, day)
      if (columns.feeDay[lane] !== day) {
        columns.feeDay[lane] = day
        columns.feeRow[lane] = rowOf(lane, issuer, day)
      }
      return columns.feeRow[lane]!
    },
    begin: () => money.begin(),
    settle: (lane, issuer, feeRow, amountFen) => money.settle(lane, issuer, feeRow, amountFen),
    takeBack(lane, issuer, taken) {
      money.takeBack({ operator: operatorOf(lane), issuer: issuers.words[issuer]! }, taken)
    },
    sums: () => money.sums(),
  }
}

function newColumns(lanes: number): LaneColumns {
  return {
    openFrom: new Float64Array(lanes),
    feeDay: new Uint32Array(lanes),
    feeRow: new Int32Array(lanes),
  }
}

function grow(columns: LaneColumns): void {
  const to = newColumns(columns.openFrom.length * 2)
  columns.openFrom = enlarged(columns.openFrom, to.openFrom)
  columns.feeDay = enlarged(columns.feeDay, to.feeDay)
  columns.feeRow = enlarged(columns.feeRow, to.feeRow)
}

/** Issuers that are members, numbered, found by a hash of their word. */
function createIssuers(ids: ReadonlySet<string>) {
  const words = Uint32Array.from(ids, wordOf)
  const places = 2 ** Math.ceil(Math.log2(words.length * 4 + 1))
  const table = new Int32Array(places).fill(-1)
  /** Place of an issuer, or the empty one where it would stand. */
  const placeOf = (word: number): number => {
    let place = (Math.imul(word, 0x9e3779b1) >>> 16) & (places - 1)
    while (table[place] !== -1 && words[table[place]!] !== word) place = (place + 1) & (places - 1)
    return place
  }
  words.forEach((word, number) => {
    table[placeOf(word)] = number
  })
  return { words, find: (word: number): number => table[placeOf(word)]! }
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
