import type { CardRefusal } from '../errors.ts'
import {
  isEmptyRecord,
  type LogEntry,
  logLayout,
  managementInfoLayout,
  publicInfoLayout,
} from '../files/card-files.ts'
import { type Bus2702, busLayout, type Rail2701, railLayout } from '../files/composite-records.ts'
import type { CardIdentity } from '../purse/diversification.ts'

/** What a reader found on a card. Days are YYYYMMDD as the card keeps them. */
export interface CardView extends CardIdentity {
  /** Institution code of the issuer, 8 digits. */
  readonly issuer: string
  /** Card number, 19 digits. */
  readonly number: string
  readonly applicationType: number
  readonly enabled: boolean
  readonly validFrom: string
  readonly validTo: string
  readonly interoperable: boolean
  /** 01 ordinary, 02 student, 03 senior, 04 test, 05 military; 0 when the card does not tell. */
  readonly kind: number
  /** Four digits of EF 17, empty when the card has no EF 17. */
  readonly province: string
  readonly city: string
  /** Real balance in fen; a foreign card may show a negative one. */
  readonly balanceFen: number
  /** Record 2701 and 2702; null when there is none. */
  readonly rail: Rail2701 | null
  readonly bus: Bus2702 | null
  /** Newest record of EF 18 and EF 1E; null when there is none. */
  readonly lastLog: LogEntry | null
  readonly lastTrip: Uint8Array | null
  /** Every byte read, as it was. */
  readonly raw: CardBytes
}

/** The bytes behind a view; null for what the card did not give. */
export interface CardBytes {
  readonly publicInfo: Uint8Array
  readonly managementInfo: Uint8Array | null
  readonly rail: Uint8Array | null
  readonly bus: Uint8Array | null
  readonly log: Uint8Array | null
  readonly trip: Uint8Array | null
}

/** Makes sense of the bytes of a card. Never throws: what is unknown stays raw. */
export function cardView(raw: CardBytes, balanceFen: number): CardView {
  const info = publicInfoLayout.decode(raw.publicInfo)
  const management = raw.managementInfo && managementInfoLayout.decode(raw.managementInfo)
  const written = (record: Uint8Array | null) => (record && !isEmptyRecord(record) ? record : null)
  const log = written(raw.log)
  return {
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
    rail: raw.rail && railLayout.decode(raw.rail),
    bus: raw.bus && busLayout.decode(raw.bus),
    lastLog: log && logLayout.decode(log),
    lastTrip: written(raw.trip),
    raw,
  }
}

/** Application types that hold an electronic purse: 02 purse, 03 purse and deposit. */
const PURSE_TYPES: readonly number[] = [2, 3]

/**
 * The checks that every acceptor makes before a fare (reference card 6.1, step 3): purse, enable
 * flag, dates, and interoperability where the card is not at home. Who accepts whom, deny lists
 * and balances are checked by the terminal from its bundles.
 */
export function checkCard(
  view: CardView,
  at: { readonly day: string; readonly home: boolean },
): { readonly ok: true } | CardRefusal {
  if (!PURSE_TYPES.includes(view.applicationType)) return { ok: false, code: 'card.not-t-union' }
  if (!view.enabled) return { ok: false, code: 'card.not-enabled' }
  if (at.day < view.validFrom) return { ok: false, code: 'card.not-yet-valid' }
  if (at.day > view.validTo) return { ok: false, code: 'card.expired' }
  if (!at.home && !view.interoperable) return { ok: false, code: 'card.not-interoperable' }
  return { ok: true }
}
