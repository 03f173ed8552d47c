import { UnifareError } from '@unifare/core'
import { groupBy } from '../group-by.ts'
import { type Builder, idsOf } from './feed-builder.ts'
import { checkFiles, checkIds, checkNetworks, feedTimezone } from './feed-checks.ts'
import {
  areas,
  attributes,
  defaultCategories,
  joinRules,
  legRules,
  lookup,
  networks,
  products,
  services,
  timeframes,
  transferRules,
} from './feed-rows.ts'
import type { FeedFault, FeedTable } from './read-table.ts'
import type { GtfsFile } from './tables.ts'

/** An amount of money in whole minor units of its currency. */
export interface Money {
  readonly amount: number
  readonly currency: string
}

/** A fare product for one kind of rider and one medium; null: any. */
export interface FareProduct extends Money {
  readonly id: string
  readonly name: string
  readonly riderCategory: string | null
  readonly medium: string | null
  readonly line: number
}

/** A leg rule; null: the column is empty. */
export interface LegRule {
  readonly group: string
  readonly network: string | null
  readonly fromArea: string | null
  readonly toArea: string | null
  readonly fromTimeframe: string | null
  readonly toTimeframe: string | null
  readonly product: string
  readonly priority: number
  /** Draft: pays a leg behind a transfer only, never one that begins a ticket. */
  readonly transferOnly: boolean
  readonly line: number
}

/** Two legs that are ridden as one. */
export interface JoinRule {
  readonly fromNetwork: string
  readonly toNetwork: string
  readonly fromStop: string | null
  readonly toStop: string | null
  readonly line: number
}

/** What changing from one leg group to another costs. */
export interface TransferRule {
  readonly fromGroup: string | null
  readonly toGroup: string | null
  /** -1 without limit, null where both groups differ. */
  readonly count: number | null
  readonly limitS: number | null
  /** 0 departure to arrival, 1 departure to departure, 2 arrival to departure, 3 arrival to arrival. */
  readonly limitType: number
  /** 0: A + AB, 1: A + AB + B, 2: AB. */
  readonly type: number
  readonly product: string | null
  readonly line: number
}

/** A time of day on the days of a service; seconds, end excluded. */
export interface Timeframe {
  readonly group: string
  readonly startS: number
  readonly endS: number
  readonly service: string
}

/** A fare of version 1 with its rules. */
export interface FareAttribute extends Money {
  readonly id: string
  /** Changes that it allows; null without limit. */
  readonly transfers: number | null
  readonly transferDurationS: number | null
  readonly agency: string
  readonly rules: readonly {
    readonly route: string
    readonly origin: string
    readonly destination: string
    readonly contains: string
  }[]
  readonly line: number
}

/** A feed's fares, checked: ids exist, amounts are whole minor units. */
export interface FareFeed {
  readonly timezone: string
  readonly products: ReadonlyMap<string, readonly FareProduct[]>
  readonly defaultCategory: ReadonlySet<string>
  readonly categories: ReadonlySet<string>
  readonly media: ReadonlySet<string>
  readonly legRules: readonly LegRule[]
  /** Whether the column `rule_priority` is there: it turns the meaning of blanks. */
  readonly byPriority: boolean
  readonly joinRules: readonly JoinRule[]
  readonly transferRules: readonly TransferRule[]
  readonly timeframes: ReadonlyMap<string, readonly Timeframe[]>
  /** Areas of a stop, those of its station where it has none of its own. */
  areasOf(stop: string): ReadonlySet<string>
  /** Networks of a route. */
  networksOf(route: string): ReadonlySet<string>
  zoneOf(stop: string): string
  agencyOf(route: string): string
  /** Whether a service runs on a day YYYYMMDD. */
  runs(service: string, date: string): boolean
  readonly hasStop: (stop: string) => boolean
  readonly hasRoute: (route: string) => boolean
  /** Version 1; empty where the feed has version 2 only. */
  readonly attributes: readonly FareAttribute[]
  /** 2 wins where both are there. */
  readonly version: 1 | 2
  readonly notices: readonly FeedFault[]
}

/**
 * Makes a feed of its tables. Throws `fares.bad-feed` with all faults, each with file, line,
 * column and rule; notices (draft columns and files) come with the feed.
 */
export function openFeed(tables: readonly FeedTable[], faults: readonly FeedFault[]): FareFeed {
  const byName = new Map(tables.map((table) => [table.file, table]))
  const found: FeedFault[] = [...faults]
  const rowsOf = (file: GtfsFile) => byName.get(file)?.rows ?? []
  const builder: Builder = {
    rows: rowsOf,
    has: (file) => byName.has(file),
    fault(file, what) {
      found.push({ file, level: 'error', ...what })
    },
  }
  const ids = {
    product: idsOf(rowsOf('fare_products.txt'), 'fare_product_id'),
    category: idsOf(rowsOf('rider_categories.txt'), 'rider_category_id'),
    medium: idsOf(rowsOf('fare_media.txt'), 'fare_media_id'),
    area: idsOf(rowsOf('areas.txt'), 'area_id'),
    timeframe: idsOf(rowsOf('timeframes.txt'), 'timeframe_group_id'),
    group: idsOf(rowsOf('fare_leg_rules.txt'), 'leg_group_id'),
    network: new Set([
      ...idsOf(rowsOf('networks.txt'), 'network_id'),
      ...idsOf(rowsOf('routes.txt'), 'network_id'),
    ]),
    stop: idsOf(rowsOf('stops.txt'), 'stop_id'),
    route: idsOf(rowsOf('routes.txt'), 'route_id'),
    fare: idsOf(rowsOf('fare_attributes.txt'), 'fare_id'),
    service: new Set([
      ...idsOf(rowsOf('calendar.txt'), 'service_id'),
      ...idsOf(rowsOf('calendar_dates.txt'), 'service_id'),
    ]),
  }
  checkFiles(builder)
  checkIds(builder, ids)
  checkNetworks(builder)
  const feed: FareFeed = {
    timezone: feedTimezone(builder),
    products: groupBy(products(builder), ({ id }) => id),
    categories: ids.category,
    defaultCategory: defaultCategories(builder),
    media: ids.medium,
    legRules: legRules(builder),
    byPriority: byName.get('fare_leg_rules.txt')?.columns.has('rule_priority') ?? false,
    joinRules: joinRules(builder),
    transferRules: transferRules(builder),
    timeframes: groupBy(timeframes(builder), ({ group }) => group),
    areasOf: areas(builder),
    networksOf: networks(builder),
    zoneOf: lookup(rowsOf('stops.txt'), 'stop_id', 'zone_id'),
    agencyOf: lookup(rowsOf('routes.txt'), 'route_id', 'agency_id'),
    runs: services(builder),
    hasStop: (stop) => ids.stop.has(stop),
    hasRoute: (route) => ids.route.has(route),
    attributes: attributes(builder),
    version: byName.has('fare_leg_rules.txt') ? 2 : 1,
    notices: found.filter(({ level }) => level === 'notice'),
  }
  const errors = found.filter(({ level }) => level === 'error')
  const [first] = errors
  if (first !== undefined) {
    throw new UnifareError(
      'fares.bad-feed',
      `${first.file} line ${first.line} ${first.column}: ${first.message} (${errors.length} in all)`,
      { faults: errors },
    )
  }
  return feed
}
