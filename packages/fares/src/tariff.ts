import type { Day, Fen, Ppm } from '@unifare/core'
import type { FareMedium, FareMode, SourceMark } from './words.ts'

/** Format of the envelope; a reader of another format refuses the file. */
export const TARIFF_FORMAT = 'unifare.tariff/1'

/**
 * One dated version of a tariff: plain JSON with whole numbers only, so that it can be signed.
 * Everything that decides about money is stated here, with its source; nothing is a default.
 */
export interface Tariff {
  readonly format: typeof TARIFF_FORMAT
  readonly id: string
  /** Whole number from 1 that only grows. */
  readonly version: number
  readonly nameZh: string
  readonly nameEn: string
  /** First day on which it holds. */
  readonly validFrom: Day
  /** First day on which it holds no more; null while no end is known. */
  readonly validTo: Day | null
  readonly zone: 'Asia/Shanghai'
  readonly currency: 'CNY'
  /** Operator, 8 digits; null for the published tariff of a city without an operator here. */
  readonly operator: string | null
  /** GB/T 2260 code of the city whose local policy this is. */
  readonly city: string
  readonly modes: readonly FareMode[]
  /** Id of the station network that shortest paths are taken from; null when none is needed. */
  readonly network: string | null
  /**
   * Account that its rides share with those of other tariffs, for transfers, monthly steps, caps
   * and free rides; the tariff's own when left out.
   */
  readonly account?: string
  /** One account over card and code, where its rider linked them; each medium's own when left out. */
  readonly accountOver?: 'linked-media'
  /** Rounding of every product with a rate, where the rule states no other. */
  readonly rounding: Rounding
  readonly sources: readonly Source[]
  /** Fares between places, that rules name by their id. */
  readonly tables?: readonly FareTable[]
  /** Days on which `holiday` holds instead of the weekday. */
  readonly holidays?: readonly Day[]
  /** Base fares; the first rule whose conditions hold prices the ride. */
  readonly rules: readonly FareRule[]
  /** Exit where the ride began; null: a ride of 0 m like any other. */
  readonly sameStation: SameStation | null
  /**
   * `first-match`: at most one discount. `in-order`: each that fits, on what is left. `cheapest`:
   * the one of all that fit which is best for the rider; the others are told beside it.
   */
  readonly stacking: 'first-match' | 'in-order' | 'cheapest'
  readonly discounts: readonly Discount[]
  /** What a ride before this one changes; the first that fits. */
  readonly transfers?: readonly Transfer[]
  /** Most that a day, week or month costs; all of them hold side by side. */
  readonly caps?: readonly Cap[]
  /** Passes that riders may hold; a ride that one covers costs nothing more. */
  readonly passes?: readonly Pass[]
  /** Order of the steps behind the base fare; `DEFAULT_ORDER` when not given. */
  readonly order?: readonly PricingStep[]
  /** What a month's earlier rides change; applied after the discounts, the first that fits. */
  readonly accumulation: readonly Accumulation[]
  /** Longest stay inside; the first that fits. */
  readonly timeLimits: readonly TimeLimit[]
  /** Journeys of which one end is missing; the first that fits, else the `maximum`. */
  readonly incomplete?: readonly IncompleteRule[]
  /** What an incomplete journey costs at most. */
  readonly maximum: Maximum
  /** What a purse must hold to be let in. */
  readonly entry: EntryCheck
}

/** Steps of a price behind its base fare. */
export const PRICING_STEPS = ['discounts', 'transfers', 'accumulation', 'caps', 'overtime'] as const
export type PricingStep = (typeof PRICING_STEPS)[number]

/** Fares from every place to every other: a matrix of stations, or of zones with their stations. */
export interface FareTable {
  readonly id: string
  /** Stations of each place; one station alone makes a matrix of stations. */
  readonly places: readonly (readonly number[])[]
  /** Claims that both directions cost the same; checked. */
  readonly symmetric: boolean
  /** Row by row, from the place of the row to that of the column. */
  readonly amountsFen: readonly Fen[]
}

/** Where values come from. Rules name it by its index from 0. */
export interface Source {
  readonly text: string
  /** Day, month or year of the last check against the text. */
  readonly date: string
  readonly mark: SourceMark
}

/** To whole multiples of `unitFen`; halves of `half-up` go up. */
export interface Rounding {
  readonly unitFen: Fen
  readonly direction: 'half-up' | 'down' | 'up'
}

/** What every rule and policy of a tariff has. */
export interface Policy {
  /** Unique in the tariff; named by every part of a price that it makes. */
  readonly id: string
  readonly textZh: string
  readonly textEn: string
  /** Index into `sources`. */
  readonly source: number
}

