import { concat } from '@unifare/core'
import { cardError } from '../errors.ts'
import { logLayout, managementInfoLayout, publicInfoLayout, SFI } from '../files/card-files.ts'
import { COMPOSITE_ID, emptyCompositeRecord } from '../files/composite-records.ts'
import { type Holder, holderLayout } from '../files/holder-file.ts'
import { tripLayout } from '../files/trip-log.ts'
import type { CardIdentity } from '../purse/diversification.ts'
import { PURSE_AID } from './applications.ts'
import { createCard } from './card.ts'
import {
  type CardMasterKeys,
  cardKeys,
  LOG_RECORDS,
  PURSE_DEFAULTS,
  requireBalance,
} from './card-keys.ts'
import { isPin } from './card-pin.ts'
import type { Card, ForeignApplication } from './card-state.ts'
import { type CityUnionProfile, cityUnionPurse } from './city-union-purse.ts'

/** What an issuer decides about a new card. */
export interface CardProfile {
  /** Institution code, 8 digits. */
  readonly issuer: string
  /** Card number, 19 digits. Numbers are checked where they are allotted. */
  readonly number: string
  /** Four digits, GB/T 13497 style. */
  readonly provinceCode: string
  readonly cityCode: string
  /** YYYYMMDD, both days included. */
  readonly validFrom: string
  readonly validTo: string
  readonly interoperable: boolean
  readonly balanceFen: number
  readonly keys: CardMasterKeys
  /** 01 ordinary unless told otherwise (EF 17). */
  readonly cardKind?: number
  /** Most that the purse may hold after a load; 1,000 yuan unless told otherwise. */
  readonly balanceLimitFen?: number
  /** Whether the electronic-cash face shows the purse, too; it does unless told otherwise. */
  readonly cash?: boolean
  /** Overdraft that GET BALANCE shows, as on Shanghai's cards; none unless told otherwise. */
  readonly overdraftFen?: number
  readonly pin?: {
    readonly value: Uint8Array
    readonly tries: number
    /** Whether a load needs it. */
    readonly forLoad: boolean
  }
  /** A purse of the city-union scheme beside this one: a dual card. */
  readonly cityUnion?: CityUnionProfile
  /** Who holds it: EF 16 is on the card when this is given, blank with `{}`. */
  readonly holder?: Partial<Holder>
  /** Records of EF 19, the issuer's own: `nn`, length, lock, content; no EF 19 without them. */
  readonly localRecords?: readonly Uint8Array[]
  /** Applications of third schemes: shown, and left alone. */
  readonly foreign?: readonly ForeignApplication[]
  /** Bytes behind the 8-byte identifier: phone instances have longer ones (reference card 1). */
  readonly aidSuffix?: Uint8Array
}

const TRIP_RECORDS = 30
/** INIT tells the overdraft in three bytes. */
const OVERDRAFT_MAX = 0xff_ffff
/** 63Cx tells the tries that are left in half a byte. */
const PIN_TRIES_MAX = 15
/** An application identifier has at most 16 bytes (ISO/IEC 7816-4). */
const AID_SUFFIX_MAX = 16 - PURSE_AID.length
const DEFAULT_LIMIT_FEN = PURSE_DEFAULTS.balanceLimitFen

/** A new card with its files and its own keys. Throws `card.bad-field` for a value that does not fit. */
export async function personalise(profile: CardProfile): Promise<Card> {
  checkProfile(profile)
  const identity = identityOf(profile)
  const { balanceFen, balanceLimitFen = DEFAULT_LIMIT_FEN } = profile
  const { cash = true, overdraftFen = 0, pin, cityUnion, foreign = [] } = profile
  return createCard({
    ...PURSE_DEFAULTS,
    aid: concat(PURSE_AID, profile.aidSuffix ?? new Uint8Array(0)),
    scheme: 'mot',
    balanceFen,
    balanceLimitFen,
    overdraftFen,
    pin: pin ? { value: pin.value, triesLeft: pin.tries, triesMax: pin.tries } : null,
    loadNeedsPin: pin?.forLoad ?? false,
    uid: new Uint8Array(0),
    cash,
    others: cityUnion ? [await cityUnionPurse(cityUnion)] : [],
    foreign,
    binaries: binariesOf(profile, identity),
    cyclic: {
      [SFI.log]: { capacity: LOG_RECORDS, recordBytes: logLayout.length, records: [] },
      [SFI.trips]: { capacity: TRIP_RECORDS, recordBytes: tripLayout.length, records: [] },
    },
    variable: {
      [SFI.composite]: Object.values(COMPOSITE_ID).map(emptyCompositeRecord),
      ...(profile.localRecords && { [SFI.local]: profile.localRecords }),
    },
    keys: await cardKeys(profile.keys, identity),
  })
}

/** What of a card number and issuer enters EF 15 and the diversification. */
export function identityOf(card: {
  readonly issuer: string
  readonly number: string
}): CardIdentity {
  return { issuerId: `${card.issuer}FFFFFFFF`, applicationSerial: `0${card.number}` }
}

function checkProfile(profile: CardProfile): void {
  const { balanceFen, balanceLimitFen = DEFAULT_LIMIT_FEN } = profile
  const digits = [
    ['issuer', 8],
    ['number', 19],
    ['provinceCode', 4],
    ['cityCode', 4],
    ['validFrom', 8],
    ['validTo', 8],
  ] as const
  for (const [field, length] of digits) {
    const value = profile[field]
    if (value.length !== length || !/^[0-9]+$/.test(value)) {
      throw cardError('card.bad-field', { field, value, expected: `${length} digits` })
    }
  }
  if (profile.aidSuffix && profile.aidSuffix.length > AID_SUFFIX_MAX) {
    throw cardError('card.bad-field', { field: 'aidSuffix', value: profile.aidSuffix.length })
  }
  requireBalance({ balanceFen, balanceLimitFen })
  const { overdraftFen = 0, pin } = profile
  if (!(Number.isSafeInteger(overdraftFen) && overdraftFen >= 0 && overdraftFen <= OVERDRAFT_MAX)) {
    throw cardError('card.bad-field', { field: 'overdraftFen', value: overdraftFen })
  }
  if (pin && !isPin(pin.value)) throw cardError('card.bad-field', { field: 'pin' })
  if (pin && !(Number.isInteger(pin.tries) && pin.tries >= 1 && pin.tries <= PIN_TRIES_MAX)) {
    throw cardError('card.bad-field', { field: 'pin.tries', value: pin.tries })
  }
}

function binariesOf(profile: CardProfile, identity: CardIdentity): Record<number, Uint8Array> {
  return {
    [SFI.publicInfo]: publicInfoLayout.encode({
      ...identity,
      applicationType: 2,
      enabledFlag: 1,
      validFrom: profile.validFrom,
      validTo: profile.validTo,
    }),
    [SFI.managementInfo]: managementInfoLayout.encode({
      country: '00000156',
      province: profile.provinceCode,
      city: profile.cityCode,
      interoperability: profile.interoperable ? 1 : 0,
      cardKind: profile.cardKind ?? 1,
    }),
    ...(profile.holder && { [SFI.holder]: holderLayout.encode(profile.holder) }),
  }
}
