import type { Fen } from '@unifare/core'
import { parseTariff } from '../parse-tariff.ts'
import type { BaseFare, FareTable, Tariff } from '../tariff.ts'

/**
 * A proposal: the next version of a tariff with every base fare `byFen` higher (lower below 0);
 * of a ladder that begins with a free time, every amount above it. Discounts, steps and limits
 * stay. Throws `fares.bad-tariff` for fares that would fall below 0.
 */
export function shiftFares(tariff: Tariff, byFen: Fen): Tariff {
  const { tables } = tariff
  return parseTariff({
    ...tariff,
    version: tariff.version + 1,
    rules: tariff.rules.map((rule) => ({ ...rule, base: shiftedBase(rule.base, byFen) })),
    ...(tables === undefined ? {} : { tables: tables.map((table) => shiftedTable(table, byFen)) }),
  })
}

function shiftedBase(base: BaseFare, byFen: Fen): BaseFare {
  const cap = (capFen: Fen | null) => (capFen === null ? null : capFen + byFen)
  switch (base.kind) {
    case 'flat':
      return { ...base, amountFen: base.amountFen + byFen }
    case 'distance-ladder':
      return {
        ...base,
        first: { ...base.first, amountFen: base.first.amountFen + byFen },
        capFen: cap(base.capFen),
      }
    case 'stop-ladder':
      return {
        ...base,
        first: { ...base.first, amountFen: base.first.amountFen + byFen },
        capFen: cap(base.capFen),
      }
    case 'metered':
      return {
        ...base,
        startFen: base.startFen + byFen,
        minFen: base.minFen + byFen,
        maxFen: base.maxFen + byFen,
      }
    case 'elapsed-ladder': {
      const [first, ...others] = base.steps
      if (first === undefined) return base
      return {
        ...base,
        steps: [...dearerFirst(first, base.freeS, byFen), ...others],
        capFen: cap(base.capFen),
      }
    }
    case 'table':
      return base
  }
}

type ElapsedStep = (BaseFare & { readonly kind: 'elapsed-ladder' })['steps'][number]

/** The first width behind the free time costs so much more; all others stand on it. */
function dearerFirst(step: ElapsedStep, freeS: number, byFen: Fen): ElapsedStep[] {
  const end = freeS + step.widthS
  const dearer = { widthS: step.widthS, untilS: end, addFen: step.addFen + byFen }
  return step.untilS === end ? [dearer] : [dearer, step]
}

function shiftedTable(table: FareTable, byFen: Fen): FareTable {
  return { ...table, amountsFen: table.amountsFen.map((amountFen) => amountFen + byFen) }
}
