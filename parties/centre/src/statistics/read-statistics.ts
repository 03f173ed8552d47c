import type { Day, Tx } from '@unifare/core'
import { type Charge, chargeId, parseCharge } from '@unifare/tap'
import { charges, corrections, days } from '../tables.ts'
import { createCounter, type SettledRide, type Statistics } from './statistics.ts'

/**
 * Statistics of a centre's closed days up to a day, all without one. Undefined before the first day
 * closed. What did not settle, and test traffic, is not counted.
 */
export async function readStatistics(
  tx: Tx,
  { homes, to }: { readonly homes: ReadonlyMap<string, string>; readonly to?: Day },
): Promise<Statistics | undefined> {
  const counter = createCounter(homes)
  for (const { day } of await tx.select(days, {})) {
    if (to === undefined || day <= to) counter.count(day, await ridesOf(tx, day))
  }
  return counter.result()
}

async function ridesOf(tx: Tx, day: Day): Promise<SettledRide[]> {
  const rows = await tx.select(charges, { day })
  const settled = rows
    .filter(({ verdict }) => verdict === 'normal')
    .map(({ raw }) => parseCharge(raw))
  const names = settled.map((charge) => ({ charge: chargeId(charge) }))
  const settledCorrections = await tx.get(corrections, names)
  const replaced = await tx.get(
    charges,
    settledCorrections.map((row) => keyOf(row?.corrects ?? '-0')),
  )
  return settled.map((charge: Charge, index) => {
    const old = settledCorrections[index] === undefined ? undefined : replaced[index]
    return { charge, replacesFen: old === undefined ? null : parseCharge(old.raw).amountFen }
  })
}

function keyOf(name: string): { readonly operator: string; readonly number: number } {
  const [operator = '', number = '0'] = name.split('-')
  return { operator, number: Number(number) }
}
