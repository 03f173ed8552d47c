import simulatedFile from '../data/simulated.json' with { type: 'json' }
import { acceptanceStatus, MEDIA, mode } from './modes.ts'
import {
  clearingCity,
  division,
  exactly,
  form,
  institutionId,
  list,
  number,
  object,
  once,
  oneOf,
  optional,
  text,
  whole,
} from './parse.ts'

/** West of Greenwich and south of the equator are negative. */
const degrees = number(-180)

const readInstitution = object({
  id: institutionId,
  /** `ours`, or where this code was seen in real use. */
  idSource: text,
  role: oneOf('issuer', 'operator', 'centre'),
  nameZh: text,
  nameEn: text,
  /** Its city's official name, and the same in English. */
  cityZh: text,
  cityEn: text,
  /** GB/T 2260. */
  division,
  /** Clearing city, GB/T 13497 style. */
  city: clearingCity,
  /** First eight digits of its card numbers (issuers). */
  iin: optional(form(/^31\d{6}$/, 'an IIN of eight digits beginning with 31'), undefined),
  /** Code-platform id of its ride codes (issuers). */
  platform: optional(institutionId, undefined),
  /** Whether its numbers are known to carry a Luhn digit, so that a wrong one is refused. */
  luhn: optional(oneOf('enforced', 'unknown'), 'unknown' as const),
  modes: list(mode),
  /** Lines that it runs in another city. */
  alsoIn: optional(list(object({ division, city: clearingCity, line: text })), []),
  /** Degrees of its city's centre, one decimal, ours. */
  lon: degrees,
  lat: degrees,
})

/** A member of Unifare's demonstration network: issuer, operator or centre. */
export type Institution = ReturnType<typeof readInstitution> & { readonly simulated: true }

const some = list(institutionId)

const readSimulated = object({
  simulated: exactly(true),
  source: text,
  about: text,
  institutions: list(readInstitution),
  prefixes: list(
    object({
      prefix: form(/^31\d{6,11}$/, 'a prefix of 8 to 13 digits beginning with 31'),
      issuer: institutionId,
      brand: text,
      source: text,
    }),
  ),
  acceptance: list(
    object({
      operators: (value: unknown, place: string) => (value === 'all' ? value : some(value, place)),
      issuers: (value: unknown, place: string) => (value === 'all' ? value : some(value, place)),
      media: list(oneOf(...MEDIA)),
      status: acceptanceStatus,
      from: form(/^\d{4}-\d\d-\d\d$/, 'a day YYYY-MM-DD'),
    }),
  ),
  /** Wallets of phones that carry an issuer's card, each from a day on. */
  wallets: list(
    object({
      nameZh: text,
      nameEn: text,
      issuer: institutionId,
      /** Bytes of carrier or city behind the 8-byte name of the purse. */
      aidSuffix: form(/^[0-9A-F]{16}$/, 'eight bytes in hexadecimal'),
      /** Where these bytes were seen in real use. */
      aidSource: text,
      from: form(/^\d{4}-\d\d-\d\d$/, 'a day YYYY-MM-DD'),
    }),
  ),
  /** Platforms that are members with codes of their own layout: rides are charged to them. */
  platforms: list(
    object({
      id: institutionId,
      nameZh: text,
      nameEn: text,
      /** Layout of its codes. */
      family: oneOf('tencent', 'alipay', 'city-card', 'unionpay'),
      /** Most that one ride may cost. */
      capFen: whole(1),
      operators: some,
      from: form(/^\d{4}-\d\d-\d\d$/, 'a day YYYY-MM-DD'),
    }),
  ),
})

/** Reads Unifare's own membership; throws `registry.bad-data` with the place of the fault. */
export function parseSimulated(file: unknown): ReturnType<typeof readSimulated> {
  return readSimulated(file, 'simulated')
}

export const simulated = once(() => parseSimulated(simulatedFile))

const all = once((): readonly Institution[] =>
  simulated().institutions.map((one) => ({ ...one, simulated: true })),
)

/** All institutions of the demonstration network: the centre, issuers, operators. Simulated. */
export function institutions(): readonly Institution[] {
  return all()
}

/** The institution with an eight-digit code, or undefined. */
export function institution(id: string): Institution | undefined {
  return all().find((one) => one.id === id)
}
