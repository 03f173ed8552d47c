import { fenAmount, readBase } from './parse-base.ts'
import {
  checked,
  described,
  flag,
  form,
  list,
  nullable,
  object,
  oneOf,
  optional,
  type Reader,
  schemaOf,
  text,
  variant,
  whole,
} from './reader.ts'
import {
  type Accumulation,
  type Cap,
  DAY_KINDS,
  type Discount,
  type Effect,
  type EntryCheck,
  type FareRule,
  type FareTable,
  type IncompleteRule,
  type Maximum,
  type Pass,
  type Rounding,
  type SameStation,
  type StationRef,
  type StationStatement,
  type TimeLimit,
  type TimeWindow,
  type Transfer,
  type TransferEffect,
  type When,
} from './tariff.ts'
import { FARE_MEDIA, FARE_MODES } from './words.ts'

const ppm = whole(0, 1_000_000)
const id = form(/^[a-z][a-z0-9.-]{0,47}$/, 'an id of lower-case letters, digits, dots and hyphens')
/** GB/T 2260. */
export const division = form(/^\d{6}$/, 'a GB/T 2260 code of six digits')
export const mode = oneOf(...FARE_MODES)
const policy = { id, textZh: text, textEn: text, source: whole(0) }

export const readRounding: Reader<Rounding> = object<Rounding>({
  unitFen: whole(1, 1_000_000),
  direction: oneOf('half-up', 'down', 'up'),
})

const clock = form(/^([01]\d|2[0-3]):[0-5]\d$|^24:00$/, 'a time HH:MM')

const stationId = whole(1, 65_535)
/** A number, or the Chinese name in the tariff's network. */
const station: Reader<StationRef> = described(
  (value, path, faults) =>
    typeof value === 'string' ? text(value, path, faults) : stationId(value, path, faults),
  { anyOf: [schemaOf(stationId), schemaOf(text)] },
)

export const readWhen: Reader<When> = object<When>({
  modes: optional(list(mode, 1)),
  lines: optional(list(whole(1, 65_535), 1)),
  journey: optional(oneOf('single', 'closed')),
  media: optional(list(oneOf(...FARE_MEDIA), 1)),
  issuer: optional(oneOf('local', 'visitor')),
  issuerDivisions: optional(list(division, 1)),
  networks: optional(list(text, 1)),
  riderClasses: optional(list(text, 1)),
  entryStations: optional(list(station, 1)),
  exitStations: optional(list(station, 1)),
  days: optional(list(oneOf(...DAY_KINDS), 1)),
  time: optional(object<TimeWindow>({ at: oneOf('entry', 'exit'), from: clock, until: clock })),
})

export const readRule: Reader<FareRule> = object<FareRule>({
  ...policy,
  when: readWhen,
  base: readBase,
})

type KindOf<T extends { readonly kind: string }, K extends T['kind']> = Extract<
  T,
  { readonly kind: K }
>

export const readSameStation: Reader<SameStation> = object<SameStation>({
  ...policy,
  charge: variant<SameStation['charge']>({
    'lowest-fare': object<KindOf<SameStation['charge'], 'lowest-fare'>>({
      kind: oneOf('lowest-fare'),
    }),
    fixed: object<KindOf<SameStation['charge'], 'fixed'>>({
      kind: oneOf('fixed'),
      amountFen: fenAmount,
    }),
  }),
})

const readEffect: Reader<Effect> = variant<Effect>({
  percent: object<KindOf<Effect, 'percent'>>({
    kind: oneOf('percent'),
    payPpm: ppm,
    floorFen: optional(fenAmount),
  }),
  minus: object<KindOf<Effect, 'minus'>>({ kind: oneOf('minus'), amountFen: fenAmount }),
  flat: object<KindOf<Effect, 'flat'>>({ kind: oneOf('flat'), amountFen: fenAmount }),
  'free-rides': object<KindOf<Effect, 'free-rides'>>({
    kind: oneOf('free-rides'),
    rides: whole(1, 10_000),
  }),
})

const readTransferEffect: Reader<TransferEffect> = variant<TransferEffect>({
  percent: object<KindOf<TransferEffect, 'percent'>>({
    kind: oneOf('percent'),
    payPpm: ppm,
    floorFen: optional(fenAmount),
  }),
  minus: object<KindOf<TransferEffect, 'minus'>>({ kind: oneOf('minus'), amountFen: fenAmount }),
  flat: object<KindOf<TransferEffect, 'flat'>>({ kind: oneOf('flat'), amountFen: fenAmount }),
  join: object<KindOf<TransferEffect, 'join'>>({ kind: oneOf('join') }),
  'free-up-to': object<KindOf<TransferEffect, 'free-up-to'>>({
    kind: oneOf('free-up-to'),
    amountFen: fenAmount,
  }),
})

export const readTransfer: Reader<Transfer> = object<Transfer>({
  ...policy,
  when: readWhen,
  from: object<Transfer['from']>({
    modes: optional(list(mode, 1)),
    lines: optional(list(whole(1, 65_535), 1)),
    sameLine: optional(flag),
    exitStations: optional(list(station, 1)),
  }),
  afterS: optional(whole(0, 864_000)),
  withinS: whole(1, 864_000),
  counts: oneOf('from-start', 'from-end'),
  most: nullable(whole(1, 1_000)),
  effect: readTransferEffect,
  rounding: optional(readRounding),
  instead: optional(list(id, 1)),
})

export const readCap: Reader<Cap> = object<Cap>({
  ...policy,
  when: readWhen,
  period: oneOf('day', 'week', 'month'),
  amountFen: fenAmount,
  over: optional(oneOf('rides', 'all')),
})

