import type { Fen } from '@unifare/core'
import { baseLadder } from '../base-fare.ts'
import { ladderFare } from '../ladder.ts'
import type { Tariff } from '../tariff.ts'

/** Base fares that occur: every step of every ladder, every amount of every table. */
export function sampleFares({ rules, tables = [] }: Tariff): readonly Fen[] {
  const fares = rules.flatMap(({ base }): readonly Fen[] => {
    switch (base.kind) {
      case 'flat':
        return [base.amountFen]
      case 'metered':
        return [base.minFen, base.startFen, base.startFen + base.unitFen, base.maxFen]
      case 'table':
        return tables.find(({ id }) => id === base.table)?.amountsFen ?? []
      case 'distance-ladder':
      case 'stop-ladder':
      case 'elapsed-ladder': {
        const ladder = baseLadder(base)
        const last = ladder.bounds.at(-1) ?? 0
        return [...ladder.bounds, last + 1, last + 5 * ladder.tail.width].map((measure) =>
          ladderFare(ladder, measure),
        )
      }
    }
  })
  return [...new Set(fares)].toSorted((a, b) => a - b)
}
