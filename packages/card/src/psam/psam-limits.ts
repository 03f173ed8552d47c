import { cardError } from '../errors.ts'
import { SW } from '../status-words.ts'

/** What a PSAM lets through at most, as it was personalised; no bound where none is given. */
export interface PsamLimits {
  /** Most of one purchase. */
  readonly amountCeilingFen?: number
  /** Most MAC1s of one day. */
  readonly dailyCount?: number
  /** Most that the MAC1s of one day may debit together. */
  readonly dailyAmountFen?: number
}

/** What a PSAM let through on its latest day. It must outlive the PSAM, like the serial. */
export interface PsamTally {
  /** YYYYMMDD of the latest purchase. */
  readonly day: string
  readonly count: number
  readonly amountFen: number
}

/** The tally of a new PSAM. */
export const NO_TALLY: PsamTally = { day: '00000000', count: 0, amountFen: 0 }

/**
 * The tally with one more MAC1, or the status word of the limit that it meets: 6985 for amounts,
 * 9402 for the count. A MAC1 counts when it is made, not when its MAC2 comes: a stolen PSAM never
 * sees one. A PSAM has no clock, so an earlier day counts on with the latest one.
 */
export function counted(
  tally: PsamTally,
  purchase: { readonly day: string; readonly amountFen: number },
  limits: PsamLimits,
): PsamTally | number {
  const { amountCeilingFen = Infinity, dailyCount = Infinity, dailyAmountFen = Infinity } = limits
  const { day, amountFen } = purchase
  if (amountFen > amountCeilingFen) return SW.conditions
  const today = day > tally.day ? { ...NO_TALLY, day } : tally
  if (today.count >= dailyCount) return SW.counterAtMaximum
  if (today.amountFen + amountFen > dailyAmountFen) return SW.conditions
  return { day: today.day, count: today.count + 1, amountFen: today.amountFen + amountFen }
}

/** Throws `card.bad-field` for limits that are no amounts or counts. */
export function requireLimits(limits: PsamLimits): void {
  for (const field of ['amountCeilingFen', 'dailyCount', 'dailyAmountFen'] as const) {
    const value = limits[field]
    if (value !== undefined && !(Number.isSafeInteger(value) && value >= 0)) {
      throw cardError('card.bad-field', { field, value })
    }
  }
}
