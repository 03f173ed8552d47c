import type { Builder } from './feed-builder.ts'
import type { GtfsFile } from './tables.ts'

type IdKind =
  | 'product'
  | 'category'
  | 'medium'
  | 'area'
  | 'timeframe'
  | 'group'
  | 'network'
  | 'stop'
  | 'route'
  | 'fare'
  | 'service'

/** Which column names what; a name that nothing has is a fault. */
const REFERENCES: readonly (readonly [file: GtfsFile, column: string, kind: IdKind])[] = [
  ['fare_products.txt', 'rider_category_id', 'category'],
  ['fare_products.txt', 'fare_media_id', 'medium'],
  ['fare_leg_rules.txt', 'network_id', 'network'],
  ['fare_leg_rules.txt', 'from_area_id', 'area'],
  ['fare_leg_rules.txt', 'to_area_id', 'area'],
  ['fare_leg_rules.txt', 'from_timeframe_group_id', 'timeframe'],
  ['fare_leg_rules.txt', 'to_timeframe_group_id', 'timeframe'],
  ['fare_leg_rules.txt', 'fare_product_id', 'product'],
  ['fare_leg_join_rules.txt', 'from_network_id', 'network'],
  ['fare_leg_join_rules.txt', 'to_network_id', 'network'],
  ['fare_leg_join_rules.txt', 'from_stop_id', 'stop'],
  ['fare_leg_join_rules.txt', 'to_stop_id', 'stop'],
  ['fare_transfer_rules.txt', 'from_leg_group_id', 'group'],
  ['fare_transfer_rules.txt', 'to_leg_group_id', 'group'],
  ['fare_transfer_rules.txt', 'fare_product_id', 'product'],
  ['timeframes.txt', 'service_id', 'service'],
  ['stop_areas.txt', 'area_id', 'area'],
  ['stop_areas.txt', 'stop_id', 'stop'],
  ['route_networks.txt', 'network_id', 'network'],
  ['route_networks.txt', 'route_id', 'route'],
  ['fare_rules.txt', 'fare_id', 'fare'],
  ['fare_rules.txt', 'route_id', 'route'],
]

/** Ids without which a price would be wrong. A rule that names any other unknown id never matches. */
const PRICED: ReadonlySet<IdKind> = new Set(['product', 'category', 'medium', 'fare'])

/** Files whose key must not come twice. */
const KEYS: readonly (readonly [file: GtfsFile, columns: readonly string[]])[] = [
  ['fare_media.txt', ['fare_media_id']],
  ['rider_categories.txt', ['rider_category_id']],
  ['fare_products.txt', ['fare_product_id', 'rider_category_id', 'fare_media_id']],
  ['areas.txt', ['area_id']],
  ['stop_areas.txt', ['area_id', 'stop_id']],
  ['networks.txt', ['network_id']],
  ['route_networks.txt', ['route_id']],
  [
    'fare_transfer_rules.txt',
    ['from_leg_group_id', 'to_leg_group_id', 'fare_product_id', 'transfer_count', 'duration_limit'],
  ],
  ['fare_leg_join_rules.txt', ['from_network_id', 'to_network_id', 'from_stop_id', 'to_stop_id']],
  ['fare_attributes.txt', ['fare_id']],
  ['stops.txt', ['stop_id']],
  ['routes.txt', ['route_id']],
  ['calendar.txt', ['service_id']],
  ['calendar_dates.txt', ['service_id', 'date']],
]

/** Ids that nothing has, and keys that come twice. */
export function checkIds(
  builder: Builder,
  ids: Readonly<Record<IdKind, ReadonlySet<string>>>,
): void {
  for (const [file, column, kind] of REFERENCES) {
    for (const row of builder.rows(file)) {
      const id = row.cell(column)
      if (id === '' || ids[kind].has(id)) continue
      const deadly = PRICED.has(kind)
      const message = `there is no ${kind} "${id}"${deadly ? '' : ': this row can never match'}`
      const level = deadly ? 'error' : 'notice'
      builder.fault(file, { line: row.line, column, rule: 'unknown-id', message, level })
    }
  }
  for (const [file, columns] of KEYS) {
    const seen = new Map<string, number>()
    for (const row of builder.rows(file)) {
      const key = columns.map((column) => row.cell(column)).join('\u0000')
      const first = seen.get(key)
      if (first === undefined) seen.set(key, row.line)
      else {
        const message = `the same key stands in line ${first}`
        const column = columns[0] ?? ''
        builder.fault(file, { line: row.line, column, rule: 'duplicate-key', message })
      }
    }
  }
}

/** Networks stand in routes.txt or in networks.txt, never in both. */
export function checkNetworks(builder: Builder): void {
  const separate = builder.has('networks.txt') || builder.has('route_networks.txt')
  const row = builder.rows('routes.txt').find((route) => route.cell('network_id') !== '')
  if (separate && row !== undefined) {
    builder.fault('routes.txt', {
      line: row.line,
      column: 'network_id',
      rule: 'networks-twice',
      message: 'networks stand in networks.txt already: one of both must go',
    })
  }
}

/** A feed without routes or a time zone prices nothing, and neither does one without fares. */
export function checkFiles(builder: Builder): void {
  for (const file of ['agency.txt', 'routes.txt'] as const) {
    if (builder.has(file)) continue
    builder.fault(file, {
      line: 0,
      column: '',
      rule: 'missing-file',
      message: 'the file is needed',
    })
  }
  if (builder.has('fare_leg_rules.txt') || builder.has('fare_attributes.txt')) return
  builder.fault('fare_leg_rules.txt', {
    line: 0,
    column: '',
    rule: 'no-fares',
    message: 'the feed has no fares: neither this file nor fare_attributes.txt',
  })
}

/**
 * The zone that all times of a feed are in. GTFS lets several agencies stand in one feed only under
 * one zone (`agency_timezone`: "each must have the same"); with another, windows of fares would be
 * read at the wrong hour.
 */
export function feedTimezone(builder: Builder): string {
  const [first, ...others] = builder.rows('agency.txt')
  const zone = first?.cell('agency_timezone') ?? ''
  const fault = (line: number, rule: string, message: string) =>
    builder.fault('agency.txt', { line, column: 'agency_timezone', rule, message })
  if (first === undefined) {
    if (builder.has('agency.txt')) fault(0, 'no-agency', 'a feed needs an agency and its zone')
  } else if (zone !== '' && !isZone(zone)) {
    fault(first.line, 'timezone', `"${zone}" is no time zone`)
  }
  for (const row of others) {
    const other = row.cell('agency_timezone')
    if (other === '' || other === zone) continue
    const message = `all agencies of a feed share one zone: here ${other}, ${zone} in line ${first?.line}`
    fault(row.line, 'timezones-differ', message)
  }
  return isZone(zone) ? zone : 'UTC'
}

function isZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone })
    return zone !== ''
  } catch {
    return false
  }
}
