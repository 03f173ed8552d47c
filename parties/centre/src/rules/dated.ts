import type { Day } from '@unifare/core'

/** A rule with the days on which it holds: from the first day on, up to but without the other. */
export interface Dated {
  readonly id: string
  readonly validFrom: Day
  readonly validTo: Day | null
  /** Who says so; `ours` where it is the demonstration's own. */
  readonly source: string
}

/** Whether a rule holds on a day. */
export function inForce({ validFrom, validTo }: Omit<Dated, 'id' | 'source'>, day: Day): boolean {
  return validFrom <= day && (validTo === null || day < validTo)
}
