import type { Day, Tx } from '@unifare/core'
import { type Charge, chargeId, parseCharge } from '@unifare/tap'
import { charges, corrections, marks } from '../tables.ts'
import {
  addFigures,
  countEach,
  type Figures,
  figuresOf,
  NO_FIGURES,
  SEEN_KINDS,
  type SeenNames,
  type SettledRide,
} from './figures.ts'
import { dayFigures, seenNames, totalFigures } from './tables.ts'

const MARK = 'statistics'

/**
 * Keeps the figures of a day that has just closed, and those of all days up to it: a function of
 * what settled and of the figures of the day before. A day that was noted stays as it is.
 */
export async function noteStatistics(tx: Tx, day: Day): Promise<void> {
  const last = await lastNoted(tx)
  if (last !== undefined && day <= last) return
  const { figures, names } = figuresOf(await ridesOf(tx, day))
  const [total] = last === undefined ? [] : await tx.get(totalFigures, [{ day: last }])
  const before = (total?.figures ?? NO_FIGURES) as Figures
  const all = addFigures(before, figures, await noteNames(tx, names, day))
  await tx.put(dayFigures, [{ day, figures }])
  await tx.put(totalFigures, [{ day, figures: all }])
  await tx.put(marks, [{ name: MARK, value: day }])
}

/** The last day whose figures are kept. */
export async function lastNoted(tx: Tx): Promise<Day | undefined> {
  const [mark] = await tx.get(marks, [{ name: MARK }])
  return mark?.value
}

/** Keeps the names that were never seen before, and tells how many they are. */
async function noteNames(
  tx: Tx,
  names: SeenNames,
  day: Day,
): Promise<Readonly<Record<(typeof SEEN_KINDS)[number], number>>> {
  const fresh = SEEN_KINDS.map(() => 0)
  for (const [i, kind] of SEEN_KINDS.entries()) {
    const keys = [...names[kind]].map((name) => ({ kind, name }))
    const known = await tx.get(seenNames, keys)
    const rows = keys.filter((_, at) => known[at] === undefined).map((key) => ({ ...key, day }))
    await tx.put(seenNames, rows)
    fresh[i] = rows.length
  }
  return countEach((kind) => fresh[SEEN_KINDS.indexOf(kind)] ?? 0)
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
