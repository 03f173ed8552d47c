import { businessDay, type Day, type Fen, type Instant } from '@unifare/core'

/** What holds for accounts from a day on. Figures of the demonstration, ours. */
export interface PeopleTerms {
  readonly validFrom: Day
  /** Wrong secrets in a row after which a name answers none for `lockS`. */
  readonly wrongSecretsMax: number
  readonly lockS: number
  /** The same for freezing, counted apart: who guesses must not keep a rider from stopping a loss. */
  readonly freezeLockS: number
  /** Prepaid money without which no credential is given, and which its rides may still need. */
  readonly reserveFen: Fen
  /** Days after the last credential for which late rides are waited for before the rest is free. */
  readonly lateRideDays: number
  /** Within this time every connected terminal has the next deny list. */
  readonly listPeriodS: number
  /** Rides that one person can take in an hour, for the largest loss. */
  readonly ridesPerHour: number
  /** Most that one order of money moves. */
  readonly orderMaxFen: Fen
}

export const PEOPLE_TERMS: readonly PeopleTerms[] = [
  {
    validFrom: '2026-01-01',
    wrongSecretsMax: 5,
    lockS: 86_400,
    freezeLockS: 900,
    reserveFen: 1_000,
    lateRideDays: 7,
    listPeriodS: 900,
    ridesPerHour: 4,
    orderMaxFen: 100_000,
  },
]

/** Terms in force at an instant; before the first of them, the first. */
export function peopleTermsAt(table: readonly PeopleTerms[], at: Instant): PeopleTerms {
  const day = businessDay(at)
  const row = table.findLast(({ validFrom }) => validFrom <= day) ?? table[0]
  if (row === undefined) throw new TypeError('a table of terms has at least one row')
  return row
}
