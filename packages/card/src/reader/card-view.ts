import type { PurseScheme } from '../chip/card-state.ts'
import { cityUnionIdentity } from '../chip/city-union-purse.ts'
import type { CardRefusal } from '../errors.ts'
import { busAsVersionB } from '../files/bus-record.ts'
import {
  isEmptyRecord,
  type LogEntry,
  logLayout,
  managementInfoLayout,
  publicInfoLayout,
} from '../files/card-files.ts'
import { type CityTravel, type CityTrip, cityTripLayout } from '../files/city-trip.ts'
import { cityUnionInfoLayout } from '../files/city-union.ts'
import { type Bus2702, type Rail2701, railLayout } from '../files/composite-records.ts'
import {
  type Bicycle2706,
  bicycleLayout,
  type Rental2705,
  rentalLayout,
} from '../files/own-records.ts'
import type { CardIdentity } from '../purse/diversification.ts'

/** What a reader found on a card. Days are YYYYMMDD as the card keeps them. */
export interface CardView extends CardIdentity {
  /** Key system of the purse that was read; it alone may debit it. */
  readonly scheme: PurseScheme
  /** Chip number that enters MAC1, 9 bytes; of a city-union purse only. */
  readonly uid?: Uint8Array
  /** Institution code of the issuer, 8 digits; of a city-union purse issuer and city. */
  readonly issuer: string
  /** Card number, 19 digits; of a city-union purse 000 and the 16 digits of its serial. */
  readonly number: string
  readonly applicationType: number
  readonly enabled: boolean
  readonly validFrom: string
  readonly validTo: string
  readonly interoperable: boolean
  /** 01 ordinary, 02 student, 03 senior, 04 test, 05 military; 0 when the card does not tell. */
  readonly kind: number
  /**
   * Four digits of EF 17, empty when the card has no EF 17. A city-union purse has no province and
   * numbers cities in its own way.
   */
  readonly province: string
  readonly city: string
  /** Real balance in fen; a foreign card may show a negative one. */
  readonly balanceFen: number
  /**
   * Records 2701, 2702, 2705, 2706; null when there is none, or it was not read. A record 2702 of
   * version A stands in the words of version B.
   */
  readonly rail: Rail2701 | null
  readonly bus: Bus2702 | null
  readonly rental: Rental2705 | null
  readonly bicycle: Bicycle2706 | null
  /** Rides in the records of a city-union purse. */
  readonly cityTrips: Readonly<Partial<Record<CityTravel, CityTrip>>>
  /** Newest record of EF 18 and EF 1E; null when there is none. */
  readonly lastLog: LogEntry | null
  readonly lastTrip: Uint8Array | null
  /** Every byte read, as it was. */
  readonly raw: CardBytes
}

/** The bytes behind a view; null for what the card did not give. */
export interface CardBytes extends Readonly<Partial<Record<TravelRecord, Uint8Array | null>>> {
  readonly publicInfo: Uint8Array
  readonly managementInfo: Uint8Array | null
  readonly log: Uint8Array | null
  readonly trip: Uint8Array | null
}

/** Records of EF 1A by mode, in file order from 2701; a city-union purse has fewer. */
export const TRAVEL_RECORDS = ['rail', 'bus', 'water', 'taxi', 'rental', 'bicycle'] as const
export type TravelRecord = (typeof TRAVEL_RECORDS)[number]

/** Makes sense of the bytes of a T-Union purse. Never throws: what is unknown stays raw. */
export function cardView(raw: CardBytes, balanceFen: number): CardView {
  const info = publicInfoLayout.decode(raw.publicInfo)
  const management = raw.managementInfo && managementInfoLayout.decode(raw.managementInfo)
  return {
    scheme: 'mot',
    issuerId: info.issuerId,
    applicationSerial: info.applicationSerial,
    issuer: info.issuerId.slice(0, 8),
    number: info.applicationSerial.slice(1),
    applicationType: info.applicationType,
    enabled: info.enabledFlag === 1,
    validFrom: info.validFrom,
    validTo: info.validTo,
    interoperable: management?.interoperability === 1,
    kind: management?.cardKind ?? 0,
    province: management?.province ?? '',
    city: management?.city ?? '',
    balanceFen,
    rail: raw.rail ? railLayout.decode(raw.rail) : null,
    bus: raw.bus ? busAsVersionB(raw.bus) : null,
    rental: raw.rental ? rentalLayout.decode(raw.rental) : null,
    bicycle: raw.bicycle ? bicycleLayout.decode(raw.bicycle) : null,
    cityTrips: {},
    ...lastRecords(raw),
    raw,
  }
}

/** The same of a city-union purse: other files, and names in the form that T-Union's have. */
export function cityCardView(
  raw: CardBytes,
  purse: { readonly balanceFen: number; readonly uid: Uint8Array },
): CardView {
  const info = cityUnionInfoLayout.decode(raw.publicInfo)
  const identity = cityUnionIdentity(info)
  const trip = (bytes: Uint8Array | null | undefined) => bytes && cityTripLayout.decode(bytes)
  const [rail, bus, bicycle] = [trip(raw.rail), trip(raw.bus), trip(raw.bicycle)]
  return {
    scheme: 'mohurd',
    uid: purse.uid,
    ...identity,
    issuer: identity.issuerId.slice(0, 8),
    number: identity.applicationSerial.slice(1),
    applicationType: PURSE_ONLY,
    enabled: info.enabledFlag === 1,
    validFrom: info.validFrom,
    validTo: info.validTo,
    interoperable: info.interoperability === 1,
    kind: 0,
    province: '',
    city: info.city,
    balanceFen: purse.balanceFen,
    rail: null,
    bus: null,
    rental: null,
    bicycle: null,
    cityTrips: { ...(rail && { rail }), ...(bus && { bus }), ...(bicycle && { bicycle }) },
    ...lastRecords(raw),
    raw,
  }
}

function lastRecords(raw: CardBytes): Pick<CardView, 'lastLog' | 'lastTrip'> {
  const written = (record: Uint8Array | null) => (record && !isEmptyRecord(record) ? record : null)
  const log = written(raw.log)
  return { lastLog: log && logLayout.decode(log), lastTrip: written(raw.trip) }
}

/** Application types that hold an electronic purse: 02 purse, 03 purse and deposit. */
const PURSE_ONLY = 2
const PURSE_TYPES: readonly number[] = [PURSE_ONLY, 3]
/** EF 17: cards for trials. */
const TEST_KIND = 4

/**
 * The checks that every acceptor makes before a fare (reference card 6.1, step 3): purse, enable
 * flag, dates, kind, and interoperability where the card is not at home. Who accepts whom, deny
 * lists and balances are checked by the terminal from its bundles.
 */
export function checkCard(
  view: CardView,
  at: {
    readonly day: string
    readonly home: boolean
    /** Whether test cards are taken; they are unless told otherwise. */
    readonly test?: boolean
  },
): { readonly ok: true } | CardRefusal {
  if (!PURSE_TYPES.includes(view.applicationType)) return { ok: false, code: 'card.wrong-type' }
  if (!view.enabled) return { ok: false, code: 'card.not-enabled' }
  if (at.day < view.validFrom) return { ok: false, code: 'card.not-yet-valid' }
  if (at.day > view.validTo) return { ok: false, code: 'card.expired' }
  if (at.test === false && view.kind === TEST_KIND) return { ok: false, code: 'card.test-card' }
  if (!at.home && !view.interoperable) return { ok: false, code: 'card.not-interoperable' }
  return { ok: true }
}
