/** A text in both languages. */
export interface Words {
  readonly zh: string
  readonly en: string
}

/** A tariff in the list. */
export interface TariffEntry {
  readonly id: string
  readonly version: number
  readonly name: Words
  /** GB/T 2260 division. */
  readonly city: string
  readonly cityName: Words
  readonly modes: readonly string[]
  /** Whether an operator of the running network prices with it. */
  readonly running: boolean
  readonly operator: Words | null
  readonly lowestFen: number
  /** Null where it grows without a bound. */
  readonly highestFen: number | null
  /** Its first base fare. */
  readonly picture: FarePicture
}

/** Answer of `GET /api/tariffs`. */
export interface TariffList {
  readonly tariffs: readonly TariffEntry[]
}

/** A base fare as it is drawn; `steps` hold from behind the bound before to their own, inclusive. */
export type FarePicture =
  | { readonly kind: 'flat'; readonly amountFen: number }
  | {
      readonly kind: 'steps'
      readonly unit: 'm' | 'stops' | 's'
      readonly steps: readonly { readonly upto: number; readonly amountFen: number }[]
      readonly goesOn: boolean
    }
  | {
      readonly kind: 'table'
      readonly places: readonly (readonly number[])[]
      readonly amountsFen: readonly number[]
    }

export interface TariffSource {
  readonly text: string
  readonly date: string
  readonly mark: 'confirmed' | 'recalled' | 'ours'
}

/** A rule or policy: its own words, for whom, what it does, where it comes from. */
export interface TariffPolicy {
  readonly kind: string
  readonly id: string
  readonly text: Words
  readonly when: readonly Words[]
  readonly effect: Words
  /** Index into `sources`. */
  readonly source: number
}

/** Something about a tariff that a reader should look at. */
export interface TariffFinding {
  readonly rule: string
  readonly level: 'error' | 'warning' | 'notice'
  readonly path: string
  readonly textZh: string
  readonly textEn: string
}

/** What a ride is priced for; values as they stand in an address. */
export interface RideQuery {
  readonly medium: 'card' | 'code'
  readonly riderClass: string
  readonly issuer: 'local' | 'visitor'
  /** Local time of the entry, `HH:MM`, on a workday. */
  readonly enter: string
  readonly distanceM: number
  readonly minutes: number
  readonly stops: number
  /** Money of the calendar month before this ride. */
  readonly monthFen: number
  /** Mode of a ride that ended ten minutes before; empty for none. */
  readonly after: string
}

/** A priced ride, step by step, or why there is no price. */
export type RideQuote =
  | {
      readonly ok: true
      readonly amountFen: number
      readonly parts: readonly {
        readonly rule: string
        readonly amountFen: number
        readonly zh: string
        readonly en: string
        readonly source: number
      }[]
      /** What else was lawful and dearer. */
      readonly alternatives: readonly { readonly rule: string; readonly amountFen: number }[]
    }
  | { readonly ok: false; readonly code: string; readonly zh: string; readonly en: string }

/** A ride and its price. */
export interface RideExample {
  readonly query: RideQuery
  readonly quote: RideQuote
}

/** Answer of `GET /api/tariffs/:id`. */
export interface TariffDetail extends TariffEntry {
  readonly validFrom: string
  readonly validTo: string | null
  readonly sources: readonly TariffSource[]
  readonly pictures: readonly {
    readonly rule: string
    readonly text: Words
    readonly picture: FarePicture
  }[]
  readonly policies: readonly TariffPolicy[]
  readonly classes: readonly { readonly id: string; readonly name: Words }[]
  /** Modes after which a change is cheaper. */
  readonly changesFrom: readonly { readonly mode: string; readonly name: Words }[]
  readonly hasMonth: boolean
  /** Whether earlier rides or passes change what a ride costs: then a month is worth looking at. */
  readonly monthMatters: boolean
  readonly examples: readonly RideExample[]
  readonly findings: readonly TariffFinding[]
  /** Tariffs of the same modes, that it can be compared with. */
  readonly comparable: readonly string[]
}