/** Conditions; all that are given must hold. `{}` always holds. */
export interface When {
  readonly modes?: readonly FareMode[]
  /** Numbers of the line of the tap that is priced (the exit). */
  readonly lines?: readonly number[]
  /** `closed`: entry and exit are known; `single`: one tap is the whole ride. */
  readonly journey?: 'single' | 'closed'
  readonly media?: readonly FareMedium[]
  /** `local`: the medium was issued in the tariff's city; `visitor`: elsewhere or unknown. */
  readonly issuer?: 'local' | 'visitor'
  /** GB/T 2260 codes of issuers' cities. */
  readonly issuerDivisions?: readonly string[]
  /** Networks of the medium, `t-union` or `ride-code`. */
  readonly networks?: readonly string[]
  readonly riderClasses?: readonly string[]
  readonly entryStations?: readonly StationRef[]
  readonly exitStations?: readonly StationRef[]
  /** Days of the entry (or of the one tap), in the tariff's zone. */
  readonly days?: readonly DayKind[]
  /** Time of day, `until` excluded; a window may go over midnight. */
  readonly time?: TimeWindow
}

/** A station by its number, or by its Chinese name in the network that the tariff names. */
export type StationRef = number | string

/** A weekday, or `holiday`, which stands in its place on the tariff's holidays. */
export const DAY_KINDS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'holiday'] as const
export type DayKind = (typeof DAY_KINDS)[number]

/** HH:MM in the tariff's zone, of the entry or of the exit (of the one tap where it is alone). */
export interface TimeWindow {
  readonly at: 'entry' | 'exit'
  readonly from: string
  readonly until: string
}

/** A base fare and when it prices the ride. */
export interface FareRule extends Policy {
  readonly when: When
  readonly base: BaseFare
}

export type BaseFare =
  | FlatFare
  | DistanceLadder
  | StopLadder
  | TableFare
  | MeteredFare
  | ElapsedLadder

/** The same for every ride. */
export interface FlatFare {
  readonly kind: 'flat'
  readonly amountFen: Fen
}

/**
 * Published ladders of Chinese cities: a first step, then "add so much for each started width
 * until". Every bound is inclusive: exactly `untilM` metres still pay the lower amount.
 */
export interface DistanceLadder {
  readonly kind: 'distance-ladder'
  /** `shortest-path` through the network, whatever way was ridden; `ride`: as the ride states. */
  readonly distance: 'shortest-path' | 'ride'
  readonly first: { readonly uptoM: number; readonly amountFen: Fen }
  /** The last one is open-ended: `untilM` null. */
  readonly steps: readonly {
    readonly widthM: number
    readonly untilM: number | null
    readonly addFen: Fen
  }[]
  /** Never more than this; null without a ceiling. */
  readonly capFen: Fen | null
}

/** The same by stops ridden: fewest through the network, or as the ride states. */
export interface StopLadder {
  readonly kind: 'stop-ladder'
  readonly stops: 'network' | 'ride'
  readonly first: { readonly uptoStops: number; readonly amountFen: Fen }
  readonly steps: readonly {
    readonly widthStops: number
    readonly untilStops: number | null
    readonly addFen: Fen
  }[]
  readonly capFen: Fen | null
}

/** From a table of fares between stations or zones. */
export interface TableFare {
  readonly kind: 'table'
  readonly table: string
}

/**
 * Taxi: a start fare that covers the start distance, then `unitFen` for each started `unitM`.
 * A computed amount is kept inside the bounds; an amount read from the meter must lie inside.
 */
export interface MeteredFare {
  readonly kind: 'metered'
  readonly startFen: Fen
  readonly startM: number
  readonly unitM: number
  readonly unitFen: Fen
  readonly minFen: Fen
  readonly maxFen: Fen
}

/** Public bicycle: free seconds, then "add so much for each started width until", inclusive. */
export interface ElapsedLadder {
  readonly kind: 'elapsed-ladder'
  readonly freeS: number
  readonly steps: readonly {
    readonly widthS: number
    readonly untilS: number | null
    readonly addFen: Fen
  }[]
  readonly capFen: Fen | null
}

/** Base fare of a ride that ends where it began; discounts and time limits apply to it too. */
export interface SameStation extends Policy {
  readonly charge:
    | { readonly kind: 'lowest-fare' }
    | { readonly kind: 'fixed'; readonly amountFen: Fen }
}

/** A change of the price for who fulfils the conditions. */
export interface Discount extends Policy {
  readonly when: When
  readonly effect: Effect
  /** Instead of the tariff's rounding. */
  readonly rounding?: Rounding
  /** Monthly steps that a ride with this discount does not get. */
  readonly instead?: readonly string[]
}

export type Effect =
  /** Pay this share; with `floorFen` not less than that (nor more than without the discount). */
  | { readonly kind: 'percent'; readonly payPpm: Ppm; readonly floorFen?: Fen }
  /** Pay so much less, never below zero. */
  | { readonly kind: 'minus'; readonly amountFen: Fen }
  /** Pay this, where it is less. */
  | { readonly kind: 'flat'; readonly amountFen: Fen }
  /** Free so often in a calendar year; the ride tells how often it was used. */
  | { readonly kind: 'free-rides'; readonly rides: number }

