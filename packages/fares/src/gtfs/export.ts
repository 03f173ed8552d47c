import type { CompiledTariff } from '../compile.ts'
import { compileTariff } from '../compile.ts'
import type { StationNetwork } from '../network.ts'
import { price } from '../price.ts'
import type { Ride } from '../ride.ts'
import type { Policy, Tariff, When } from '../tariff.ts'
import { csvText } from './csv-text.ts'
import { decimalText } from './decimal.ts'
import { type Frame, framesOf } from './export-frames.ts'

/** What of a tariff fits GTFS-Fares v2, as files, and what does not. */
export interface ExportedFares {
  /** Text by file name; agency, routes and stops hold only what the fares refer to. */
  readonly files: Readonly<Record<string, string>>
  /** Parts of the tariff that adopted GTFS cannot say. */
  readonly left: readonly LeftOut[]
}

export interface LeftOut {
  /** `accumulation[0]`, `discounts[2]`. */
  readonly path: string
  readonly id: string
  readonly textZh: string
  readonly textEn: string
}

/** Pairs of places that a feed may list. */
const PAIRS_MAX = 250_000

/**
 * Exports a tariff as GTFS-Fares v2: flat fares, tables and, with the network, ladders over
 * shortest paths as areas with a leg rule for each pair; times of entry as timeframes; classes as
 * rider categories; media, split by issuer where the tariff asks for it. Every amount comes from
 * the pricing call itself. What adopted GTFS has no field for is listed and left out.
 */
export function exportFaresV2(tariff: Tariff, network?: StationNetwork): ExportedFares {
  const { kept, left } = fitting(tariff, network)
  const riders = ridersOf(kept)
  const places = placesOf(kept, network)
  const frames = framesOf(kept)
  if (kept.rules.length === 0) return { files: {}, left }
  const compiled = compileTariff(kept, network?.id === kept.network ? network : undefined)
  const products = new Map<string, Product>()
  const rules: string[][] = []
  for (const line of linesOf(kept)) {
    for (const frame of frames.list) {
      for (const from of places) {
        for (const to of places) {
          const amounts = riders.list.map((rider) =>
            amountFen(compiled, {
              ...rider,
              ...line,
              from: from.station,
              to: to.area === '' ? ELSEWHERE : to.station,
              frame,
            }),
          )
          if (amounts.every((amount) => amount === undefined)) continue
          const product = productOf(products, amounts)
          rules.push([kept.id, line.network, from.area, to.area, frame.id, '', product.id, ''])
        }
      }
    }
  }
  return { files: filesOf({ tariff: kept, riders, places, frames, products, rules }), left }
}

interface Product {
  readonly id: string
  /** For each rider and medium; undefined where there is no price. */
  readonly amounts: readonly (number | undefined)[]
}

function productOf(products: Map<string, Product>, amounts: Product['amounts']): Product {
  const key = amounts.join()
  const known = products.get(key)
  if (known !== undefined) return known
  const made = { id: `fare-${products.size + 1}`, amounts }
  products.set(key, made)
  return made
}

/** Everything that a leg rule and a product can tell apart. */
interface Leg {
  readonly medium: Ride['medium']
  readonly division: string
  readonly riderClass: string
  readonly mode: Ride['mode']
  readonly line: number | undefined
  readonly from: number
  readonly to: number
  readonly frame: Frame
}

function amountFen(compiled: CompiledTariff, leg: Leg): number | undefined {
  const { medium, division, riderClass, mode, line, from, to, frame } = leg
  const priced = price(compiled, {
    mode,
    ...(line === undefined ? {} : { line }),
    entry: { station: from, at: frame.at },
    exit: { station: to, at: frame.at },
    at: frame.at,
    medium,
    riderClass,
    issuer: { institution: '', division },
  })
  return priced.ok ? priced.amountFen : undefined
}