/** Rides of one kind under two tariffs. */
export interface DiffRow {
  readonly name: string
  readonly rides: number
  readonly dearer: number
  readonly cheaper: number
  readonly same: number
  readonly beforeFen: number
  readonly afterFen: number
  readonly changeFen: number
}

/**
 * Answer of `GET /api/tariffs/:id/diff`, and of `POST` with a tariff file as its body: who pays
 * more, who less, what comes in.
 */
export interface TariffComparison {
  readonly before: { readonly id: string; readonly version: number; readonly name: Words }
  readonly after: { readonly id: string; readonly version: number; readonly name: Words }
  readonly picture: FarePicture | null
  readonly total: DiffRow
  readonly riders: { readonly dearer: number; readonly cheaper: number; readonly same: number }
  readonly byClass: readonly (DiffRow & { readonly label: Words })[]
  readonly byMedium: readonly (DiffRow & { readonly label: Words })[]
  readonly byDistance: readonly (DiffRow & { readonly label: Words })[]
  readonly unpriced: { readonly before: number; readonly after: number; readonly both: number }
  /** What a check finds in a tariff that came as a file; empty for others. */
  readonly findings: readonly TariffFinding[]
  /** The largest changes, with every line of both prices. */
  readonly examples: readonly {
    readonly rider: string
    readonly beforeFen: number
    readonly afterFen: number
    readonly before: { readonly zh: readonly string[]; readonly en: readonly string[] }
    readonly after: { readonly zh: readonly string[]; readonly en: readonly string[] }
  }[]
}

/** A way to pay for a month: passes, and every other ride by itself. */
export interface MonthWay {
  readonly totalFen: number
  readonly passes: readonly {
    readonly name: Words
    /** Number of the first ride that it covers, from 1. */
    readonly ride: number
    readonly priceFen: number
  }[]
}

/** Answer of `GET /api/tariffs/:id/month`: one ride again and again within a month. */
export interface MonthOfRides {
  /** What each ride costs, without passes. */
  readonly faresFen: readonly number[]
  /** The same without anything that goes by the month. */
  readonly baseFen: number
  readonly withoutPasses: MonthWay
  readonly best: MonthWay
  readonly runnerUp: MonthWay | null
  /** Whether every lawful way was weighed. */
  readonly proved: boolean
}

/** Reads the answer of `GET /api/tariffs/:id/month`. */
export function readMonth(json: unknown): MonthOfRides {
  return withFields<MonthOfRides>(json, ['faresFen', 'withoutPasses', 'best', 'runnerUp'])
}

/** Reads the answer of `GET /api/tariffs`. */
export function readTariffList(json: unknown): TariffList {
  return withFields<TariffList>(json, ['tariffs'])
}

/** Reads the answer of `GET /api/tariffs/:id`. */
export function readTariffDetail(json: unknown): TariffDetail {
  return withFields<TariffDetail>(json, ['id', 'pictures', 'policies', 'examples', 'findings'])
}

/** Reads the answer of `GET /api/tariffs/:id/quote`. */
export function readRideQuote(json: unknown): RideQuote {
  return withFields<RideQuote>(json, ['ok'])
}

/** Reads the answer of `GET /api/tariffs/:id/diff`. */
export function readComparison(json: unknown): TariffComparison {
  return withFields<TariffComparison>(json, ['before', 'after', 'total', 'riders', 'byDistance'])
}

// The server is part of this project and of the same version: what is checked is that it answered.
function withFields<T>(json: unknown, fields: readonly (keyof T & string)[]): T {
  for (const field of fields) {
    if (typeof json !== 'object' || json === null || !(field in json)) {
      throw new TypeError(`the answer has no ${field}`)
    }
  }
  return json as T
}
