import type { Condition } from '../conditions.ts'
import type { StationNetwork } from '../network.ts'
import type { Ride } from '../ride.ts'
import type { Policy, Tariff, When } from '../tariff.ts'
import { type Cells, cellsOf, describeRide } from './cells.ts'
import { type Finding, finding } from './finding.ts'

type Conditional = Policy & { readonly when: When }

/** Lists of a tariff whose items have conditions. */
const LISTS = [
  'rules',
  'discounts',
  'transfers',
  'accumulation',
  'caps',
  'timeLimits',
  'passes',
  'incomplete',
] as const
/** Of these only the first that fits applies. */
const FIRST_FITS = ['rules', 'accumulation', 'timeLimits', 'incomplete'] as const

/** Gaps and overlaps of base fares, policies that never apply: exact, over every kind of ride. */
export function coverage(tariff: Tariff, network?: StationNetwork): Finding[] {
  return LISTS.flatMap((name) => {
    const items: readonly Conditional[] = tariff[name] ?? []
    if (items.length === 0) return []
    const cells = cellsOf(
      tariff,
      items.map(({ when }) => when),
      network,
    )
    if (cells === undefined) return [finding('conditions.too-many', name)]
    const tests = items.map(({ when }) => cells.compile(when))
    const first = name === 'discounts' ? tariff.stacking === 'first-match' : isFirstFit(name)
    const at = (index: number) => `${name}[${index}]`
    return [
      ...unused({ cells, ways: name === 'incomplete' ? byEnd(tariff, tests) : [tests], at, first }),
      ...(name === 'rules' ? baseFares(tariff, cells, tests) : []),
    ]
  })
}

function isFirstFit(name: (typeof LISTS)[number]): boolean {
  return FIRST_FITS.some((one) => one === name)
}

/** Rules for one end say nothing of the other: they compete once for each. */
function byEnd({ incomplete = [] }: Tariff, tests: readonly Condition[]): Condition[][] {
  return (['entry', 'exit'] as const).map((end) =>
    tests.map((test, index) => {
      const missing = incomplete[index]?.missing
      return missing === 'either' || missing === end ? test : () => false
    }),
  )
}

/** Items that hold for no ride, or never first where only the first one counts. */
function unused({
  cells,
  ways,
  at,
  first,
}: {
  readonly cells: Cells
  /** The items' conditions, once for each way in which they compete. */
  readonly ways: readonly (readonly Condition[])[]
  readonly at: (index: number) => string
  readonly first: boolean
}): Finding[] {
  const holds = new Set<number>()
  const decides = new Set<number>()
  for (const tests of ways) {
    for (const ride of cells.rides) {
      let decided = false
      for (const [index, test] of tests.entries()) {
        if (!test(ride)) continue
        holds.add(index)
        if (!decided) decides.add(index)
        decided = true
      }
    }
  }
  return (ways[0] ?? []).flatMap((_, index) => {
    if (!holds.has(index)) return [finding('conditions.never', at(index))]
    return first && !decides.has(index) ? [finding('rules.dead', at(index))] : []
  })
}

function baseFares(tariff: Tariff, { rides }: Cells, tests: readonly Condition[]): Finding[] {
  const found: Finding[] = []
  const gap = rides.find((ride) => !tests.some((test) => test(ride)))
  if (gap !== undefined) found.push(finding('rules.gap', 'rules', ...both(describeRide(gap))))
  for (const [index, test] of tests.entries()) {
    const decides = rides.some((ride) => test(ride) && !tests.slice(0, index).some((t) => t(ride)))
    // A dead rule is told as such.
    if (!decides) continue
    for (let before = 0; before < index; before++) {
      const earlier = tests[before]
      const pair = earlier && overlapping(rides, earlier, test)
      if (pair === undefined) continue
      const name = tariff.rules[before]?.id ?? ''
      const told = describeRide(pair)
      found.push(
        finding('rules.overlap', `rules[${index}]`, `${name}，${told}`, `${name}, ${told}`),
      )
    }
  }
  return found
}

/** A ride of both, where neither contains the other: then the order of the two is a decision. */
function overlapping(rides: readonly Ride[], one: Condition, other: Condition): Ride | undefined {
  const both = rides.find((ride) => one(ride) && other(ride))
  const apart =
    rides.some((ride) => one(ride) && !other(ride)) &&
    rides.some((ride) => other(ride) && !one(ride))
  return apart ? both : undefined
}

function both(text: string): [string, string] {
  return [text, text]
}
