import type { StationNetwork } from '../network.ts'
import type { Policy, Tariff, When } from '../tariff.ts'
import { type Finding, finding } from './finding.ts'

/** Stations and lines that the network lacks, windows of a whole day, sources nobody names. */
export function nameFindings(tariff: Tariff, network?: StationNetwork): Finding[] {
  const { rules, discounts, accumulation, timeLimits } = tariff
  const lists = {
    rules,
    discounts,
    accumulation,
    timeLimits,
    transfers: tariff.transfers ?? [],
    caps: tariff.caps ?? [],
    passes: tariff.passes ?? [],
    incomplete: tariff.incomplete ?? [],
  }
  const conditional = Object.entries(lists).flatMap(([name, items]) =>
    items.map((item, index) => ({ path: `${name}[${index}].when`, when: item.when })),
  )
  return [
    ...conditional.flatMap(({ path, when }) => whenFindings(when, path, network)),
    ...(tariff.transfers ?? []).flatMap(({ from: { exitStations } }, index) =>
      exitStations === undefined
        ? []
        : whenFindings({ exitStations }, `transfers[${index}].from`, network),
    ),
    ...unusedSources(tariff, Object.values(lists).flat()),
  ]
}

function whenFindings(when: When, path: string, network?: StationNetwork): Finding[] {
  const found: Finding[] = []
  if (when.time !== undefined && when.time.from === when.time.until) {
    found.push(finding('time.whole-day', `${path}.time`))
  }
  // A made-up network has no names of the real one.
  if (network === undefined) return found
  const { entryStations = [], exitStations = [], lines = [] } = when
  const known = new Set<number | string>(network.stations.flatMap(({ id, nameZh }) => [id, nameZh]))
  for (const [name, refs] of Object.entries({ entryStations, exitStations })) {
    for (const [index, ref] of refs.entries()) {
      if (known.has(ref) || (network.generated && typeof ref === 'string')) continue
      found.push(finding('station.unknown', `${path}.${name}[${index}]`, `${ref}`, `${ref}`))
    }
  }
  for (const [index, line] of lines.entries()) {
    if (network.lines.some(({ id }) => id === line)) continue
    found.push(finding('line.unknown', `${path}.lines[${index}]`, `${line}`, `${line}`))
  }
  return found
}

function unusedSources(tariff: Tariff, policies: readonly Policy[]): Finding[] {
  const { sources, sameStation, maximum, entry } = tariff
  const used = new Set([...policies, sameStation, maximum, entry].map((one) => one?.source))
  return sources.flatMap((_, index) =>
    used.has(index) ? [] : [finding('source.unused', `sources[${index}]`)],
  )
}
