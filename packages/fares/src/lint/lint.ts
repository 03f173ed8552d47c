import type { StationNetwork } from '../network.ts'
import type { Tariff } from '../tariff.ts'
import { amountFindings, transferFindings } from './amounts.ts'
import { coverage } from './coverage.ts'
import { discountChoice } from './discount-choice.ts'
import type { Finding } from './finding.ts'
import { nameFindings } from './names.ts'
import { tableFindings } from './tables.ts'
import { networkUnits, unitSlips } from './units.ts'

const WEIGHT = { error: 0, warning: 1, notice: 2 } as const satisfies Record<
  Finding['level'],
  number
>

/**
 * What a reader of a tariff should look at: gaps, overlaps and dead rules over every combination
 * of conditions, discounts that are never the best, slips of units, caps, passes and transfers
 * that never apply, names that the network lacks. The heaviest first. The tariff was parsed, so
 * its shape is right; `network` adds what only shows on it.
 */
export function lintTariff(tariff: Tariff, network?: StationNetwork): readonly Finding[] {
  return [
    ...coverage(tariff, network),
    ...discountChoice(tariff, network),
    ...unitSlips(tariff),
    ...(network === undefined ? [] : networkUnits(network)),
    ...amountFindings(tariff),
    ...transferFindings(tariff),
    ...tableFindings(tariff, network),
    ...nameFindings(tariff, network),
  ].toSorted((a, b) => WEIGHT[a.level] - WEIGHT[b.level])
}