/** The tariff without what GTFS cannot say, and a list of that. */
function fitting(
  tariff: Tariff,
  network: StationNetwork | undefined,
): { readonly kept: Tariff; readonly left: readonly LeftOut[] } {
  const left: LeftOut[] = []
  const split = <T extends Policy>(name: string, items: readonly T[], fits: (item: T) => boolean) =>
    items.filter((item, index) => {
      if (fits(item)) return true
      const { id, textZh, textEn } = item
      left.push({ path: `${name}[${index}]`, id, textZh, textEn })
      return false
    })
  const paired = pairsOf(tariff, network)
  const says = (when: When) =>
    when.time?.at !== 'exit' &&
    when.journey !== 'single' &&
    when.networks === undefined &&
    when.issuerDivisions === undefined &&
    (paired || (when.entryStations === undefined && when.exitStations === undefined))
  const never = () => false
  const kept: Tariff = {
    ...tariff,
    rules: split('rules', tariff.rules, ({ when, base }) => {
      if (!says(when)) return false
      if (base.kind === 'flat') return true
      if (base.kind === 'table') return paired
      const overPaths =
        (base.kind === 'distance-ladder' && base.distance === 'shortest-path') ||
        (base.kind === 'stop-ladder' && base.stops === 'network')
      return overPaths && paired && network !== undefined
    }),
    discounts: split(
      'discounts',
      tariff.discounts,
      ({ when, effect }) => says(when) && effect.kind !== 'free-rides',
    ),
    transfers: split('transfers', tariff.transfers ?? [], never),
    accumulation: split('accumulation', tariff.accumulation, never),
    caps: split('caps', tariff.caps ?? [], never),
    passes: split('passes', tariff.passes ?? [], never),
    timeLimits: split('timeLimits', tariff.timeLimits, never),
    incomplete: split('incomplete', tariff.incomplete ?? [], never),
  }
  if (tariff.sameStation !== null && !paired) {
    const { id, textZh, textEn } = tariff.sameStation
    left.push({ path: 'sameStation', id, textZh, textEn })
  }
  const names = new Set(kept.accumulation.map(({ id }) => id))
  const discounts = kept.discounts.map(({ instead = [], ...rest }) => {
    const still = instead.filter((name) => names.has(name))
    return still.length === 0 ? rest : { ...rest, instead: still }
  })
  return { kept: { ...kept, discounts }, left }
}

/** Whether fares go from place to place, and not too many of them. */
function pairsOf({ rules, tables = [] }: Tariff, network: StationNetwork | undefined): boolean {
  const size = tables.length > 0 ? tables.flatMap(({ places }) => places).length : 0
  const stations = network?.stations.length ?? size
  if (rules.every(({ base }) => base.kind === 'flat')) return false
  return stations > 0 && stations * stations <= PAIRS_MAX
}

interface Rider {
  readonly medium: Ride['medium']
  readonly mediumId: string
  readonly division: string
  readonly riderClass: string
}

/** Classes by media; by issuer, too, where a condition asks for it. */
function ridersOf({ rules, discounts, city }: Tariff) {
  const whens = [...rules, ...discounts].map(({ when }) => when)
  const byIssuer = whens.some(({ issuer }) => issuer !== undefined)
  const named = whens.flatMap(({ riderClasses = [] }) => riderClasses)
  const classes = [...new Set(['adult', ...named])]
  const media = (['card', 'code'] as const).flatMap((medium) =>
    byIssuer
      ? [
          { medium, mediumId: `${medium}-local`, division: city },
          { medium, mediumId: `${medium}-visitor`, division: '' },
        ]
      : [{ medium, mediumId: medium, division: city }],
  )
  const list = classes.flatMap((riderClass) =>
    media.map((each): Rider => ({ ...each, riderClass })),
  )
  return { classes, media, list }
}

interface Place {
  /** Empty where fares do not go by places. */
  readonly area: string
  readonly station: number
  readonly stops: readonly { readonly id: number; readonly name: string }[]
}

/** Two stations apart stand for all where the fare is flat. */
const ELSEWHERE = 65_534
const ANYWHERE: readonly Place[] = [{ area: '', station: 65_535, stops: [] }]

function placesOf(tariff: Tariff, network: StationNetwork | undefined): readonly Place[] {
  if (!pairsOf(tariff, network)) return ANYWHERE
  const nameOf = new Map(network?.stations.map(({ id, nameZh }) => [id, nameZh]))
  const stop = (id: number) => ({ id, name: nameOf.get(id) ?? String(id) })
  const [table] = tariff.tables ?? []
  const zones =
    tariff.rules.every(({ base }) => base.kind === 'table') && tariff.tables?.length === 1
  if (zones && table !== undefined && !namesStations(tariff) && tariff.sameStation === null) {
    return table.places.map((stations, index) => ({
      area: `area-${index + 1}`,
      station: stations[0] ?? 0,
      stops: stations.map(stop),
    }))
  }
  const inTables = (tariff.tables ?? []).flatMap(({ places }) => places.flat())
  const ids = network?.stations.map(({ id }) => id) ?? [...new Set(inTables)]
  return ids.map((id) => ({ area: `area-${id}`, station: id, stops: [stop(id)] }))
}

