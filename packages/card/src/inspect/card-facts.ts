import { luhnValid, toHex } from '@unifare/core'
import { CITY_UNION_AID } from '../chip/applications.ts'
import { type ManagementInfo, managementInfoLayout, publicInfoLayout } from '../files/card-files.ts'
import { cardDay } from '../files/card-time.ts'
import { cashInfoLayout } from '../files/cash-info.ts'
import { cityUnionInfoLayout } from '../files/city-union.ts'
import { findTlv } from '../tlv.ts'
import { type Application, applicationsOf } from './applications.ts'
import { CARD_KINDS, keyOf } from './code-tables.ts'
import type { CardNames, CodeName } from './names.ts'
import { fitted, type Part, type Parts } from './parts.ts'
import type { ProblemList } from './problems.ts'

/** Which scheme the first files belong to. */
export type Scheme = 't-union' | 'city-union'

/** What the card says of itself. Null is: the dump does not tell, or not in a form that exists. */
export interface CardFacts {
  readonly scheme: Scheme | null
  /** 19 digits; the 16-digit serial of a city-union card. */
  readonly number: string | null
  /** Told and never enforced: numbers of real cards often fail. Null without a number. */
  readonly luhn: 'valid' | 'failed' | null
  /** 8 digits (T-Union), 4 digits (city union). */
  readonly issuer: string | null
  readonly issuerName: CodeName | null
  /** YYYY-MM-DD. */
  readonly validFrom: string | null
  readonly validTo: string | null
  readonly enabled: boolean | null
  readonly applicationType: number | null
  /** `ordinary`, `student` …; `unknown` for a code without a name. */
  readonly kind: string | null
  readonly kindCode: number | null
  readonly province: string | null
  /** Home city, 4 digits. */
  readonly city: string | null
  readonly cityName: CodeName | null
  readonly interoperable: boolean | null
  readonly applications: readonly Application[]
}

const MANAGEMENT_READ_BYTES = 11

interface Sources {
  readonly parts: Parts
  readonly names: CardNames
  readonly problems: ProblemList
}

/** EF 15, EF 17 and FCI. What the FCI has counts when a file is missing. */
export function cardFacts(sources: Sources): CardFacts {
  const { parts, names, problems } = sources
  const applications = once(parts.fci.flatMap((part) => applicationsOf(part, problems)))
  const scheme = schemeOf(parts, applications)
  const identity = scheme === 'city-union' ? cityUnion(sources) : tUnion(sources)
  // EF 17 of a city-union purse holds composite records, not the place.
  const place = scheme === 'city-union' ? null : placeFacts(sources)
  const city = place?.city ?? identity?.city ?? null
  return {
    scheme: identity === null ? null : scheme,
    number: identity?.number ?? null,
    luhn: luhnOf(scheme, identity?.number ?? null),
    issuer: identity?.issuer ?? null,
    issuerName: (identity?.issuer && names.institution(identity.issuer)) || null,
    validFrom: identity?.validFrom ?? null,
    validTo: identity?.validTo ?? null,
    enabled: identity?.enabled ?? null,
    applicationType: identity?.applicationType ?? null,
    kind: place ? keyOf(CARD_KINDS, place.kindCode) : null,
    kindCode: place?.kindCode ?? null,
    province: place?.province ?? null,
    city,
    cityName: (city && names.city(city)) || null,
    interoperable: place?.interoperable ?? identity?.interoperable ?? null,
    applications,
  }
}

/** A directory and the applications themselves name the same ones. */
function once(applications: readonly Application[]): readonly Application[] {
  return applications.filter(
    ({ aid }, at) => applications.findIndex((other) => other.aid === aid) === at,
  )
}

interface Identity {
  readonly number: string | null
  readonly issuer: string | null
  readonly validFrom: string | null
  readonly validTo: string | null
  readonly enabled: boolean | null
  readonly applicationType: number | null
  readonly city: string | null
  readonly interoperable: boolean | null
}

/** City union only when the dump shows its application and none of T-Union. */
function schemeOf({ fci }: Parts, applications: readonly Application[]): Scheme {
  const aids = applications.map(({ aid }) => aid)
  const union = aids.some((aid) => aid.startsWith(toHex(CITY_UNION_AID).slice(0, 12)))
  return fci.length > 0 && union && !aids.some((aid) => aid.startsWith('A000000632'))
    ? 'city-union'
    : 't-union'
}

