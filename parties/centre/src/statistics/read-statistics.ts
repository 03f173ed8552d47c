import type { Day, Tx } from '@unifare/core'
import { type Figures, NO_FIGURES } from './figures.ts'
import { type Statistics, statisticsOf } from './statistics.ts'
import { dayFigures, totalFigures } from './tables.ts'

/**
 * Statistics of a centre's closed days up to a day, all without one: a line of figures for each
 * day, and those that stand with the last of them for all. No charge is read. Undefined before the
 * first day closed. What did not settle, and test traffic, is not counted.
 */
export async function readStatistics(
  tx: Tx,
  { homes, to }: { readonly homes: ReadonlyMap<string, string>; readonly to?: Day },
): Promise<Statistics | undefined> {
  const days = (await tx.select(dayFigures, {}))
    .filter(({ day }) => to === undefined || day <= to)
    .map(({ day, figures }) => ({ day, figures: figures as Figures }))
  const last = days.at(-1)
  const [total] = last === undefined ? [] : await tx.get(totalFigures, [{ day: last.day }])
  return statisticsOf(days, (total?.figures ?? NO_FIGURES) as Figures, homes)
}
