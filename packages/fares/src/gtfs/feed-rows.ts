import { groupBy } from '../group-by.ts'
import { currencyExponent, minorUnits } from './decimal.ts'
import type {
  FareAttribute,
  FareProduct,
  JoinRule,
  LegRule,
  Money,
  Timeframe,
  TransferRule,
} from './feed.ts'
import { type Builder, idsOf } from './feed-builder.ts'
import type { FeedRow } from './read-table.ts'
import type { GtfsFile } from './tables.ts'

const NO_IDS: ReadonlySet<string> = new Set()
const DAY_S = 86_400

export function products(builder: Builder): FareProduct[] {
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

export function defaultCategories(builder: Builder): Set<string> {
  const rows = builder.rows('rider_categories.txt')
  const chosen = rows.filter((row) => row.cell('is_default_fare_category') === '1')
  const defaults = new Set(chosen.map((row) => row.cell('rider_category_id')))
  const own = builder
    .rows('fare_products.txt')
    .filter((row) => row.cell('rider_category_id') !== '')
  for (const [product, records] of groupBy(own, (row) => row.cell('fare_product_id'))) {
    checkDefault(builder, { product, records, defaults })
  }
  return defaults
}

/** Of the categories of one product exactly one is the default; products may differ in theirs. */
function checkDefault(
  builder: Builder,
  of: {
    readonly product: string
    readonly records: readonly FeedRow[]
    readonly defaults: ReadonlySet<string>
  },
): void {
  const { product, records, defaults } = of
  const categories = [...idsOf(records, 'rider_category_id')]
  const chosen = categories.filter((id) => defaults.has(id))
  if (chosen.length === 1 || categories.length < 2) return
  const at = records.find((row) => row.cell('rider_category_id') === chosen[1]) ?? records[0]
  const line = at?.line ?? 0
  const column = 'rider_category_id'
  if (chosen.length > 1) {
    const message = `"${product}" has two default categories: ${chosen.join(', ')}`
    builder.fault('fare_products.txt', { line, column, rule: 'two-defaults', message })
  } else {
    const message = `no category of "${product}" is the default: riders must state theirs`
    const level = 'notice'
    builder.fault('fare_products.txt', { line, column, rule: 'no-default', message, level })
  }
}

export function legRules(builder: Builder): LegRule[] {
  return builder.rows('fare_leg_rules.txt').map((row) => ({
    group: row.cell('leg_group_id'),
    network: optional(row, 'network_id'),
    fromArea: optional(row, 'from_area_id'),
    toArea: optional(row, 'to_area_id'),
    fromTimeframe: optional(row, 'from_timeframe_group_id'),
    toTimeframe: optional(row, 'to_timeframe_group_id'),
    product: row.cell('fare_product_id'),
    priority: Number(row.cell('rule_priority') || 0),
    transferOnly: row.cell('transfer_only') === '1',
    line: row.line,
  }))
}

export function joinRules(builder: Builder): JoinRule[] {
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

export function transferRules(builder: Builder): TransferRule[] {
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

export function timeframes(builder: Builder): Timeframe[] {
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

export function areas(builder: Builder): (stop: string) => ReadonlySet<string> {
  const own = groupBy(builder.rows('stop_areas.txt'), (row) => row.cell('stop_id'))
  const parent = lookup(builder.rows('stops.txt'), 'stop_id', 'parent_station')
  const known = new Map<string, ReadonlySet<string>>()
  for (const [stop, rows] of own) known.set(stop, idsOf(rows, 'area_id'))
  return (stop) => known.get(stop) ?? known.get(parent(stop)) ?? NO_IDS
}

export function networks(builder: Builder): (route: string) => ReadonlySet<string> {
  const known = new Map<string, Set<string>>()
  for (const file of ['routes.txt', 'route_networks.txt'] as const) {
    for (const row of builder.rows(file)) {
      const network = row.cell('network_id')
      if (network !== '') known.set(row.cell('route_id'), new Set([network]))
    }
  }
  return (route) => known.get(route) ?? NO_IDS
}

export function lookup(
  rows: readonly FeedRow[],
  key: string,
  value: string,
): (id: string) => string {
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

export function services(builder: Builder): (service: string, date: string) => boolean {
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

export function attributes(builder: Builder): FareAttribute[] {
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