function tUnion({ parts, problems }: Sources): Identity | null {
  const part = publicInfo(parts, problems)
  const bytes = part && fitted(part, publicInfoLayout.length, problems)
  if (!part || !bytes) return cashIdentity(parts, problems)
  const info = publicInfoLayout.decode(bytes)
  const { where } = part
  return {
    number: digits(info.applicationSerial.slice(1), `${where}.number`, problems),
    issuer: digits(info.issuerId.slice(0, 8), `${where}.issuer`, problems),
    validFrom: day(info.validFrom, `${where}.validFrom`, problems),
    validTo: day(info.validTo, `${where}.validTo`, problems),
    enabled: info.enabledFlag === 1,
    applicationType: info.applicationType,
    city: null,
    interoperable: null,
  }
}

/** EF 15, or the same bytes from the FCI; when both are there and differ, that is told. */
function publicInfo(parts: Parts, problems: ProblemList): Part | undefined {
  const file = parts.files.get('15')?.[0]
  const told = fromFci(parts, 0x9f0c)
  if (file && told && toHex(file.bytes.subarray(0, 30)) !== toHex(told.bytes.subarray(0, 30))) {
    problems.add('inspect.differs', file.where, toHex(told.bytes))
  }
  return file ?? told
}

function fromFci(parts: Parts, tag: number): Part | undefined {
  for (const part of parts.fci) {
    const bytes = findTlv(part.bytes, tag)
    if (bytes) return { ...part, where: `${part.where}.${tag.toString(16).toUpperCase()}`, bytes }
  }
  return undefined
}

/** A dump of the electronic-cash face alone: number and issuer stand in DF11. */
function cashIdentity(parts: Parts, problems: ProblemList): Identity | null {
  const part = fromFci(parts, 0xdf11)
  const bytes = part && fitted(part, cashInfoLayout.length, problems)
  if (!part || !bytes) return null
  const info = cashInfoLayout.decode(bytes)
  return {
    number: digits(info.pan.slice(0, 19), `${part.where}.number`, problems),
    issuer: digits(info.issuerId.slice(0, 8), `${part.where}.issuer`, problems),
    validFrom: null,
    validTo: null,
    enabled: info.enabledFlag === 1,
    applicationType: null,
    city: null,
    interoperable: null,
  }
}

function cityUnion({ parts, problems }: Sources): Identity | null {
  const part = publicInfo(parts, problems)
  const bytes = part && fitted(part, cityUnionInfoLayout.length, problems)
  if (!part || !bytes) return null
  const info = cityUnionInfoLayout.decode(bytes)
  const { where } = part
  return {
    number: digits(info.serial, `${where}.number`, problems),
    issuer: digits(info.issuer, `${where}.issuer`, problems),
    validFrom: day(info.validFrom, `${where}.validFrom`, problems),
    validTo: day(info.validTo, `${where}.validTo`, problems),
    enabled: info.enabledFlag === 1,
    applicationType: null,
    city: digits(info.city, `${where}.city`, problems),
    interoperable: info.interoperability === 1,
  }
}

interface PlaceFacts {
  readonly kindCode: number
  readonly province: string | null
  readonly city: string | null
  readonly interoperable: boolean
}

/** EF 17, of which readers often take 11 bytes only; else DF11, which tells the same. */
function placeFacts({ parts, problems }: Sources): PlaceFacts | null {
  const part = parts.files.get('17')?.[0]
  if (part && part.bytes.length >= MANAGEMENT_READ_BYTES) {
    return placeOf(managementInfoLayout.decode(part.bytes), part.where, problems)
  }
  if (part) problems.add('inspect.wrong-length', part.where, toHex(part.bytes))
  const cash = fromFci(parts, 0xdf11)
  const bytes = cash && fitted(cash, cashInfoLayout.length, problems)
  return cash && bytes ? placeOf(cashInfoLayout.decode(bytes), cash.where, problems) : null
}

function placeOf(
  info: Pick<ManagementInfo, 'cardKind' | 'province' | 'city' | 'interoperability'>,
  where: string,
  problems: ProblemList,
): PlaceFacts {
  return {
    kindCode: info.cardKind,
    province: digits(info.province, `${where}.province`, problems),
    city: digits(info.city, `${where}.city`, problems),
    interoperable: info.interoperability === 1,
  }
}

/** Packed digits as they stand; null, and told, when they are none. */
export function digits(text: string, where: string, problems: ProblemList): string | null {
  if (/^\d+$/.test(text)) return text
  problems.add('inspect.not-decimal', where, text)
  return null
}

function day(text: string, where: string, problems: ProblemList): string | null {
  const found = cardDay(text)
  if (found === null) problems.add('inspect.no-such-day', where, text)
  return found
}

function luhnOf(scheme: Scheme, number: string | null): CardFacts['luhn'] {
  if (number === null || scheme === 'city-union') return null
  return luhnValid(number) ? 'valid' : 'failed'
}
