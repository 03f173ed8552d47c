import type { Fen } from '@unifare/core'
import type { MonthToDate, Ride } from './ride.ts'
import { shareFen } from './rounding.ts'
import type { Accumulation, Discount, Rounding } from './tariff.ts'

/** Amount after a discount: from 0 to the amount before it, whatever the rule says. */
export function discounted(
  amountFen: Fen,
  discount: Discount,
  stated: Rounding,
  ride: Pick<Ride, 'freeRidesUsed'> = {},
): Fen {
  const { effect, rounding = stated } = discount
  switch (effect.kind) {
    case 'percent': {
      const shareOfIt = shareFen(amountFen, effect.payPpm, rounding)
      return Math.min(amountFen, Math.max(shareOfIt, effect.floorFen ?? 0))
    }
    case 'minus':
      return Math.max(0, amountFen - effect.amountFen)
    case 'flat':
      return Math.min(amountFen, effect.amountFen)
    case 'free-rides':
      return (ride.freeRidesUsed?.[discount.id] ?? 0) < effect.rides ? 0 : amountFen
  }
}

/** Amount after the month's steps: from 0 to the amount before them. */
export function accumulated(
  amountFen: Fen,
  policy: Accumulation,
  month: MonthToDate,
  rounding: Rounding,
): Fen {
  const sumFen = policy.counts === 'paid' ? month.paidFen : month.baseFen
  switch (policy.kind) {
    case 'following-trips': {
      const step = policy.steps.findLast(({ fromFen }) => sumFen >= fromFen)
      if (step === undefined) return amountFen
      return Math.min(amountFen, shareFen(amountFen, step.payPpm, rounding))
    }
    case 'by-part':
      return byPart(amountFen, policy, sumFen, rounding)
  }
}

/** Each part of the ride pays by where it lies in the month's sum; parts below the first pay full. */
function byPart(amountFen: Fen, { steps }: Accumulation, sumFen: Fen, rounding: Rounding): Fen {
  const end = sumFen + amountFen
  let total = 0
  let covered = 0
  for (const [index, { fromFen, payPpm }] of steps.entries()) {
    const toFen = steps[index + 1]?.fromFen ?? Number.MAX_SAFE_INTEGER
    const part = Math.max(0, Math.min(end, toFen) - Math.max(sumFen, fromFen))
    covered += part
    total += shareFen(part, payPpm, rounding)
  }
  return Math.min(amountFen, total + amountFen - covered)
}
