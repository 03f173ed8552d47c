import { toHex } from '@unifare/core'
import { isEmptyRecord } from '../files/card-files.ts'
import { decodeLocal } from '../files/local-records.ts'
import { shownBalance } from './balance-parts.ts'
import { type CardFacts, cardFacts } from './card-facts.ts'
import { type CompositeFacts, compositesOf } from './composites.ts'
import type { CardDump } from './dump.ts'
import { joinLogs } from './join.ts'
import { type CardNames, NO_NAMES } from './names.ts'
import { type Parts, readParts, recordNumber } from './parts.ts'
import { type InspectionProblem, problemList } from './problems.ts'
import { type InspectedTransaction, isShanghai, transactionsOf } from './transactions.ts'
import { type InspectedTrip, tripsOf } from './trips.ts'

/** What a dump says, as JSON: money in fen, times with their offset, bytes as hexadecimal. */
export interface Inspection extends CardFacts, CompositeFacts {
  /** As a rider is shown it; null when the dump has none. */
  readonly balanceFen: number | null
  /** EF 18, newest first. */
  readonly transactions: readonly InspectedTransaction[]
  /** EF 1E, newest first. */
  readonly trips: readonly InspectedTrip[]
  /** EF 19: rides of the month where the issuer's shape is known. */
  readonly localRecords: readonly LocalFacts[]
  /** Files without a layout here, as they are: holder, issuer's own files. */
  readonly otherFiles: readonly { readonly file: string; readonly raw: string }[]
  readonly problems: readonly InspectionProblem[]
}

/** A record of EF 19. */
export interface LocalFacts {
  readonly record: number
  readonly raw: string
  /** Guangzhou and Foshan only; the unit of the sums is not told. */
  readonly month: {
    /** `2026-11`. */
    readonly month: string
    readonly metroRides: number
    readonly rides: number
    readonly metroSum: number
    readonly sum: number
  } | null
}

const KNOWN_FILES = ['15', '17', '18', '19', '1A', '1E']

/**
 * Makes a dump readable. Never throws: a part that is missing is null or empty in the result, and
 * one that cannot be read is told in `problems` with its place, while all others are shown.
 */
export function inspectCard(
  dump: CardDump,
  options: { readonly names?: CardNames } = {},
): Inspection {
  const { names = NO_NAMES } = options
  const problems = problemList()
  const parts = readParts(dump, problems)
  const facts = cardFacts({ parts, names, problems })
  const shanghai = isShanghai(facts)
  const home = facts.city ?? facts.issuer?.slice(4) ?? null
  return {
    ...facts,
    balanceFen: shownBalance(parts.balance, problems),
    ...joinLogs({
      transactions: transactionsOf(parts, { shanghai, problems }),
      trips: tripsOf(parts, { names, home, problems }),
    }),
    ...compositesOf(parts, { names, problems }),
    localRecords: localRecords(parts, home),
    otherFiles: otherFiles(parts, knownFiles({ union: facts.scheme === 'city-union', shanghai })),
    problems: problems.all,
  }
}

function localRecords(parts: Parts, home: string | null): readonly LocalFacts[] {
  return (parts.files.get('19') ?? []).flatMap((part, index) => {
    const { bytes } = part
    if (isEmptyRecord(bytes)) return []
    const number = recordNumber(part, index)
    const { month } = decodeLocal(bytes, { city: home ?? '', number })
    const read = month && {
      month: `20${month.year}-${month.month}`,
      metroRides: month.metroRides,
      rides: month.rides,
      metroSum: month.metroSum,
      sum: month.sum,
    }
    return [{ record: number, raw: toHex(bytes), month: read ?? null }]
  })
}

/** Files that have a layout here: Shanghai keeps loads in 06, a city-union purse records in 17. */
function knownFiles(card: { readonly union: boolean; readonly shanghai: boolean }) {
  const known = card.shanghai ? [...KNOWN_FILES, '06'] : KNOWN_FILES
  return card.union ? known.filter((file) => file !== '17') : known
}

function otherFiles({ files }: Parts, known: readonly string[]): Inspection['otherFiles'] {
  return [...files]
    .filter(([file]) => !known.includes(file))
    .flatMap(([file, parts]) => parts.map(({ bytes }) => ({ file, raw: toHex(bytes) })))
}
