import type { Due } from '../netting.ts'
import { createKeyTable, enlarged } from './key-table.ts'
import { type LaneSums, SUM_COLUMNS } from './lane-sums.ts'
import { digitsOf } from './packed.ts'

/** Below it two sums can be added without losing a unit. */
const SAFE = 2 ** 52

/**
 * The sums of all shards as dues, one for every operator and issuer: `A − F + a`, `A − i` and `c`
 * (reference clearing 1.6), exact.
 */
export function duesOf(parts: readonly LaneSums[]): Due[] {
  const pairs = createKeyTable()
  let totals = new Float64Array(1_024 * SUM_COLUMNS)
  const aside: Due[] = []
  for (const { operators, issuers, values } of parts) {
    for (let line = 0; line < operators.length; line++) {
      const pair = pairs.add(operators[line]!, issuers[line]!, 0)
      const to = pair * SUM_COLUMNS
      if (to === totals.length) totals = enlarged(totals, new Float64Array(to * 2))
      const from = line * SUM_COLUMNS
      // Amounts and fees are the largest columns: shares are parts of fees.
      if (Math.abs(totals[to]!) + Math.abs(values[from]!) > SAFE) putAside(pair)
      if (Math.abs(totals[to + 1]!) + Math.abs(values[from + 1]!) > SAFE) putAside(pair)
      for (let i = 0; i < SUM_COLUMNS; i++) totals[to + i]! += values[from + i]!
    }
  }
  return [...aside, ...Array.from({ length: pairs.count }, (_, pair) => dueOf(pair))]

  function putAside(pair: number): void {
    aside.push(dueOf(pair))
    totals.fill(0, pair * SUM_COLUMNS, (pair + 1) * SUM_COLUMNS)
  }

  function dueOf(pair: number): Due {
    const own = totals.subarray(pair * SUM_COLUMNS, (pair + 1) * SUM_COLUMNS)
    const [amountFen = 0n, fee = 0n, acquirer = 0n, issuer = 0n] = Array.from(own, BigInt)
    const whole = amountFen * 1_000_000n
    return {
      operator: digitsOf(pairs.first[pair]!),
      issuer: digitsOf(pairs.second[pair]!),
      operatorMicro: whole - fee + acquirer,
      issuerMicro: whole - issuer,
      centreMicro: fee - acquirer - issuer,
    }
  }
}
