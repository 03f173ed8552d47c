import type { AcceptanceRow } from '@unifare/bundle'
import {
  type CardRecord,
  type CardView,
  checkCard,
  decodeTrip,
  INDUSTRY,
  type Industry,
  isOpenRailTrip,
  type PurchaseContext,
  parseStationField,
  type Rail2701,
  railEntry2701,
  railExit2701,
  TRIP,
  type TravelPlace,
  tripRecord1E,
} from '@unifare/card'
import { type Fen, type Instant, instantFromDigits, shanghaiDigits } from '@unifare/core'
import {
  type CompiledTariff,
  entryMinimum,
  maximumFare,
  price,
  tariffInForce,
} from '@unifare/fares'
import type { EntryReference, Mode, Reason, TapKind } from '@unifare/tap'
import { KIND_OF_ROLE } from './code-flow.ts'
import { LIMITS, type TerminalConfig } from './config.ts'
import { type Refusal, refuse } from './decision.ts'
import { accepted, denyKey, type Lists } from './lists.ts'

/** What a terminal is going to do with a card: decided before anything is written. */
export interface CardPlan {
  readonly kind: TapKind
  readonly amountFen: Fen
  readonly entry: EntryReference | null
  readonly durationS: number
  readonly records: (context: PurchaseContext) => readonly CardRecord[]
}

/** Everything that a decision about a card depends on. */
export interface CardContext {
  readonly config: TerminalConfig
  readonly lists: Lists
  readonly at: Instant
  /** Metered distance of the ride (taxi). */
  readonly distanceM: number
  /** When this card last entered here by a gate that nobody passed. */
  readonly timedOutEntryAt?: Instant | undefined
}

