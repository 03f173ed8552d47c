import type { FeeRow } from '../fees.ts'
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
import { LANE, type LaneTable } from './lane-table.ts'

/** The money of lanes from shard to shard: it lies in their lines. */
export interface LaneMoney {
  /** Forgets all money. */
  begin(table: LaneTable): void
  settle(
    table: LaneTable,
    lane: number,
    charge: { readonly feeRow: number; readonly amountFen: number },
  ): void
  takeBack(table: LaneTable, lane: number, money: SettledMoney): void
  /** Closes what a lane has so far as a line of its own; nothing where it has nothing. */
  putAside(table: LaneTable, lane: number): void
  sums(table: LaneTable): LaneSums
  /** Lanes have other numbers from now on. */
  moved(numberOf: (lane: number) => number): void
}

/** Opens money of lanes under a fee matrix. */
export function createLaneMoney(fees: readonly FeeRow[]): LaneMoney {
  const addMoney = createMoneyAdder(fees)
  /** Lanes with money, in the order in which they got it, and lines that no longer grow. */
  let used: number[] = []
  const aside: SumLine[] = []
  /** Lanes whose sums were put aside: they are among the used ones already. */
  let emptied = new Set<number>()

  function putAside(table: LaneTable, lane: number): void {
    if (countOf(table, lane) === 0) return
    aside.push(lineOf(table, lane))
    emptied.add(lane)
    empty(table, lane)
  }

  return {
    putAside,
    begin(table) {
      for (const lane of used) empty(table, lane)
      used.length = 0
      aside.length = 0
      emptied.clear()
    },
    settle(table, lane, { feeRow, amountFen }) {
      const { floats } = table
      const at = lane * LANE.floats + LANE.sums
      if (countOf(table, lane) === 0 && !emptied.has(lane)) used.push(lane)
      addMoney(floats, at, feeRow, amountFen)
      if (floats[at + 1]! > SAFE || floats[at]! > SAFE) putAside(table, lane)
    },
    takeBack(table, lane, money) {
      aside.push(takenBack(lineOf(table, lane), money))
    },
    sums(table) {
      const own = used.filter((lane) => countOf(table, lane) !== 0)
      const sums = createSums(own.length + aside.length)
      const { words, floats } = table
      own.forEach((lane, line) => {
        const at = lane * LANE.floats + LANE.sums
        sums.operators[line] = words[lane * LANE.words]!
        sums.issuers[line] = words[lane * LANE.words + LANE.issuer]!
        sums.feeRows[line] = words[lane * LANE.words + LANE.kind]! >>> 16
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
    moved(numberOf) {
      used = used.map(numberOf)
      emptied = new Set([...emptied].map(numberOf))
    },
  }
}

/** Charges in the sums of a lane. */
function countOf({ floats }: LaneTable, lane: number): number {
  return floats[lane * LANE.floats + LANE.sums + SUM_COLUMNS - 1]!
}

function empty({ floats }: LaneTable, lane: number): void {
  const at = lane * LANE.floats + LANE.sums
  for (let i = 0; i < SUM_COLUMNS; i++) floats[at + i] = 0
}

function lineOf({ words, floats }: LaneTable, lane: number): SumLine {
  const [at, from] = [lane * LANE.words, lane * LANE.floats + LANE.sums]
  return {
    operator: words[at]!,
    issuer: words[at + LANE.issuer]!,
    feeRow: words[at + LANE.kind]! >>> 16,
    values: Array.from(floats.subarray(from, from + SUM_COLUMNS)),
  }
}