export const readPass: Reader<Pass> = object<Pass>({
  ...policy,
  when: readWhen,
  priceFen: fenAmount,
  hours: whole(1, 100_000),
  refund: optional(oneOf('unused')),
})

/** A table is square over its places, every station lies in one, and claims of symmetry hold. */
export const readTable: Reader<FareTable> = checked(
  object<FareTable>({
    id,
    places: list(list(whole(1, 65_535), 1), 1),
    symmetric: flag,
    amountsFen: list(fenAmount, 1),
  }),
  ({ places, symmetric, amountsFen }, path, faults) => {
    const size = places.length
    if (amountsFen.length !== size * size) {
      const wanted = `${size} places need ${size * size} amounts, found ${amountsFen.length}`
      faults.add(`${path}.amountsFen`, 'table.not-square', wanted)
      return
    }
    const seen = new Set<number>()
    for (const [place, stations] of places.entries()) {
      for (const station of stations) {
        if (seen.has(station)) {
          faults.add(
            `${path}.places[${place}]`,
            'table.duplicate',
            `station ${station} is in two places`,
          )
        }
        seen.add(station)
      }
    }
    for (let at = 0; symmetric && at < amountsFen.length; at++) {
      const back = (at % size) * size + Math.floor(at / size)
      if (amountsFen[at] === amountsFen[back]) continue
      const difference = `${amountsFen[at]} one way, ${amountsFen[back]} the other`
      faults.add(`${path}.amountsFen[${at}]`, 'table.not-symmetric', difference)
    }
  },
)

export const readDiscount: Reader<Discount> = object<Discount>({
  ...policy,
  when: readWhen,
  effect: readEffect,
  rounding: optional(readRounding),
  instead: optional(list(id, 1)),
})

export const readAccumulation: Reader<Accumulation> = checked(
  object<Accumulation>({
    ...policy,
    when: readWhen,
    kind: oneOf('following-trips', 'by-part'),
    counts: oneOf('paid', 'base'),
    period: oneOf('calendar-month'),
    steps: list(object<Accumulation['steps'][number]>({ fromFen: fenAmount, payPpm: ppm }), 1),
  }),
  ({ steps }, path, faults) => {
    for (const [index, { fromFen }] of steps.entries()) {
      if (index > 0 && fromFen <= (steps[index - 1]?.fromFen ?? 0)) {
        faults.add(`${path}.steps[${index}].fromFen`, 'steps.not-ascending', 'steps must ascend')
      }
    }
  },
)

export const readTimeLimit: Reader<TimeLimit> = object<TimeLimit>({
  ...policy,
  when: readWhen,
  limitS: whole(1, 864_000),
  charge: variant<TimeLimit['charge']>({
    fixed: object<KindOf<TimeLimit['charge'], 'fixed'>>({
      kind: oneOf('fixed'),
      amountFen: fenAmount,
    }),
    'lowest-fare': object<KindOf<TimeLimit['charge'], 'lowest-fare'>>({
      kind: oneOf('lowest-fare'),
    }),
    'two-maximums': object<KindOf<TimeLimit['charge'], 'two-maximums'>>({
      kind: oneOf('two-maximums'),
    }),
    'network-maximum': object<KindOf<TimeLimit['charge'], 'network-maximum'>>({
      kind: oneOf('network-maximum'),
    }),
    'exit-station-maximum': object<KindOf<TimeLimit['charge'], 'exit-station-maximum'>>({
      kind: oneOf('exit-station-maximum'),
    }),
  }),
  mode: oneOf('add', 'instead'),
})

type IncompleteCharge = IncompleteRule['charge']

export const readIncomplete: Reader<IncompleteRule> = object<IncompleteRule>({
  ...policy,
  when: readWhen,
  missing: oneOf('entry', 'exit', 'either'),
  settleDays: optional(whole(0, 366)),
  statement: optional(
    object<StationStatement>({
      withinDays: whole(0, 366),
      yearly: nullable(whole(0, 366)),
      discounts: flag,
    }),
  ),
  charge: variant<IncompleteCharge>({
    fixed: object<KindOf<IncompleteCharge, 'fixed'>>({
      kind: oneOf('fixed'),
      amountFen: fenAmount,
    }),
    'lowest-fare': object<KindOf<IncompleteCharge, 'lowest-fare'>>({ kind: oneOf('lowest-fare') }),
    'network-maximum': object<KindOf<IncompleteCharge, 'network-maximum'>>({
      kind: oneOf('network-maximum'),
    }),
    'station-maximum': object<KindOf<IncompleteCharge, 'station-maximum'>>({
      kind: oneOf('station-maximum'),
    }),
    'farther-end': object<KindOf<IncompleteCharge, 'farther-end'>>({ kind: oneOf('farther-end') }),
  }),
})

interface Fixed {
  readonly id: string
  readonly textZh: string
  readonly textEn: string
  readonly source: number
  readonly kind: 'fixed'
  readonly amountFen: number
}
const fixed: Reader<Fixed> = object<Fixed>({
  ...policy,
  kind: oneOf('fixed'),
  amountFen: fenAmount,
})

type MaximumOf<K> = Omit<Fixed, 'kind' | 'amountFen'> & { readonly kind: K }
const networkMaximum = object<MaximumOf<'network' | 'station'>>({
  ...policy,
  kind: oneOf('network', 'station'),
})

export const readMaximum: Reader<Maximum> = variant<Maximum>({
  network: networkMaximum,
  station: networkMaximum,
  fixed,
})

const fareCheck = object<MaximumOf<'lowest-fare' | 'maximum'>>({
  ...policy,
  kind: oneOf('lowest-fare', 'maximum'),
})

export const readEntryCheck: Reader<EntryCheck> = variant<EntryCheck>({
  'lowest-fare': fareCheck,
  maximum: fareCheck,
  fixed,
})