const REASON_OF_CHECK: Readonly<Record<string, Reason>> = {
  'card.not-t-union': 'medium.foreign',
  'card.not-enabled': 'card.not-enabled',
  'card.not-yet-valid': 'card.not-enabled',
  'card.expired': 'card.expired',
  'card.not-interoperable': 'acceptance.not-listed',
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

/**
 * Decides about a card offline and prices it exactly: acceptance, deny list, dates, the open trip
 * on the card, the local tariff. Pure: the card is only read so far.
 */
export function planCard(view: CardView, context: CardContext): CardPlan | Refusal {
  const { config, lists, at } = context
  const acceptance = accepted(lists, config, { medium: 'card', issuer: view.issuer, at })
  const home = acceptance?.division === config.division
  const checked = checkCard(view, { day: shanghaiDigits(at).slice(0, 8), home })
  if (!checked.ok) return refuse(REASON_OF_CHECK[checked.code] ?? 'medium.unreadable', checked.code)
  if (acceptance === undefined) return refuse('acceptance.not-listed')
  if (lists.denied.has(denyKey('card', view.issuer, view.number))) return refuse('deny.listed')
  const tariff = tariffInForce(lists.tariffs, config.mode, at)
  if (tariff === undefined) return refuse('fare.unknown', 'fares.no-tariff')
  return PLANS[config.role](view, { ...context, tariff, acceptance })
}

interface Priceable extends CardContext {
  readonly tariff: CompiledTariff
  readonly acceptance: AcceptanceRow
}

const PLANS = {
  single: planSingle,
  entry: planEntry,
  exit: planExit,
  rent: planRent,
  return: planReturn,
} as const

function planSingle(view: CardView, context: Priceable): CardPlan | Refusal {
  const fare = fareOf(context, {})
  if (typeof fare !== 'number') return fare
  return planOf(view, context, { amountFen: fare, entry: null, durationS: 0 }, (purchase) => [
    tripRecord1E(purchase, { type: 'single', ...trip(context.config) }),
  ])
}

function planEntry(view: CardView, context: Priceable): CardPlan | Refusal {
  const { config, tariff } = context
  if (view.rail !== null && isOpenRailTrip(view.rail) && !mayReenter(view.rail, context)) {
    return refuse('card.open-trip')
  }
  if (view.balanceFen < entryMinimum(tariff)) return refuse('card.insufficient-balance')
  const maxFareFen = maximumFare(tariff, config.station)
  return planOf(view, context, { amountFen: 0, entry: null, durationS: 0 }, (purchase) => [
    railEntry2701(purchase, { previous: view.rail, place: placeOf(config), maxFareFen }),
    tripRecord1E(purchase, { type: 'entry', ...trip(config) }),
  ])
}

/** The open trip began at this very gate some minutes ago, and nobody passed: the rider stands outside. */
function mayReenter(rail: Rail2701, { config, at, timedOutEntryAt }: Priceable): boolean {
  return (
    timedOutEntryAt !== undefined &&
    at - timedOutEntryAt <= LIMITS.reentryMs &&
    rail.entryTime === shanghaiDigits(timedOutEntryAt) &&
    rail.entryTerminal.endsWith(config.terminal)
  )
}

function planExit(view: CardView, context: Priceable): CardPlan | Refusal {
  const { rail } = view
  if (rail === null || !isOpenRailTrip(rail)) return refuse('card.no-entry')
  const entry = railEntryOf(rail, context.config)
  if (entry === undefined) return refuse('card.no-entry', 'fares.unknown-station')
  const fare = fareOf(context, { entry })
  if (typeof fare !== 'number') return fare
  return planOf(view, context, { amountFen: fare, entry, durationS: 0 }, (purchase) => [
    railExit2701(purchase, { entry: rail, place: placeOf(context.config) }),
    tripRecord1E(purchase, { type: 'exit', ...trip(context.config) }),
  ])
}

function planRent(view: CardView, context: Priceable): CardPlan | Refusal {
  if (openRental(view, context.config) !== undefined) return refuse('card.open-trip')
  if (view.balanceFen < entryMinimum(context.tariff)) return refuse('card.insufficient-balance')
  return planOf(view, context, { amountFen: 0, entry: null, durationS: 0 }, (purchase) => [
    tripRecord1E(purchase, { type: 'entry', ...trip(context.config) }),
  ])
}

function planReturn(view: CardView, context: Priceable): CardPlan | Refusal {
  const entry = openRental(view, context.config)
  if (entry === undefined) return refuse('card.no-entry')
  const durationS = Math.max(0, Math.floor((context.at - entry.at) / 1000))
  const fare = fareOf(context, { entry, durationS })
  if (typeof fare !== 'number') return fare
  return planOf(view, context, { amountFen: fare, entry, durationS }, (purchase) => [
    tripRecord1E(purchase, { type: 'exit', ...trip(context.config) }),
  ])
}

/** A purse never goes below zero: short of money means top-up, never a smaller debit. */
function planOf(
  view: CardView,
  { config }: Priceable,
  money: Pick<CardPlan, 'amountFen' | 'entry' | 'durationS'>,
  records: CardPlan['records'],
): CardPlan | Refusal {
  if (view.balanceFen < money.amountFen) return refuse('card.insufficient-balance')
  return { kind: KIND_OF_ROLE[config.role], ...money, records }
}

function fareOf(
  context: Priceable,
  ride: { readonly entry?: EntryReference; readonly durationS?: number },
): Fen | Refusal {
  const { config, at, distanceM, acceptance } = context
  const { entry, durationS = 0 } = ride
  const priced = price(context.tariff, {
    mode: config.mode,
    line: config.line,
    at,
    ...(distanceM > 0 ? { distanceM } : {}),
    ...(durationS > 0 ? { durationS } : {}),
    medium: 'card',
    riderClass: 'adult',
    issuer: { institution: acceptance.issuer, division: acceptance.division },
    ...(entry === undefined
      ? {}
      : {
          entry: { station: entry.station, at: entry.at },
          exit: { station: config.station, at },
        }),
  })
  return priced.ok ? priced.amountFen : refuse('fare.unknown', priced.code)
}

/** Where the trip began; undefined unless that is a station of this operator's network. */
function railEntryOf(rail: Rail2701, config: TerminalConfig): EntryReference | undefined {
  const place = parseStationField(rail.entryStation)
  if (place === undefined || !isOwn(config, rail.entryInstitution)) return undefined
  return { city: rail.entryCity, ...place, at: instantFromDigits(rail.entryTime) }
}

/** Station numbers mean nothing outside the network that gave them. */
function isOwn({ operator }: TerminalConfig, institution: string): boolean {
  return institution.startsWith(operator)
}

/** The newest trip on the card, when it is a bicycle of this operator, rented and not returned. */
function openRental(view: CardView, config: TerminalConfig): EntryReference | undefined {
  if (view.lastTrip === null) return undefined
  const { layout, trip: last } = decodeTrip(view.lastTrip)
  if (layout !== 'new' || last.industry !== INDUSTRY.bicycle || last.type !== TRIP.entry) {
    return undefined
  }
  const { city, line, station } = last
  if (!isOwn(config, last.institution)) return undefined
  return { city, line, station, at: instantFromDigits(last.dateTime) }
}

function placeOf({ city, operator, line, station }: TerminalConfig): TravelPlace {
  return { city, institution: operator, line, station }
}

function trip(config: TerminalConfig) {
  return { industry: INDUSTRY_OF_MODE[config.mode], place: placeOf(config) }
}
