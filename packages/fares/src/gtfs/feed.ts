import { UnifareError } from '@unifare/core'
import { groupBy } from '../group-by.ts'
import { currencyExponent, minorUnits } from './decimal.ts'
import type { FeedFault, FeedRow, FeedTable } from './read-table.ts'
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

const NO_IDS: ReadonlySet<string> = new Set()
const DAY_S = 86_400

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
  }
  checkIds(builder, ids)
  checkNetworks(builder)
  const feed: FareFeed = {
    timezone: rowsOf('agency.txt')[0]?.cell('agency_timezone') ?? 'UTC',
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

interface Builder {
  rows(file: GtfsFile): readonly FeedRow[]
  has(file: GtfsFile): boolean
  fault(file: GtfsFile, what: Omit<FeedFault, 'file' | 'level'> & Partial<FeedFault>): void
}

function idsOf(rows: readonly FeedRow[], column: string): Set<string> {
  const ids = new Set(rows.map((row) => row.cell(column)))
  ids.delete('')
  return ids
}

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
  ['fare_attributes.txt', ['fare_id']],
]

function checkIds(builder: Builder, ids: Readonly<Record<IdKind, ReadonlySet<string>>>): void {
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
function checkNetworks(builder: Builder): void {
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

function products(builder: Builder): FareProduct[] {
  return builder.rows('fare_products.txt').map((row) => ({
    id: row.cell('fare_product_id'),
    name: row.cell('fare_product_name'),
    riderCategory: optional(row, 'rider_category_id'),
    medium: optional(row, 'fare_media_id'),
    line: row.line,
    ...money(builder, { row, file: 'fare_products.txt', amount: 'amount', currency: 'currency' }),
  }))
}

function money(
  builder: Builder,
  at: {
    readonly row: FeedRow
    readonly file: GtfsFile
    readonly amount: string
    readonly currency: string
  },
): Money {
  const currency = at.row.cell(at.currency)
  const text = at.row.cell(at.amount)
  const amount = minorUnits(text, currency)
  if (amount === undefined) {
    builder.fault(at.file, {
      line: at.row.line,
      column: at.amount,
      rule: 'decimals',
      message: `${text} ${currency} has more than ${currencyExponent(currency)} decimals`,
    })
  }
  return { amount: amount ?? 0, currency }
}

function optional(row: FeedRow, column: string): string | null {
  const cell = row.cell(column)
  return cell === '' ? null : cell
}

function defaultCategories(builder: Builder): Set<string> {
  const rows = builder.rows('rider_categories.txt')
  const chosen = rows.filter((row) => row.cell('is_default_fare_category') === '1')
  if (chosen.length > 1) {
    builder.fault('rider_categories.txt', {
      line: chosen[1]?.line ?? 0,
      column: 'is_default_fare_category',
      rule: 'two-defaults',
      message: 'only one category is the default',
    })
  }
  return new Set(chosen.map((row) => row.cell('rider_category_id')))
}

function legRules(builder: Builder): LegRule[] {
  return builder.rows('fare_leg_rules.txt').map((row) => ({
    group: row.cell('leg_group_id'),
    network: optional(row, 'network_id'),
    fromArea: optional(row, 'from_area_id'),
    toArea: optional(row, 'to_area_id'),
    fromTimeframe: optional(row, 'from_timeframe_group_id'),
    toTimeframe: optional(row, 'to_timeframe_group_id'),
    product: row.cell('fare_product_id'),
    priority: Number(row.cell('rule_priority') || 0),
    line: row.line,
  }))
}

function joinRules(builder: Builder): JoinRule[] {
  return builder.rows('fare_leg_join_rules.txt').map((row) => {
    const fromStop = optional(row, 'from_stop_id')
    const toStop = optional(row, 'to_stop_id')
    if ((fromStop === null) !== (toStop === null)) {
      builder.fault('fare_leg_join_rules.txt', {
        line: row.line,
        column: fromStop === null ? 'from_stop_id' : 'to_stop_id',
        rule: 'half-a-pair',
        message: 'from_stop_id and to_stop_id are given together or not at all',
      })
    }
    const [fromNetwork, toNetwork] = [row.cell('from_network_id'), row.cell('to_network_id')]
    return { fromNetwork, toNetwork, fromStop, toStop, line: row.line }
  })
}

function transferRules(builder: Builder): TransferRule[] {
  return builder.rows('fare_transfer_rules.txt').map((row) => {
    const fromGroup = optional(row, 'from_leg_group_id')
    const toGroup = optional(row, 'to_leg_group_id')
    const count = optional(row, 'transfer_count')
    const limit = optional(row, 'duration_limit')
    const limitType = optional(row, 'duration_limit_type')
    const fault = (column: string, rule: string, message: string) =>
      builder.fault('fare_transfer_rules.txt', { line: row.line, column, rule, message })
    const same = fromGroup !== null && fromGroup === toGroup
    if (same && (count === null || !/^(-1|[1-9]\d{0,5})$/.test(count))) {
      fault('transfer_count', 'transfer-count', 'within one group -1 or a number from 1 is needed')
    }
    if (!same && count !== null) {
      fault('transfer_count', 'transfer-count', 'is forbidden between two groups')
    }
    if ((limit === null) !== (limitType === null)) {
      fault('duration_limit_type', 'duration-limit', 'limit and type are given together')
    }
    return {
      fromGroup,
      toGroup,
      count: count === null ? null : Number(count),
      limitS: limit === null ? null : Number(limit),
      limitType: Number(limitType ?? 0),
      type: Number(row.cell('fare_transfer_type')),
      product: optional(row, 'fare_product_id'),
      line: row.line,
    }
  })
}

function timeframes(builder: Builder): Timeframe[] {
  const frames = builder.rows('timeframes.txt').map((row) => {
    const [start, end] = [row.cell('start_time'), row.cell('end_time')]
    const fault = (column: string, rule: string, message: string) =>
      builder.fault('timeframes.txt', { line: row.line, column, rule, message })
    if ((start === '') !== (end === '')) {
      fault('end_time', 'half-a-pair', 'start and end are given together or not at all')
    }
    const startS = start === '' ? 0 : secondsOf(start)
    const endS = end === '' ? DAY_S : secondsOf(end)
    if (endS > DAY_S || startS >= DAY_S) fault('end_time', 'time', 'a day ends at 24:00:00')
    if (endS <= startS) fault('end_time', 'time', 'the end lies behind the start')
    const [group, service] = [row.cell('timeframe_group_id'), row.cell('service_id')]
    return { group, service, startS, endS, line: row.line }
  })
  for (const [at, frame] of frames.entries()) {
    const other = frames
      .slice(0, at)
      .find(
        ({ group, service, startS, endS }) =>
          group === frame.group &&
          service === frame.service &&
          startS < frame.endS &&
          frame.startS < endS,
      )
    if (other !== undefined) {
      builder.fault('timeframes.txt', {
        line: frame.line,
        column: 'start_time',
        rule: 'overlap',
        message: `overlaps with line ${other.line}`,
      })
    }
  }
  return frames
}

function secondsOf(time: string): number {
  const [hours = 0, minutes = 0, seconds = 0] = time.split(':').map(Number)
  return hours * 3600 + minutes * 60 + seconds
}

function areas(builder: Builder): (stop: string) => ReadonlySet<string> {
  const own = groupBy(builder.rows('stop_areas.txt'), (row) => row.cell('stop_id'))
  const parent = lookup(builder.rows('stops.txt'), 'stop_id', 'parent_station')
  const known = new Map<string, ReadonlySet<string>>()
  for (const [stop, rows] of own) known.set(stop, idsOf(rows, 'area_id'))
  return (stop) => known.get(stop) ?? known.get(parent(stop)) ?? NO_IDS
}

function networks(builder: Builder): (route: string) => ReadonlySet<string> {
  const known = new Map<string, Set<string>>()
  for (const file of ['routes.txt', 'route_networks.txt'] as const) {
    for (const row of builder.rows(file)) {
      const network = row.cell('network_id')
      if (network !== '') known.set(row.cell('route_id'), new Set([network]))
    }
  }
  return (route) => known.get(route) ?? NO_IDS
}

function lookup(rows: readonly FeedRow[], key: string, value: string): (id: string) => string {
  const values = new Map(rows.map((row) => [row.cell(key), row.cell(value)]))
  return (id) => values.get(id) ?? ''
}

const WEEKDAYS = [
  'sunday',
  'monday',
  'tuesday',
  'wednesday',
  'thursday',
  'friday',
  'saturday',
] as const

function services(builder: Builder): (service: string, date: string) => boolean {
  const regular = groupBy(builder.rows('calendar.txt'), (row) => row.cell('service_id'))
  const exceptions = new Map(
    builder
      .rows('calendar_dates.txt')
      .map((row) => [`${row.cell('service_id')} ${row.cell('date')}`, row.cell('exception_type')]),
  )
  return (service, date) => {
    const exception = exceptions.get(`${service} ${date}`)
    if (exception !== undefined) return exception === '1'
    const weekday = WEEKDAYS[weekdayOf(date)] ?? 'sunday'
    return (regular.get(service) ?? []).some(
      (row) =>
        row.cell(weekday) === '1' && row.cell('start_date') <= date && date <= row.cell('end_date'),
    )
  }
}

/** 0 is Sunday. */
function weekdayOf(date: string): number {
  const [year, month, day] = [date.slice(0, 4), date.slice(4, 6), date.slice(6)].map(Number)
  return new Date(Date.UTC(year ?? 0, (month ?? 1) - 1, day)).getUTCDay()
}

function attributes(builder: Builder): FareAttribute[] {
  const rules = groupBy(builder.rows('fare_rules.txt'), (row) => row.cell('fare_id'))
  return builder.rows('fare_attributes.txt').map((row) => {
    const id = row.cell('fare_id')
    const transfers = optional(row, 'transfers')
    const duration = optional(row, 'transfer_duration')
    return {
      id,
      ...money(builder, {
        row,
        file: 'fare_attributes.txt',
        amount: 'price',
        currency: 'currency_type',
      }),
      transfers: transfers === null ? null : Number(transfers),
      transferDurationS: duration === null ? null : Number(duration),
      agency: row.cell('agency_id'),
      rules: (rules.get(id) ?? []).map((rule) => ({
        route: rule.cell('route_id'),
        origin: rule.cell('origin_id'),
        destination: rule.cell('destination_id'),
        contains: rule.cell('contains_id'),
      })),
      line: row.line,
    }
  })
}