/** A ride that follows another one of the same rider. */
export interface Transfer extends Policy {
  /** Conditions on this ride. */
  readonly when: When
  /** Conditions on the ride before: its modes, and whether it was on the same line. */
  readonly from: {
    readonly modes?: readonly FareMode[]
    readonly lines?: readonly number[]
    readonly sameLine?: boolean
    /** Where it ended. */
    readonly exitStations?: readonly StationRef[]
  }
  /** Shortest time, where a ride too soon after is none; 0 when left out. */
  readonly afterS?: number
  /** Longest time, inclusive, from the start or the end of the ride before to the start of this one. */
  readonly withinS: number
  readonly counts: 'from-start' | 'from-end'
  /** Transfers in one chain; null without limit. */
  readonly most: number | null
  readonly effect: TransferEffect
  readonly rounding?: Rounding
  /** Discounts that this ride then does not get. */
  readonly instead?: readonly string[]
}

export type TransferEffect =
  | Exclude<Effect, { readonly kind: 'free-rides' }>
  /** One ride from the first entry to this exit: what it costs beyond what was paid. */
  | { readonly kind: 'join' }
  /** Free when not dearer than the ride before and this amount, else that amount less. */
  | { readonly kind: 'free-up-to'; readonly amountFen: Fen }

/** Most that the rides of a period cost. */
export interface Cap extends Policy {
  readonly when: When
  /** Calendar day, week from Monday, month, in the tariff's zone. */
  readonly period: 'day' | 'week' | 'month'
  readonly amountFen: Fen
  /**
   * What it is most of: the fares of `rides`, overtime apart (as London's caps, which maximum fares
   * do not count towards; so where it is left out), or `all` money, overtime within.
   */
  readonly over?: 'rides' | 'all'
}

/** A pass that is bought once and covers rides from then on. */
export interface Pass extends Policy {
  readonly when: When
  readonly priceFen: Fen
  readonly hours: number
  /** `unused`: its price is given back while it has covered no ride; left out: never. */
  readonly refund?: 'unused'
}

/** A share that depends on the sum of the month's earlier rides with the same medium. */
export interface Accumulation extends Policy {
  readonly when: When
  /**
   * `following-trips`: the whole ride, by the sum before it. `by-part`: each part of the ride by
   * where it lies in the sum.
   */
  readonly kind: 'following-trips' | 'by-part'
  /** Whether the sum is of money paid or of base fares. */
  readonly counts: 'paid' | 'base'
  readonly period: 'calendar-month'
  /** From a sum of `fromFen` on, pay this share. Ascending. */
  readonly steps: readonly { readonly fromFen: Fen; readonly payPpm: Ppm }[]
}

/** Overtime. */
export interface TimeLimit extends Policy {
  readonly when: When
  /** Longest stay from entry to exit, inclusive. */
  readonly limitS: number
  readonly charge:
    | { readonly kind: 'fixed'; readonly amountFen: Fen }
    | { readonly kind: 'lowest-fare' }
    | { readonly kind: 'network-maximum' }
    | { readonly kind: 'exit-station-maximum' }
    /** Twice the highest fare of the network, as for two journeys with an end missing each. */
    | { readonly kind: 'two-maximums' }
  /** `add` to the fare, or `instead` of the fare with its discounts, where that is more. */
  readonly mode: 'add' | 'instead'
}

/** What a journey costs of which only one end is known; no discount is given on it. */
export interface IncompleteRule extends Policy {
  readonly when: When
  /** Which end no tap tells. */
  readonly missing: 'entry' | 'exit' | 'either'
  /** Days of 24 h, inclusive, from the known end, in which it waits and is not charged; 0 if absent. */
  readonly settleDays?: number
  /** What the rider's own word for the missing station is good for; without it none is taken. */
  readonly statement?: StationStatement
  readonly charge:
    | { readonly kind: 'fixed'; readonly amountFen: Fen }
    | { readonly kind: 'lowest-fare' }
    | { readonly kind: 'network-maximum' }
    /** Highest fare from the one station that is known. */
    | { readonly kind: 'station-maximum' }
    /** To that end of the line which costs more; the maximum where line or way is not known. */
    | { readonly kind: 'farther-end' }
}

/** A rider may state where an incomplete journey began or ended (自助补登). */
export interface StationStatement {
  /** Days of 24 h, inclusive, from the end that is known. */
  readonly withinDays: number
  /** So many journeys of a rider in a calendar year; null without limit. */
  readonly yearly: number | null
  /** Whether the fare to the stated station has the discounts of any other ride. */
  readonly discounts: boolean
}

/** Highest fare: of the whole network, from the station, or a stated amount. */
export type Maximum = Policy &
  ({ readonly kind: 'network' | 'station' } | { readonly kind: 'fixed'; readonly amountFen: Fen })

/** Entry check of a purse: the lowest fare, the maximum, or a stated amount. */
export type EntryCheck = Policy &
  (
    | { readonly kind: 'lowest-fare' | 'maximum' }
    | { readonly kind: 'fixed'; readonly amountFen: Fen }
  )
