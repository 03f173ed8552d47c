import type { Day } from '@unifare/core'
import { heldUntil } from '../rules/hold-rules.ts'
import type { WasDelivered } from './delivered.ts'
import { CHARGE_LINE, NAMED_LINE, namedAt, tapsNamedAt } from './lines.ts'
import { wordOfDay } from './packed.ts'

/** Whether the charge at a place of the lines waits for a later close. */
export type IsHeld = (charges: Uint32Array, at: number) => boolean

const NONE_HELD: IsHeld = () => false

/**
 * Charges that are left for a later close: a record of them never came, and their days are not over
 * (`waits` says the same with objects). Decided before anything is judged.
 */
export function heldCharges({
  rules,
  wasDelivered,
}: {
  readonly rules: { readonly day: Day; readonly holdDays?: number }
  readonly wasDelivered: WasDelivered
}): IsHeld {
  const { day, holdDays = 0 } = rules
  if (holdDays === 0) return NONE_HELD
  const first = wordOfDay(heldUntil(day, -holdDays))
  return (charges, at) => {
    if (charges[at + CHARGE_LINE.tapDay]! < first) return false
    for (let tap = 0; tap < tapsNamedAt(charges, at); tap++) {
      const named = namedAt(at, tap)
      const high = charges[named + NAMED_LINE.terminalHigh]! >>> 16
      const low = charges[named + NAMED_LINE.terminalLow]!
      if (!wasDelivered(high, low, charges[named + NAMED_LINE.sequence]!)) return true
    }
    return false
  }
}
