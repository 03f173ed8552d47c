import { type Day, parseDay } from '@unifare/core'
import { type Charge, deliveryId } from '@unifare/tap'
import { type Dated, inForce } from './dated.ts'

const DAY_MS = 86_400_000

/** For how many days a charge waits for a record that it names and that did not come. */
export interface HoldRule extends Dated {
  readonly days: number
}

/** Days that charges of a business day wait; 0 without a rule: they are judged at once. */
export function holdDaysOf(rules: readonly HoldRule[], day: Day): number {
  return rules.find((one) => inForce(one, day))?.days ?? 0
}

/** Last settlement day at which a charge still waits. */
export function heldUntil(tapDay: Day, holdDays: number): Day {
  return new Date(parseDay(tapDay) + holdDays * DAY_MS).toISOString().slice(0, 10)
}

/**
 * Whether a charge is left for a later close: a record of it is missing, and its days are not over. It
 * gets its one verdict when the record came, or at the first close behind its days.
 */
export function waits(
  { taps, tapDay }: Pick<Charge, 'taps' | 'tapDay'>,
  close: { readonly day: Day; readonly holdDays: number; readonly missing: ReadonlySet<string> },
): boolean {
  const { day, holdDays, missing } = close
  const inTime = holdDays > 0 && day <= heldUntil(tapDay, holdDays)
  return inTime && taps.some((tap) => missing.has(deliveryId(tap)))
}