function namesStations({ rules, discounts }: Tariff): boolean {
  return [...rules, ...discounts].some(
    ({ when }) => when.entryStations !== undefined || when.exitStations !== undefined,
  )
}

/** Networks of routes that conditions tell apart: each mode, and each line that one names. */
function linesOf({ modes, rules, discounts }: Tariff) {
  const named = [...new Set([...rules, ...discounts].flatMap(({ when: { lines = [] } }) => lines))]
  return modes.flatMap((mode) =>
    [undefined, ...named].map((line) => ({
      mode,
      line,
      network: line === undefined ? mode : `${mode}-${line}`,
      route: line === undefined ? mode : `${mode}/${line}`,
    })),
  )
}

function filesOf(made: {
  readonly tariff: Tariff
  readonly riders: ReturnType<typeof ridersOf>
  readonly places: readonly Place[]
  readonly frames: ReturnType<typeof framesOf>
  readonly products: ReadonlyMap<string, Product>
  readonly rules: readonly (readonly string[])[]
}): Record<string, string> {
  const { tariff, riders, places, frames, products, rules } = made
  const networks = linesOf(tariff)
  const areas = places.filter(({ area }) => area !== '')
  const stops = areas.flatMap((place) => place.stops)
  const { currency, nameZh, zone } = tariff
  return {
    'agency.txt': csvText(
      ['agency_id', 'agency_name', 'agency_url', 'agency_timezone'],
      [[tariff.operator ?? tariff.id, nameZh, 'https://example.org/', zone]],
    ),
    'routes.txt': csvText(
      ['route_id', 'agency_id', 'route_type', 'network_id'],
      networks.map(({ route, mode, network }) => [
        route,
        tariff.operator ?? tariff.id,
        ROUTE_TYPES[mode],
        network,
      ]),
    ),
    'fare_media.txt': csvText(
      ['fare_media_id', 'fare_media_name', 'fare_media_type'],
      riders.media.map(({ medium, mediumId }) => [
        mediumId,
        mediumId,
        medium === 'card' ? '2' : '4',
      ]),
    ),
    'rider_categories.txt': csvText(
      ['rider_category_id', 'rider_category_name', 'is_default_fare_category'],
      riders.classes.map((name) => [name, name, name === 'adult' ? '1' : '0']),
    ),
    'fare_products.txt': csvText(
      ['fare_product_id', 'rider_category_id', 'fare_media_id', 'amount', 'currency'],
      [...products.values()].flatMap(({ id, amounts }) =>
        riders.list.flatMap(({ riderClass, mediumId }, at) => {
          const amount = amounts[at]
          if (amount === undefined) return []
          return [[id, riderClass, mediumId, decimalText(amount, currency), currency]]
        }),
      ),
    ),
    'fare_leg_rules.txt': csvText(
      [
        'leg_group_id',
        'network_id',
        'from_area_id',
        'to_area_id',
        'from_timeframe_group_id',
        'to_timeframe_group_id',
        'fare_product_id',
        'rule_priority',
      ],
      rules,
    ),
    ...(areas.length === 0
      ? {}
      : {
          'stops.txt': csvText(
            ['stop_id', 'stop_name'],
            stops.map(({ id, name }) => [String(id), name]),
          ),
          'areas.txt': csvText(
            ['area_id'],
            areas.map(({ area }) => [area]),
          ),
          'stop_areas.txt': csvText(
            ['area_id', 'stop_id'],
            areas.flatMap((place) => place.stops.map(({ id }) => [place.area, String(id)])),
          ),
        }),
    ...frames.files,
  }
}

/** Types of routes in GTFS. */
const ROUTE_TYPES = {
  bus: '3',
  metro: '1',
  taxi: '3',
  ferry: '4',
  'light-rail': '0',
  bicycle: '3',
  brt: '3',
  cableway: '6',
} as const satisfies Record<Ride['mode'], string>
