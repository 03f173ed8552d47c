import { MODES, type Mode } from '@unifare/tap'
import { type FeeRow, feeRowOf } from '../fees.ts'
import { type AcceptanceTable, rideKind } from './acceptance-table.ts'
import { createKeyTable, enlarged } from './key-table.ts'
import { createLaneSums, type LaneSums, type SettledMoney } from './lane-sums.ts'
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

const LANES_MIN = 1_024

/** No day: of lanes whose fee row was not looked up yet. */
const NO_DAY = 0

/** Opens the lanes of a day's rules; none has money yet. */
export function createLanes(rules: LaneRules): Lanes {
  const { acceptance } = rules
  const issuers = new Set(Array.from(rules.issuers, wordOf))
  const feeRowOnDay = createFeeRows(rules.fees)
  const sums = createLaneSums(rules.fees)
  const lanes = createKeyTable()
  /** Since when each lane has been open; whether its issuer is a member. */
  let openFrom = new Float64Array(LANES_MIN)
  let known = new Uint8Array(LANES_MIN)
  /** The day for which a lane's fee row was looked up last, and the row. */
  let feeDays = new Uint32Array(LANES_MIN)
  let feeRows = new Int32Array(LANES_MIN)
  /** The lane that was asked for last: rides of one account are mostly alike. */
  const last = { operator: -1, issuer: -1, kind: -1, lane: -1 }

  function add(operator: number, issuer: number, kind: number): number {
    const before = lanes.count
    const lane = lanes.add(operator, issuer, kind)
    if (lane < before) return lane
    if (lane === openFrom.length) {
      openFrom = enlarged(openFrom, new Float64Array(lane * 2))
      known = enlarged(known, new Uint8Array(lane * 2))
      feeDays = enlarged(feeDays, new Uint32Array(lane * 2))
      feeRows = enlarged(feeRows, new Int32Array(lane * 2))
    }
    openFrom[lane] = acceptance.openFrom(operator, issuer, kind)
    known[lane] = Number(issuers.has(issuer))
    return lane
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
    isIssuerKnown: (lane) => known[lane] === 1,
    opensAt: (lane, at) =>
      openFrom[lane]! <= at ||
      acceptance.opensAt(lanes.first[lane]!, lanes.second[lane]!, lanes.third[lane]!, at),
    feeRowOn(lane, day) {
      if (feeDays[lane] !== day || day === NO_DAY) {
        const [operator, issuer] = [lanes.first[lane]!, lanes.second[lane]!]
        feeDays[lane] = day
        feeRows[lane] = feeRowOnDay(day, operator, issuer, lanes.third[lane]! >>> 8)
      }
      return feeRows[lane]!
    },
    begin: () => sums.begin(),
    settle: (lane, feeRow, amountFen) => sums.add(lane, feeRow, amountFen),
    takeBack: (lane, money) => sums.takeBack(lane, money),
    sums: () => sums.sums(lanes.first, lanes.second),
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
