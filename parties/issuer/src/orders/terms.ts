import { type Day, type Fen, parseDay, requireData, UnifareError } from '@unifare/core'

/** What an issuer's cards cost and how long it waits, from a day on. */
export interface CardTerms {
  readonly validFrom: Day
  /** Price of a card that stays with its buyer. */
  readonly salePriceFen: Fen
  /** Given back with the card. */
  readonly depositFen: Fen
  /** Asked once for opening the card. */
  readonly openingFeeFen: Fen
  /** Days between the report of a loss and the payment of what the system holds: 1 to 3. */
  readonly lossDays: number
  /** Days that late uploads are waited for before an anonymous card's residual is paid. */
  readonly lateUploadDays: number
  /** Seconds after which an authorised load that nobody told about is listed as doubtful. */
  readonly doubtS: number
}

/** Without a table: nothing is asked, nothing given back, the longest times. */
export const NO_TERMS: CardTerms = {
  validFrom: '2000-01-01',
  salePriceFen: 0,
  depositFen: 0,
  openingFeeFen: 0,
  lossDays: 3,
  lateUploadDays: 30,
  doubtS: 3_600,
}

const BOUNDS = {
  salePriceFen: [0, 100_000],
  depositFen: [0, 100_000],
  openingFeeFen: [0, 100_000],
  lossDays: [1, 3],
  lateUploadDays: [1, 90],
  doubtS: [60, 7 * 86_400],
} as const satisfies Record<Exclude<keyof CardTerms, 'validFrom'>, readonly [number, number]>

/**
 * Reads a table of terms: a JSON list, every row with all fields, days growing. Throws
 * `issuer.bad-terms` with the place of the fault (`terms[2].lossDays`).
 */
export function parseCardTerms(value: unknown): readonly CardTerms[] {
  requireTerms(Array.isArray(value) && value.length > 0, 'terms', 'is a list of at least one row')
  let last = ''
  return value.map((row: unknown, index): CardTerms => {
    const place = `terms[${index}]`
    const fields = (typeof row === 'object' && row !== null ? row : {}) as Record<string, unknown>
    const day = fields['validFrom']
    requireTerms(typeof day === 'string' && isDay(day), `${place}.validFrom`, 'is a day')
    requireTerms(day > last, `${place}.validFrom`, 'is after the row before')
    last = day
    const known = new Set<string>(['validFrom', ...Object.keys(BOUNDS)])
    const foreign = Object.keys(fields).find((name) => !known.has(name))
    requireTerms(foreign === undefined, `${place}.${foreign ?? ''}`, 'is not known')
    const numbers = Object.fromEntries(
      Object.entries(BOUNDS).map(([name, [min, max]]) => {
        const found = fields[name]
        const fits = Number.isSafeInteger(found) && Number(found) >= min && Number(found) <= max
        requireTerms(fits, `${place}.${name}`, `is a whole number from ${min} to ${max}`)
        return [name, Number(found)]
      }),
    ) as Record<keyof typeof BOUNDS, number>
    return { validFrom: day, ...numbers }
  })
}

/** Terms in force on a day. */
export function termsOn(table: readonly CardTerms[], day: Day): CardTerms {
  return table.findLast(({ validFrom }) => validFrom <= day) ?? NO_TERMS
}

function isDay(text: string): boolean {
  try {
    parseDay(text)
    return true
  } catch (error) {
    if (!(error instanceof UnifareError)) throw error
    return false
  }
}

function requireTerms(holds: boolean, place: string, rule: string): asserts holds {
  requireData(holds, 'issuer.bad-terms', `${place} ${rule}`, { place })
}
