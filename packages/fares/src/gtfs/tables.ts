/** How a cell is read. */
export type CellKind =
  | 'id'
  | 'text'
  | 'amount'
  | 'currency'
  | 'count'
  | 'flag'
  | 'time'
  | 'date'
  | 'enum'

/** One adopted column of a file (GTFS reference of 2026-04-27). */
export interface ColumnSpec {
  readonly kind: CellKind
  readonly required?: true
  /** Not adopted: minded where a feed has it, since its prices would be wrong without it. */
  readonly draft?: true
  /** Values of an `enum`, and of a `count` its bounds. */
  readonly values?: readonly string[]
}

/** Files that fares are made of, with their adopted columns. Others are reported and kept out. */
export const GTFS_TABLES = {
  'fare_media.txt': {
    fare_media_id: { kind: 'id', required: true },
    fare_media_name: { kind: 'text' },
    fare_media_type: { kind: 'enum', required: true, values: ['0', '1', '2', '3', '4'] },
  },
  'rider_categories.txt': {
    rider_category_id: { kind: 'id', required: true },
    rider_category_name: { kind: 'text', required: true },
    is_default_fare_category: { kind: 'flag' },
    eligibility_url: { kind: 'text' },
  },
  'fare_products.txt': {
    fare_product_id: { kind: 'id', required: true },
    fare_product_name: { kind: 'text' },
    rider_category_id: { kind: 'id' },
    fare_media_id: { kind: 'id' },
    amount: { kind: 'amount', required: true },
    currency: { kind: 'currency', required: true },
  },
  'fare_leg_rules.txt': {
    leg_group_id: { kind: 'id' },
    network_id: { kind: 'id' },
    from_area_id: { kind: 'id' },
    to_area_id: { kind: 'id' },
    from_timeframe_group_id: { kind: 'id' },
    to_timeframe_group_id: { kind: 'id' },
    fare_product_id: { kind: 'id', required: true },
    rule_priority: { kind: 'count' },
    transfer_only: { kind: 'flag', draft: true },
  },
  'fare_leg_join_rules.txt': {
    from_network_id: { kind: 'id', required: true },
    to_network_id: { kind: 'id', required: true },
    from_stop_id: { kind: 'id' },
    to_stop_id: { kind: 'id' },
  },
  'fare_transfer_rules.txt': {
    from_leg_group_id: { kind: 'id' },
    to_leg_group_id: { kind: 'id' },
    transfer_count: { kind: 'text' },
    duration_limit: { kind: 'count' },
    duration_limit_type: { kind: 'enum', values: ['0', '1', '2', '3'] },
    fare_transfer_type: { kind: 'enum', required: true, values: ['0', '1', '2'] },
    fare_product_id: { kind: 'id' },
  },
  'areas.txt': { area_id: { kind: 'id', required: true }, area_name: { kind: 'text' } },
  'stop_areas.txt': {
    area_id: { kind: 'id', required: true },
    stop_id: { kind: 'id', required: true },
  },
  'networks.txt': { network_id: { kind: 'id', required: true }, network_name: { kind: 'text' } },
  'route_networks.txt': {
    network_id: { kind: 'id', required: true },
    route_id: { kind: 'id', required: true },
  },
  'timeframes.txt': {
    timeframe_group_id: { kind: 'id', required: true },
    start_time: { kind: 'time' },
    end_time: { kind: 'time' },
    service_id: { kind: 'id', required: true },
  },
  'fare_attributes.txt': {
    fare_id: { kind: 'id', required: true },
    price: { kind: 'amount', required: true },
    currency_type: { kind: 'currency', required: true },
    payment_method: { kind: 'enum', required: true, values: ['0', '1'] },
    transfers: { kind: 'enum', values: ['0', '1', '2'] },
    agency_id: { kind: 'id' },
    transfer_duration: { kind: 'count' },
  },
  'fare_rules.txt': {
    fare_id: { kind: 'id', required: true },
    route_id: { kind: 'id' },
    origin_id: { kind: 'id' },
    destination_id: { kind: 'id' },
    contains_id: { kind: 'id' },
  },
} as const satisfies Record<string, Readonly<Record<string, ColumnSpec>>>

export type GtfsTable = keyof typeof GTFS_TABLES

/** Columns that fares need of files which hold much else. */
export const GTFS_BASE_TABLES = {
  'agency.txt': { agency_id: { kind: 'id' }, agency_timezone: { kind: 'text', required: true } },
  'routes.txt': {
    route_id: { kind: 'id', required: true },
    agency_id: { kind: 'id' },
    network_id: { kind: 'id' },
  },
  'stops.txt': {
    stop_id: { kind: 'id', required: true },
    parent_station: { kind: 'id' },
    zone_id: { kind: 'id' },
  },
  'calendar.txt': {
    service_id: { kind: 'id', required: true },
    monday: { kind: 'flag', required: true },
    tuesday: { kind: 'flag', required: true },
    wednesday: { kind: 'flag', required: true },
    thursday: { kind: 'flag', required: true },
    friday: { kind: 'flag', required: true },
    saturday: { kind: 'flag', required: true },
    sunday: { kind: 'flag', required: true },
    start_date: { kind: 'date', required: true },
    end_date: { kind: 'date', required: true },
  },
  'calendar_dates.txt': {
    service_id: { kind: 'id', required: true },
    date: { kind: 'date', required: true },
    exception_type: { kind: 'enum', required: true, values: ['1', '2'] },
  },
} as const satisfies Record<string, Readonly<Record<string, ColumnSpec>>>

export type GtfsBaseTable = keyof typeof GTFS_BASE_TABLES

/** A file that is read here. */
export type GtfsFile = GtfsTable | GtfsBaseTable

/** Columns of a file; undefined for one that fares do not need. */
export function columnsOf(file: string): Readonly<Record<string, ColumnSpec>> | undefined {
  const all: Readonly<Record<string, Readonly<Record<string, ColumnSpec>>>> = {
    ...GTFS_TABLES,
    ...GTFS_BASE_TABLES,
  }
  return Object.hasOwn(all, file) ? all[file] : undefined
}

/** Whether every column of the file matters here, so that an unknown one is worth a notice. */
export function isFareTable(file: string): file is GtfsTable {
  return Object.hasOwn(GTFS_TABLES, file)
}

/** Whether a file of a feed's folder is read here. */
export function isFeedFile(file: string): boolean {
  return columnsOf(file) !== undefined
}
