import { parseTap } from '@unifare/tap'
import { makeNationalSlice, type NationalPlan, nationalColumns, sliceCount } from '@unifare/twin'

const COLUMNS = [
  'id',
  'issuer',
  'operator',
  'account',
  'counter',
  'terminal',
  'serial',
  'at',
  'amountFen',
] as const

/** Id, issuer, operator, card, counter, terminal, serial, time and amount of taps, by column. */
export type TapColumns = readonly BigInt64Array[]

/** The first taps of a generated day as rows of a database have them. */
export async function tapColumns(plan: NationalPlan, count: number): Promise<TapColumns> {
  const columns = COLUMNS.map(() => new BigInt64Array(count))
  const keys = await nationalColumns(plan)
  let row = 0
  for (let slice = 0; row < count && slice < sliceCount(plan); slice++) {
    const { terminals } = await makeNationalSlice(plan, slice, keys)
    for (const record of terminals.flatMap(({ records }) => records).slice(0, count - row)) {
      const tap = parseTap(record)
      const values = COLUMNS.map((name) => BigInt(name === 'id' ? row : tap[name]))
      for (const [i, value] of values.entries()) {
        const column = columns[i]
        if (column !== undefined) column[row] = value
      }
      row += 1
    }
  }
  // A day may have some taps less than its plan: those that were lost.
  return columns.map((column) => column.subarray(0, row))
}
