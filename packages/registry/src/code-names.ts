import { type CityCode, cityCodes, institutionCodes } from './codes.ts'
import { institution } from './institutions.ts'
import { once } from './parse.ts'

/** A name in both languages. */
export interface CodeName {
  readonly zh: string
  readonly en: string
}

/** What a code without a place in the standard is marked with. */
const MARKS = {
  'GB/T 13497-1992': { zh: '', en: '' },
  private: { zh: '（自用编码）', en: ' (private code)' },
  ours: { zh: '（模拟）', en: ' (simulated)' },
} as const satisfies Record<CityCode['standard'], CodeName>

const cities = once(() => new Map(cityCodes().map((city) => [city.code, city])))
const seen = once(() => new Map(institutionCodes().map((one) => [one.id, one])))

/**
 * Names of the codes that cards carry, for readers: cities by four digits, institutions by eight.
 * Undefined where no source tells a name. What belongs to the simulation says so in its name; a
 * code seen in real use keeps its real name.
 */
export const codeNames = { city: cityNameOf, institution: institutionNameOf } as const

function cityNameOf(code: string): CodeName | undefined {
  const city = cities().get(code)
  if (city === undefined) return undefined
  const mark = MARKS[city.standard]
  return { zh: city.name + mark.zh, en: city.nameEn + mark.en }
}

function institutionNameOf(id: string): CodeName | undefined {
  const real = seen().get(id)
  if (real) return { zh: real.name, en: real.nameEn }
  const ours = institution(id)
  if (ours) return { zh: ours.nameZh, en: ours.nameEn }
  // A leading 1 is the same institution in its role as acceptor (reference card 2.5).
  return id.startsWith('1') ? institutionNameOf(`0${id.slice(1)}`) : undefined
}
