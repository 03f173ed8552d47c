import { cardError } from '../errors.ts'
import { logLayout, SFI } from '../files/card-files.ts'
import {
  CITY_UNION_COMPOSITE_SFI,
  cityUnionInfoLayout,
  emptyCityUnionRecord,
} from '../files/city-union.ts'
import type { CardIdentity } from '../purse/diversification.ts'
import { ALGORITHM_3DES, ALGORITHM_SM4 } from '../purse/purse-crypto.ts'
import { CITY_UNION_AID } from './applications.ts'
import {
  type CardMasterKeys,
  cardKeys,
  LOG_RECORDS,
  PURSE_DEFAULTS,
  requireBalance,
} from './card-keys.ts'
import type { CardMemory } from './card-state.ts'

/** What an issuer decides about a purse of the city-union scheme. */
export interface CityUnionProfile {
  /** Issuer and city, four digits each. */
  readonly issuer: string
  readonly city: string
  /** Card serial, 16 digits. */
  readonly serial: string
  readonly validFrom: string
  readonly validTo: string
  readonly balanceFen: number
  readonly balanceLimitFen?: number
  /** Chip number, 9 bytes: enters MAC1. */
  readonly uid: Uint8Array
  readonly keys: CardMasterKeys
}

const RECORDS = [1, 2, 3, 4]
const UID_BYTES = 9

/** What of a city-union card enters the diversification, in the form that T-Union's has. */
export function cityUnionIdentity(card: {
  readonly issuer: string
  readonly city: string
  readonly serial: string
}): CardIdentity {
  return {
    issuerId: `${card.issuer}${card.city}FFFFFFFF`,
    applicationSerial: `0000${card.serial}`,
  }
}

/**
 * A purse under the keys of the 住建部: the only one of a city card, or one beside the T-Union
 * purse of a dual card. Throws `card.bad-field`.
 */
export async function cityUnionPurse(profile: CityUnionProfile): Promise<CardMemory> {
  const { issuer, city, serial, uid, balanceFen } = profile
  const { balanceLimitFen = PURSE_DEFAULTS.balanceLimitFen } = profile
  const digits = { issuer: [issuer, 4], city: [city, 4], serial: [serial, 16] } as const
  for (const [field, [value, length]] of Object.entries(digits)) {
    if (value.length !== length || !/^[0-9]+$/.test(value)) {
      throw cardError('card.bad-field', { field, value, expected: `${length} digits` })
    }
  }
  requireBalance({ balanceFen, balanceLimitFen })
  if (uid.length !== UID_BYTES) throw cardError('card.bad-field', { field: 'uid' })
  return {
    ...PURSE_DEFAULTS,
    aid: CITY_UNION_AID,
    scheme: 'mohurd',
    balanceFen,
    balanceLimitFen,
    uid,
    binaries: {
      [SFI.publicInfo]: cityUnionInfoLayout.encode({
        issuer,
        city,
        serial,
        algorithm: profile.keys.purchase.algorithm === 'sm4' ? ALGORITHM_SM4 : ALGORITHM_3DES,
        industry: 1,
        enabledFlag: 1,
        version: 1,
        interoperability: 1,
        validFrom: profile.validFrom,
        validTo: profile.validTo,
      }),
    },
    cyclic: { [SFI.log]: { capacity: LOG_RECORDS, recordBytes: logLayout.length, records: [] } },
    variable: { [CITY_UNION_COMPOSITE_SFI]: RECORDS.map(emptyCityUnionRecord) },
    keys: await cardKeys(profile.keys, cityUnionIdentity(profile)),
  }
}
