import type { Fen } from '@unifare/core'
import type { Condition } from '../conditions.ts'
import type { StationNetwork } from '../network.ts'
import { discounted } from '../policies.ts'
import type { Discount, Tariff } from '../tariff.ts'
import { type Cells, cellsOf } from './cells.ts'
import { type Finding, finding } from './finding.ts'
import { sampleFares } from './sample-fares.ts'

/** Discounts beside each other: hidden better ones, ones that are never chosen or change nothing. */
export function discountChoice(tariff: Tariff, network?: StationNetwork): Finding[] {
  const { discounts, stacking } = tariff
  const cells = cellsOf(
    tariff,
    discounts.map(({ when }) => when),
    network,
  )
  if (cells === undefined || discounts.length === 0) return []
  const fares = sampleFares(tariff)
  const table = discounts.map((discount) => pays(tariff, discount, fares))
  const tests = discounts.map(({ when }) => cells.compile(when))
  const found = discounts.flatMap(({ effect }, index) =>
    effect.kind !== 'percent' && unchanged(table[index], fares)
      ? [finding('discounts.no-effect', `discounts[${index}]`)]
      : [],
  )
  const choice = { tariff, cells, tests, table }
  if (stacking === 'cheapest') return [...found, ...neverCheapest(choice)]
  return stacking === 'first-match' ? [...found, ...hiding(choice)] : found
}

interface Choice {
  readonly tariff: Tariff
  readonly cells: Cells
  readonly tests: readonly Condition[]
  /** What each discount makes of each sample fare. */
  readonly table: readonly (readonly Fen[])[]
}

function pays(tariff: Tariff, discount: Discount, fares: readonly Fen[]): Fen[] {
  return fares.map((fare) => discounted(fare, discount, tariff.rounding))
}

function unchanged(made: readonly Fen[] | undefined, fares: readonly Fen[]): boolean {
  return made?.every((amount, at) => amount === fares[at]) ?? false
}

/** For every ride that it fits there is another one that is at least as good at every fare. */
function neverCheapest({ tariff, cells, tests, table }: Choice): Finding[] {
  return tests.flatMap((test, index) => {
    const fitting = cells.rides.filter(test)
    const beaten =
      fitting.length > 0 &&
      fitting.every((ride) =>
        tests.some(
          (other, at) => at !== index && other(ride) && beats(tariff, table, { at, over: index }),
        ),
      )
    return beaten ? [finding('discounts.never-cheapest', `discounts[${index}]`)] : []
  })
}

function beats(
  { discounts }: Tariff,
  table: Choice['table'],
  { at, over }: { readonly at: number; readonly over: number },
): boolean {
  // Free rides run out, and then the other one is there again.
  if (discounts[at]?.effect.kind === 'free-rides') return false
  const [better = [], worse = []] = [table[at], table[over]]
  const never = better.every((amount, fare) => amount <= (worse[fare] ?? 0))
  const equal = better.every((amount, fare) => amount === worse[fare])
  return never && (!equal || at < over)
}

/** Behind the discount that is taken stands one that would be better for the same ride. */
function hiding({ tariff, cells, tests, table }: Choice): Finding[] {
  const hidden = new Map<string, Finding>()
  for (const ride of cells.rides) {
    const fitting = tests.flatMap((test, index) => (test(ride) ? index : []))
    const [taken, ...others] = fitting
    if (taken === undefined) continue
    for (const other of others) {
      if (isException(cells, tests[taken], tests[other])) continue
      const better = table[other]?.some((amount, fare) => amount < (table[taken]?.[fare] ?? 0))
      if (better !== true) continue
      const name = tariff.discounts[other]?.id ?? ''
      hidden.set(
        `${taken} ${other}`,
        finding('discounts.hides-better', `discounts[${taken}]`, name, name),
      )
    }
  }
  return [...hidden.values()]
}

/** An exception stands before its rule on purpose. */
function isException({ rides }: Cells, one?: Condition, rule?: Condition): boolean {
  const within = rides.every((ride) => one?.(ride) !== true || rule?.(ride) === true)
  return within && rides.some((ride) => one?.(ride) !== true && rule?.(ride) === true)
}
