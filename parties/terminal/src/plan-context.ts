import type { AcceptanceRow } from '@unifare/bundle'
import {
  type CardRecord,
  type CardView,
  type Industry,
  type OpenRide,
  type PurchaseContext,
  type RideStep,
  rideRecords,
  type VehiclePlace,
} from '@unifare/card'
import {
  type Fen,
  type Instant,
  instantFromDigits,
  shanghaiDigits,
  UnifareError,
} from '@unifare/core'
import { type AccountRide, type CompiledTariff, type FareRefusal, price } from '@unifare/fares'
import type { EntryReference, Mode, Reason, TapKind } from '@unifare/tap'
import type { TerminalConfig } from './config.ts'
import { type Refusal, refuse } from './decision.ts'
import type { Lists } from './lists.ts'
import type { Metered } from './metered.ts'

/** What a terminal is going to do with a card: decided before anything is written. */
export interface CardPlan {
  readonly kind: TapKind
  readonly amountFen: Fen
  readonly entry: EntryReference | null
  readonly durationS: number
  readonly distanceM: number
  /** Where the tap happens: of the terminal, of the bus, or as stated at the counter. */
  readonly line: number
  readonly station: number
  /** Why the amount is what it is, where it is not a fare. */
  readonly reason: Reason | null
  readonly flags: number
  /** A ride of one tap on a city-union purse writes no records. */
  readonly purchase: 'composite' | 'plain'
  /** Settles what an earlier ride left; the presentation is planned again behind it. */
  readonly again: boolean
  readonly records: (context: PurchaseContext) => readonly CardRecord[]
}

/** Everything that a decision about a card depends on. */
export interface CardContext {
  readonly config: TerminalConfig
  readonly lists: Lists
  readonly at: Instant
  readonly metered: Metered
  /** When this card last entered here by a gate that nobody passed. */
  readonly timedOutEntryAt?: Instant | undefined
}

/** The same with what was found out about the card: its acceptance and the tariff. */
export interface Priceable extends CardContext {
  readonly tariff: CompiledTariff
  readonly acceptance: AcceptanceRow
  /** Of the card's holder, as far as the tariff knows it. */
  readonly riderClass: string
}

/** Industry of the trip record; modes that T-Union does not number travel as the nearest it has. */
const INDUSTRY_OF_MODE = {
  metro: 'metro',
  'light-rail': 'metro',
  cableway: 'metro',
  bus: 'bus',
  brt: 'bus',
  ferry: 'ferry',
  taxi: 'taxi',
  bicycle: 'bicycle',
} as const satisfies Record<Mode, Industry>

/** Where this tap happens, as records of the card name it; bytes for longer vehicle names are none. */
export function placeOf({ config, metered }: CardContext): VehiclePlace {
  const { city, operator, line, vehicle } = config
  const station = metered.stop ?? config.station
  return { city, institution: operator, line, station, vehicle: vehicle.slice(0, 8) }
}

/** What is common to every record of a tap. */
export function stepPlace(context: CardContext): { industry: Industry; place: VehiclePlace } {
  return { industry: INDUSTRY_OF_MODE[context.config.mode], place: placeOf(context) }
}

type Money = Pick<CardPlan, 'kind' | 'amountFen'> &
  Partial<
    Pick<CardPlan, 'entry' | 'durationS' | 'distanceM' | 'reason' | 'flags' | 'again'> & {
      /** Reason of the refusal when the purse holds less; names what helps. */
      readonly short: Reason
    }
  >

/**
 * The plan of a step, or the refusal of a purse that holds less: it never goes below zero, and
 * nothing smaller than the fare is ever debited instead.
 */
export function planOf(
  view: CardView,
  context: CardContext,
  step: RideStep,
  { short = 'card.insufficient-balance', ...money }: Money,
): CardPlan | Refusal {
  if (view.balanceFen < money.amountFen) return refuse(short)
  const { line, station } = step.place
  return {
    entry: null,
    durationS: 0,
    distanceM: context.metered.distanceM ?? 0,
    reason: null,
    flags: 0,
    again: false,
    ...money,
    line,
    station,
    purchase: view.scheme === 'mohurd' && step.do === 'single' ? 'plain' : 'composite',
    records: rideRecords(view, step),
  }
}

const REASON_OF_FARE: Readonly<Record<string, Reason>> = {
  'fares.out-of-bounds': 'fare.out-of-bounds',
}

/** What of a ride is known at its end. */
export interface RideFacts {
  readonly entry?: EntryReference
  readonly exit?: { readonly station: number; readonly at: Instant }
  readonly distanceM?: number
  readonly durationS?: number
  readonly meterFen?: Fen
}

/** The exact fare under the tariff in force. */
export function fareOf(context: Priceable, facts: RideFacts): Fen | Refusal {
  const priced = price(context.tariff, rideOf(context, facts))
  return priced.ok ? priced.amountFen : unpriced(priced.code)
}

/** A ride by card, as the tariff asks for it. */
export function rideOf(
  { config, at, acceptance, riderClass }: Priceable,
  facts: RideFacts,
): AccountRide {
  const { entry, exit, distanceM = 0, durationS = 0, meterFen } = facts
  return {
    mode: config.mode,
    line: config.line,
    at,
    ...(distanceM > 0 ? { distanceM } : {}),
    ...(durationS > 0 ? { durationS } : {}),
    ...(meterFen === undefined ? {} : { meterFen }),
    medium: 'card',
    riderClass,
    issuer: { institution: acceptance.issuer, division: acceptance.division },
    ...(entry === undefined || exit === undefined
      ? {}
      : { entry: { station: entry.station, at: entry.at }, exit }),
  }
}

/** The refusal of a ride that the tariff does not price. */
export function unpriced(code: FareRefusal): Refusal {
  return refuse(REASON_OF_FARE[code] ?? 'fare.unknown', code)
}

/** Station numbers mean nothing outside the network that gave them. */
export function isOwn({ operator }: TerminalConfig, { institution }: OpenRide): boolean {
  return institution === operator
}

/** Where and when an open ride began; undefined when the record does not tell it. */
export function entryOf({ city, place, time }: OpenRide): EntryReference | undefined {
  if (place === null || !/^[0-9]{4}$/.test(city)) return undefined
  try {
    return { city, line: place.line, station: place.station, at: instantFromDigits(time) }
  } catch (error) {
    if (!(error instanceof UnifareError)) throw error
    return undefined
  }
}

/** Whether a time of a card lies at most so long before now. */
export function isWithin(time: string, at: Instant, ms: number): boolean {
  return shanghaiDigits(at - ms) <= time && time <= shanghaiDigits(at)
}
