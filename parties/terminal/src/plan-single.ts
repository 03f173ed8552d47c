import type { CardView } from '@unifare/card'
import { FLAGS } from '@unifare/tap'
import { type Refusal, refuse } from './decision.ts'
import { type CardPlan, fareOf, type Priceable, planOf, stepPlace } from './plan-context.ts'

/**
 * A ride of one tap: bus, ferry (record 2703), taxi (record 2704). A driver keys the amount of a
 * taxi in; it must be the one that was confirmed, and inside the bounds of the tariff.
 */
export function planSingle(view: CardView, context: Priceable): CardPlan | Refusal {
  const { distanceM = 0, keyed } = context.metered
  if (keyed !== undefined && context.config.mode !== 'taxi') {
    return refuse('fare.unknown', 'fares.bad-ride')
  }
  if (keyed !== undefined && keyed.amountFen !== keyed.confirmedFen) {
    return refuse('fare.not-confirmed')
  }
  const meterFen = keyed === undefined ? {} : { meterFen: keyed.amountFen }
  const fare = fareOf(context, { distanceM, ...meterFen })
  if (typeof fare !== 'number') return fare
  const step = { do: 'single', distanceM, ...stepPlace(context) } as const
  const flags = keyed === undefined ? 0 : FLAGS.keyed
  return planOf(view, context, step, { kind: 'purchase', amountFen: fare, flags })
}
