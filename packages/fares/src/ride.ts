import type { Fen, Instant } from '@unifare/core'
import type { FareAccount } from './account.ts'
import type { FareRefusal } from './errors.ts'
import type { FareMedium, FareMode } from './words.ts'

/** Where and when a rider went in or out. */
export interface RidePoint {
  /** Number of the station in the tariff's network. */
  readonly station: number
  readonly at: Instant
}

/** A ride to be priced. A field that is not known is left out, never 0. */
export interface Ride {
  readonly mode: FareMode
  readonly line?: number
  readonly entry?: RidePoint
  readonly exit?: RidePoint
  /** Instant of the tap that is priced. */
  readonly at: Instant
  /** Metres, for fares that do not go by the network. */
  readonly distanceM?: number
  /** Seconds; entry and exit win over it. */
  readonly durationS?: number
  /** Amount on a taxi's meter; it wins over the distance. */
  readonly meterFen?: Fen
  readonly medium: FareMedium
  /** Network of the medium; `t-union` for a card and `ride-code` for a code when left out. */
  readonly network?: string
  /** `adult`, or a class that was certified here. */
  readonly riderClass: string
  readonly issuer: {
    readonly institution: string
    /** GB/T 2260 code of the issuer's city; empty when unknown, then the rider is a visitor. */
    readonly division: string
  }
  /** Stops ridden, for fares that count them and do not go by the network. */
  readonly stops?: number
  /** The ride of the same rider before this one, for transfers. */
  readonly previous?: PreviousRide
  /** Sums that caps are measured against; left out: no caps. */
  readonly spent?: Spent
  /** Ids of the tariff's passes that the rider holds at this moment. */
  readonly passes?: readonly string[]
  /** How often free rides were used this year, by the discount's id. */
  readonly freeRidesUsed?: Readonly<Record<string, number>>
  /** The medium's rides of the calendar month before this one; left out: no monthly steps. */
  readonly monthToDate?: MonthToDate
}

/** What a transfer needs to know of the ride before. */
export interface PreviousRide {
  readonly mode: FareMode
  readonly line?: number
  /** First and last tap; one and the same for a single tap. */
  readonly startAt: Instant
  readonly endAt: Instant
  /** What a ride that is joined to it starts from; kept where the tariff joins rides. */
  readonly join?: JoinBase
  /** Station where it ended. */
  readonly exitStation?: number
  readonly paidFen: Fen
  /** Transfers in the chain that it belongs to. */
  readonly transfers: number
}

/**
 * The one ride that joined legs are: where it began, and the account as it stood before it. The
 * next leg costs what the ride from there costs in that account, less what its legs have paid.
 */
export interface JoinBase {
  readonly entry?: RidePoint
  readonly startAt: Instant
  /** Sums over its legs, for fares that do not go by the network. */
  readonly distanceM?: number
  readonly stops?: number
  readonly paidFen: Fen
  /** Without a join of its own: a chain is as deep as one ride. */
  readonly before: FareAccount
}

/** Money paid before this ride in the running day, week and month. */
export interface Spent {
  readonly dayFen: Fen
  readonly weekFen: Fen
  readonly monthFen: Fen
  /** The part of it that was charged for overtime; left out where there was none. */
  readonly overtime?: Omit<Spent, 'overtime'>
}

/** Sums of the rides that the city's rule counts. */
export interface MonthToDate {
  readonly trips: number
  readonly paidFen: Fen
  readonly baseFen: Fen
}

/** One step of a price. */
export interface PricePart {
  /** Id of the rule or policy in the tariff. */
  readonly rule: string
  /** What it adds; negative for a discount, 0 for a policy that grants nothing. */
  readonly amountFen: Fen
  readonly textZh: string
  readonly textEn: string
  /** Index into the tariff's sources. */
  readonly source: number
}

/** A way to pay that was not chosen. */
export interface Alternative {
  /** Id of the rule that would have made it. */
  readonly rule: string
  readonly amountFen: Fen
}

/** A price with its reasons, or why there is none. */
export type Priced =
  | {
      readonly ok: true
      readonly amountFen: Fen
      /** Sum to `amountFen` exactly, in the order of application. */
      readonly parts: readonly PricePart[]
      /** Billed distance, where the fare goes by distance. */
      readonly distanceM?: number
      /** Billed time, where the fare goes by time. */
      readonly durationS?: number
      /** Transfers in the chain with this ride; 0 for a ride by itself. */
      readonly transfers?: number
      /** What all legs cost as one ride, where this one is joined to those before. */
      readonly joinedFen?: Fen
      /** What else was lawful and dearer, best first: the proof that this is the cheapest. */
      readonly alternatives?: readonly Alternative[]
      readonly tariff: { readonly id: string; readonly version: number }
    }
  | { readonly ok: false; readonly code: FareRefusal }
