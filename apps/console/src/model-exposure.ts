/** Everything that the formulas of exposure ask for: money in fen, times in seconds, shares in millionths. */
export const EXPOSURE_INPUTS = [
  'capFen',
  'validityS',
  'denyLatencyS',
  'terminalOfflineS',
  'ridesPerHour',
  'accomplices',
  'terminalsInFreshness',
  'balanceFen',
  'reportDelayS',
  'uses',
  'reservedFen',
  'ridesPerDay',
  'fareFen',
  'newSharePpm',
  'newDefaultPpm',
  'newCollectedPpm',
  'advancedPpm',
  'repaidPpm',
  'repaidAfterDays',
  'writeOffDays',
] as const
export type ExposureInput = (typeof EXPOSURE_INPUTS)[number]

/** A value for every symbol. */
export type ExposureValues = Readonly<Record<ExposureInput, number>>

/** The formulas, each with the largest loss that it tells. */
export const EXPOSURE_FORMULAS = [
  'onePhone',
  'onePhoneOffline',
  'sharedAccount',
  'sharedCode',
  'lostMedium',
  'prepaid',
  'newRiders',
  'debtBook',
  'lossPerDay',
] as const
export type ExposureFormula = (typeof EXPOSURE_FORMULAS)[number]

/** A risk class of the issuers: what its credentials may do, and what a loss may come to. */
export interface ExposureClass {
  readonly id: string
  readonly nameZh: string
  readonly nameEn: string
  /** Values that this class sets. */
  readonly values: Partial<ExposureValues>
  /** Largest losses that the network's terms allow, in fen. */
  readonly limitsFen: Readonly<Partial<Record<ExposureFormula, number>>>
}

/** What a terminal still takes with lists of an age; null stands for no bound. */
export interface ListAge {
  /** Age up to which the row holds. */
  readonly upToS: number | null
  readonly codes: 'all' | 'recent-credentials' | 'none'
  readonly companions: boolean
  /** Rides of one account at one terminal. */
  readonly usesMax: number | null
  /** Somebody must look after the terminal. */
  readonly alarm: boolean
}

/** Answer of `GET /api/exposure`. */
export interface ExposureTerms {
  readonly classes: readonly ExposureClass[]
  readonly values: ExposureValues
  /** Which of them the running network is configured with; the others are assumptions. */
  readonly configured: readonly ExposureInput[]
  readonly limitsFen: Readonly<Partial<Record<ExposureFormula, number>>>
  /** The youngest lists first. */
  readonly listAges: readonly ListAge[]
}

/** Reads the answer of `GET /api/exposure`; throws when a symbol has no value. */
export function readExposureTerms(json: unknown): ExposureTerms {
  const terms = json as ExposureTerms
  const known = (value: unknown) => typeof value === 'number' && value >= 0
  const lists = [terms?.classes, terms?.listAges].every((list) => Array.isArray(list))
  if (!lists || !EXPOSURE_INPUTS.every((id) => known(terms.values?.[id]))) {
    throw new TypeError('the terms of exposure lack classes, ages of lists or values')
  }
  return terms
}
