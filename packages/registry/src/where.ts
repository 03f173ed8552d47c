import type { Day } from '@unifare/core'
import { checkCardNumber, issuerOfNumber } from './card-number.ts'
import { type RegistryErrorCode, registryErrors } from './errors.ts'
import { lingnanPass } from './facts.ts'
import { institution, institutions } from './institutions.ts'
import { aliases, findPlaces } from './places.ts'
import { coveredProvinces, registryRecords } from './record.ts'
import { membersOf } from './simulated-acceptance.ts'
import type { WhereLine, WhereSet } from './where-line.ts'
import {
  seedOfBrand,
  seedOfCard,
  seedOfCity,
  seedOfLingnan,
  seedOfProduct,
  seedOfProvince,
} from './where-seed.ts'
import { simulatedOfCity, simulatedOfIssuer } from './where-simulated.ts'

export type WhereKind =
  | 'number'
  | 'institution'
  | 'code-brand'
  | 'card'
  | 'network'
  | 'city'
  | 'province'

/**
 * Facts of the documents and Unifare's own simulated membership, never mixed. `ok` false: the
 * question was refused with `code` (a bad number, an unallotted block, nothing of that name).
 */
export type Where =
  | {
      readonly ok: true
      readonly query: string
      readonly kind: WhereKind
      readonly seed: WhereSet
      readonly simulated: WhereSet
    }
  | {
      readonly ok: false
      readonly query: string
      readonly code: RegistryErrorCode
      readonly zh: string
      readonly en: string
    }

/**
 * Where a card number, ride-code account or brand, card name, institution or city can be used, on
 * what, and why not. Names may be official, as printed (also traditional), or short (广州, 湘西).
 * `at` is the day of the ride in the simulated set; the documents speak of their own date.
 */
export function where(text: string, at?: Day): Where {
  const query = text.trim()
  const digits = query.replace(/[\s-]/g, '')
  if (/^\d{9,}$/.test(digits)) return whereNumber(query, at)
  if (/^\d{8}$/.test(digits)) return whereInstitution(digits, at)
  return whereName(chineseName(query), at) ?? refused(query, 'registry.bad-query')
}

function whereNumber(query: string, at?: Day): Where {
  const checked = checkCardNumber(query)
  if (!checked.ok) return refused(query, checked.code)
  const issuer = checked.issuer === undefined ? undefined : institution(checked.issuer)
  const prefix = issuerOfNumber(checked.number)
  const warnings = checked.warnings.map((warning): WhereLine => ({ ...BLANK, ...warning }))
  const owner: WhereLine = {
    ...BLANK,
    document: issuer === undefined ? null : 'simulated',
    zh: `号段${prefix?.prefix}：${issuer?.nameZh ?? prefix?.brand}`,
    en: `prefix ${prefix?.prefix}: ${issuer?.nameEn ?? prefix?.brand} (source: ${prefix?.source})`,
  }
  const simulated = simulatedOfIssuer(issuer, at)
  return {
    ok: true,
    query,
    kind: 'number',
    seed: seedOfCard({ city: issuer?.cityZh }),
    simulated: { ...simulated, lines: [owner, ...warnings, ...simulated.lines] },
  }
}

const BLANK = { answer: null, mode: null, words: null, document: null, sourceLine: null } as const

function whereInstitution(id: string, at?: Day): Where {
  const member = institution(id)
  if (member === undefined) return refused(id, 'registry.unknown-institution')
  const issuing = member.role === 'issuer'
  return {
    ok: true,
    query: id,
    kind: 'institution',
    seed: issuing ? seedOfCard({ city: member.cityZh }) : seedOfCity(member.cityZh),
    simulated: issuing ? simulatedOfIssuer(member, at) : simulatedOfCity(id, at),
  }
}

/** The Chinese name of a city that is asked for in English, as the simulated members carry it. */
function chineseName(query: string): string {
  const wanted = query.toLowerCase()
  return institutions().find(({ cityEn }) => cityEn.toLowerCase() === wanted)?.cityZh ?? query
}

function whereName(query: string, at?: Day): Where | undefined {
  const records = registryRecords()
  const brand = records.find((one) => one.brand === query || one.brandPrinted === query)
  if (brand?.brand)
    return named('code-brand', seedOfBrand(brand.brand), simulatedOfCity(brand.name, at, 'code'))
  const card = records.find((one) => one.cards.includes(query))
  if (card !== undefined)
    return named('card', seedOfCard({ city: card.name, card: query }), issuersOf(card.name))
  const lingnan = lingnanPass()
  if ([lingnan.name, '嶺南通'].includes(query))
    return named('network', seedOfLingnan(), simulatedOfIssuer(undefined, at))
  const found = findPlaces(query)
  const province = coveredProvinces().find((one) => aliases(one.province).includes(query))
  const ownCard = found.some(({ record }) => record.level === 'province')
  if (province !== undefined && (ownCard || found.length === 0))
    return named('province', seedOfProvince(province), simulatedOfCity(query, at))
  if (found.length > 0 || membersOf('operator', query).length > 0)
    return named('city', seedOfCity(query), simulatedOfCity(query, at))
  const product = seedOfProduct(query)
  return product && named('card', product, simulatedOfIssuer(undefined, at))

  function named(kind: WhereKind, seed: WhereSet, simulated: WhereSet): Where {
    return { ok: true, query, kind, seed, simulated }
  }
  function issuersOf(city: string): WhereSet {
    return simulatedOfIssuer(membersOf('issuer', city)[0], at)
  }
}

function refused(query: string, code: RegistryErrorCode): Where {
  return { ok: false, query, code, ...registryErrors[code] }
}
