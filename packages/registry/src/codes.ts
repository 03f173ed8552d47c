import codesFile from '../data/codes.json' with { type: 'json' }
import {
  clearingCity,
  division,
  form,
  institutionId,
  list,
  nullable,
  object,
  once,
  oneOf,
  text,
} from './parse.ts'

const iin = form(/^31\d{6}$/, 'an IIN of eight digits beginning with 31')
const hex = form(/^([0-9A-F]{2})+$/, 'upper-case hexadecimal')

const readCodes = object({
  about: text,
  rid: hex,
  ridSource: text,
  range: object({ first: iin, last: iin, source: text }),
  ours: object({ first: iin, last: iin, source: text }),
  applications: list(
    object({
      aid: hex,
      kind: oneOf('EP', 'EC', 'PSAM'),
      label: text,
      nameZh: text,
      nameEn: text,
      source: text,
    }),
  ),
  cities: list(
    object({
      code: clearingCity,
      name: text,
      nameEn: text,
      division,
      standard: oneOf('GB/T 13497-1992', 'private', 'ours'),
      source: text,
      doubtful: nullable(text),
    }),
  ),
  institutions: list(
    object({
      id: institutionId,
      name: text,
      nameEn: text,
      division: nullable(division),
      city: nullable(clearingCity),
      source: text,
      doubtful: nullable(text),
    }),
  ),
  prefixes: list(
    object({
      prefix: form(/^31\d{6,11}$/, 'a prefix of 8 to 13 digits beginning with 31'),
      issuer: nullable(institutionId),
      place: text,
      brand: nullable(text),
      source: text,
    }),
  ),
})

type Codes = ReturnType<typeof readCodes>

/** Reads the codes file; throws `registry.bad-data` with the place of the fault. */
export function parseCodes(file: unknown): Codes {
  return readCodes(file, 'codes')
}

export const codes = once(() => parseCodes(codesFile))

/** A clearing city: four digits of GB/T 13497, a private code seen in use, or ours. */
export type CityCode = Codes['cities'][number]

/** An institution code that was seen in real use, with its source. */
export type InstitutionCode = Codes['institutions'][number]

/** An application of the scheme: its identifier begins with the scheme's RID. */
export type Application = Codes['applications'][number]

/** City codes with their sources. T-Union's city code is not GB/T 2260 (reference fares 1.3). */
export function cityCodes(): readonly CityCode[] {
  return codes().cities
}

/** The GB/T 13497 code of a division, or null where no source tells one. */
export function cityCodeOf(division: string | null): string | null {
  const found = codes().cities.find(
    (city) => city.division === division && city.standard === 'GB/T 13497-1992',
  )
  return found?.code ?? null
}

/** Institution codes seen in real use; Unifare's own members are `institutions()`. */
export function institutionCodes(): readonly InstitutionCode[] {
  return codes().institutions
}

/** The scheme as registrar: its RID, its applications, the range its IINs come from. */
export interface Registrar {
  readonly rid: string
  readonly ridSource: string
  readonly applications: readonly Application[]
  /** IINs of the scheme. */
  readonly range: Codes['range']
  /** The part of the range that the demonstration allots from. */
  readonly ours: Codes['ours']
}

/** What the scheme registers with the world. */
export function registrar(): Registrar {
  const { rid, ridSource, applications, range, ours } = codes()
  return { rid, ridSource, applications, range, ours }
}
