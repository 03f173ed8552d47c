import { UnifareError } from '@unifare/core'
import rideCodeFile from '../data/ride-code.json' with { type: 'json' }
import tUnionFile from '../data/t-union.json' with { type: 'json' }
import { cityCodeOf } from './codes.ts'
import type { Mode, ModeMarks } from './modes.ts'
import {
  date,
  division,
  exactly,
  flag,
  list,
  mark,
  nullable,
  object,
  once,
  oneOf,
  optional,
  type Place,
  type Reader,
  text,
  whole,
} from './parse.ts'

/**
 * What kind of place a row speaks of. `district`: district or county of a municipality;
 * `county`: county-level under a prefecture; `county-direct`: county-level under the province;
 * `zone`: special zone without a division of its own; `xpcc`: seat of a division of the Xinjiang
 * Production and Construction Corps; `province`: a province's own card.
 */
export const LEVELS = [
  'province',
  'municipality',
  'prefecture',
  'district',
  'county-direct',
  'county',
  'zone',
  'xpcc',
] as const

export const FLAGS = ['metro-unavailable', 'partial-bus', 'under-conversion'] as const

export type Flag = (typeof FLAGS)[number]

/** A mode that the file leaves out was not told: null. */
const modeMarks: Reader<ModeMarks> = (value, place) => {
  const missing = optional(mark, null)
  return object({
    bus: missing,
    metro: missing,
    taxi: missing,
    ferry: missing,
    'light-rail': missing,
    bicycle: missing,
    brt: missing,
    cableway: missing,
  } satisfies Record<Mode, Reader<boolean | null>>)(value, place)
}

const common = {
  id: text,
  province: text,
  name: text,
  printed: text,
  parent: nullable(text),
  level: oneOf(...LEVELS),
  division: nullable(division),
  divisionSource: nullable(text),
  modes: modeMarks,
  flags: list(oneOf(...FLAGS)),
  limitedTo: list(text),
  excluding: list(text),
  note: nullable(text),
  doubtful: nullable(text),
  sourceLine: whole(1),
}

const head = { document: text, source: text, asOf: date, asOfWords: text, about: text }

const readTUnion = object({
  ...head,
  network: exactly('t-union'),
  provinces: list(object({ province: text, whole: nullable(flag), sourceLine: whole(1) })),
  rows: list(object({ ...common, cards: list(text) })),
})

const readRideCode = object({
  ...head,
  network: exactly('ride-code'),
  rows: list(
    object({ ...common, brand: text, brandPrinted: text, origin: oneOf('table', 'text') }),
  ),
})

type Common = { readonly [K in keyof typeof common]: ReturnType<(typeof common)[K]> }

/** One city, area or province card of the two documents: facts, dated, never changed. */
export interface RegistryRecord extends Common {
  readonly network: 't-union' | 'ride-code'
  /** Names of the cards issued here; none for a ride code. */
  readonly cards: readonly string[]
  /** Brand of the ride code in simplified characters, and as printed. */
  readonly brand: string | null
  readonly brandPrinted: string | null
  /** Clearing city (GB/T 13497), where a source tells it. */
  readonly city: string | null
  /** Date of the document's statement. */
  readonly asOf: string
  /** Whether the row stands in the document's table or list, or only in its running text. */
  readonly origin: 'table' | 'text'
}

/** Reads the T-Union file; throws `registry.bad-data` with the place of the fault. */
export function parseTUnion(file: unknown): readonly RegistryRecord[] {
  const { rows, network, asOf } = readTUnion(file, 't-union')
  return unique(
    rows.map((row) => ({
      ...row,
      network,
      asOf,
      brand: null,
      brandPrinted: null,
      origin: 'table',
      city: row.level === 'province' ? null : cityCodeOf(row.division),
    })),
    't-union.rows',
  )
}

/** Reads the ride-code file; throws `registry.bad-data` with the place of the fault. */
export function parseRideCode(file: unknown): readonly RegistryRecord[] {
  const { rows, network, asOf } = readRideCode(file, 'ride-code')
  return unique(
    rows.map((row) => ({ ...row, network, asOf, cards: [], city: cityCodeOf(row.division) })),
    'ride-code.rows',
  )
}

function unique(records: readonly RegistryRecord[], place: Place): readonly RegistryRecord[] {
  const seen = new Map<string, number>()
  records.forEach(({ id }, index) => {
    const first = seen.get(id)
    if (first !== undefined)
      throw new UnifareError(
        'registry.bad-data',
        `${place}[${index}].id: ${id} is the id of ${place}[${first}] already`,
        { place: `${place}[${index}].id` },
      )
    seen.set(id, index)
  })
  return records
}

/** Every row of both documents, T-Union first, in the order of the documents. */
export const registryRecords: () => readonly RegistryRecord[] = once(() => [
  ...parseTUnion(tUnionFile),
  ...parseRideCode(rideCodeFile),
])

/** A province of the T-Union document; `whole` when it says that all of it takes part. */
export interface CoveredProvince {
  readonly province: string
  readonly whole: boolean | null
  readonly sourceLine: number
}

/** The 31 provinces of the T-Union document. */
export const coveredProvinces: () => readonly CoveredProvince[] = once(
  () => readTUnion(tUnionFile, 't-union').provinces,
)
