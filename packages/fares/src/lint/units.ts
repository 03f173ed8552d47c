import type { StationNetwork } from '../network.ts'
import type { Tariff } from '../tariff.ts'
import { type Finding, finding } from './finding.ts'
import type { LintRule } from './rules.ts'

/** A field whose unit is in its name, with the values that hardly occur in that unit. */
interface Unit {
  readonly fields: RegExp
  readonly slips: readonly { readonly rule: LintRule; readonly is: (value: number) => boolean }[]
}

const positiveBelow = (bound: number) => (value: number) => value > 0 && value < bound
const above = (bound: number) => (value: number) => value > bound

/** No fare of a city is below 2 jiao or above 2,000 yuan; a price of a pass may be higher. */
const UNITS: readonly Unit[] = [
  {
    fields: /^(amountFen|addFen|capFen|startFen|unitFen|minFen|maxFen|priceFen)$/,
    slips: [
      { rule: 'unit.yuan', is: positiveBelow(20) },
      { rule: 'unit.fen', is: above(200_000) },
    ],
  },
  {
    fields: /^(uptoM|widthM|untilM|unitM|startM)$/,
    slips: [
      { rule: 'unit.kilometres', is: positiveBelow(100) },
      { rule: 'unit.metres', is: above(1_000_000) },
    ],
  },
  {
    fields: /^(limitS|withinS|freeS|widthS|untilS)$/,
    slips: [{ rule: 'unit.minutes', is: positiveBelow(300) }],
  },
  {
    fields: /^payPpm$/,
    slips: [{ rule: 'unit.percent', is: positiveBelow(10_000) }],
  },
]

/** Amounts that look like yuan, lengths that look like kilometres, and so on. */
export function unitSlips(tariff: Tariff): Finding[] {
  const found: Finding[] = []
  walk(tariff, '', (name, value, path) => {
    // Rounding is to the fen or the jiao: its unit may be small.
    if (path.endsWith('ounding.unitFen')) return
    for (const { fields, slips } of UNITS) {
      if (!fields.test(name)) continue
      const slip = slips.find(({ is }) => is(value))
      if (slip !== undefined) found.push(finding(slip.rule, path, String(value), String(value)))
    }
  })
  return found
}

function walk(
  value: unknown,
  path: string,
  see: (name: string, value: number, path: string) => void,
): void {
  if (typeof value !== 'object' || value === null) return
  const list = Array.isArray(value)
  for (const [name, item] of Object.entries(value)) {
    const at = list ? `${path}[${name}]` : path === '' ? name : `${path}.${name}`
    if (typeof item === 'number') see(name, item, at)
    else walk(item, at, see)
  }
}

/** Distances between neighbours that are no distances of a city in metres. */
export function networkUnits({ lines }: StationNetwork): Finding[] {
  return lines.flatMap(({ id, metres }, line) =>
    metres.flatMap((length, at) => {
      const path = `network.lines[${line}].metres[${at}]`
      const told = `${id}: ${length}`
      if (length < 20) return [finding('unit.kilometres', path, told, told)]
      return length > 200_000 ? [finding('unit.metres', path, told, told)] : []
    }),
  )
}
