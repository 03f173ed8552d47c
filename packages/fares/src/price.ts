import type { Fen } from '@unifare/core'
import type { CompiledTariff } from './compile.ts'
import type { FareRefusal } from './errors.ts'
import { accumulated, discounted } from './policies.ts'
import type { Priced, PricePart, Ride } from './ride.ts'
import type { Policy } from './tariff.ts'

type Rule = CompiledTariff['rules'][number]

/**
 * The one pricing function: base fare, discounts by local policy, monthly steps, overtime, in
 * this order. Pure, whole fen; every step is a part and the parts sum to the amount exactly. What
 * cannot be priced is refused with a code, never guessed.
 */
export function price(compiled: CompiledTariff, ride: Ride): Priced {
  const refusal = unpriceable(compiled, ride)
  if (refusal !== undefined) return { ok: false, code: refusal }
  const rule = compiled.rules.find(({ holds }) => holds(ride))
  if (rule === undefined) return { ok: false, code: 'fares.no-rule' }
  const base = rule.base.fareOf(ride)
  if (typeof base === 'string') return { ok: false, code: base }
  const parts: PricePart[] = []
  let amountFen = firstPart(compiled, ride, { rule, amountFen: base.amountFen, parts })
  const baseFen = amountFen
  amountFen = addDiscounts(compiled, ride, amountFen, parts)
  amountFen = addOvertime(compiled, ride, { rule, amountFen, baseFen, parts })
  const { tariff } = compiled
  return {
    ok: true,
    amountFen,
    parts,
    ...(base.distanceM === undefined ? {} : { distanceM: base.distanceM }),
    ...(base.durationS === undefined ? {} : { durationS: base.durationS }),
    tariff: { id: tariff.id, version: tariff.version },
  }
}

function unpriceable({ tariff }: CompiledTariff, ride: Ride): FareRefusal | undefined {
  if (!tariff.modes.includes(ride.mode)) return 'fares.no-tariff'
  if (ride.entry === undefined && ride.exit !== undefined) return 'fares.missing-entry'
  if (ride.exit === undefined && ride.entry !== undefined) return 'fares.missing-exit'
  const { distanceM = 0, durationS = 0, meterFen = 0, monthToDate } = ride
  const whole =
    isWhole(distanceM) &&
    isWhole(durationS) &&
    isWhole(meterFen) &&
    (monthToDate === undefined || (isWhole(monthToDate.paidFen) && isWhole(monthToDate.baseFen)))
  return whole ? undefined : 'fares.bad-ride'
}

function isWhole(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0
}

function part({ id, textZh, textEn, source }: Policy, amountFen: Fen): PricePart {
  return { rule: id, amountFen, textZh, textEn, source }
}

interface Step {
  readonly rule: Rule
  readonly amountFen: Fen
  readonly parts: PricePart[]
}

function firstPart({ tariff }: CompiledTariff, ride: Ride, step: Step): Fen {
  const { rule, parts } = step
  const { sameStation } = tariff
  if (
    sameStation === null ||
    ride.entry === undefined ||
    ride.entry.station !== ride.exit?.station
  ) {
    parts.push(part(rule.policy, step.amountFen))
    return step.amountFen
  }
  const { charge } = sameStation
  const amountFen = charge.kind === 'fixed' ? charge.amountFen : rule.base.lowestFen
  parts.push(part(sameStation, amountFen))
  return amountFen
}

function addDiscounts(
  { tariff, discounts, accumulation }: CompiledTariff,
  ride: Ride,
  fullFen: Fen,
  parts: PricePart[],
): Fen {
  let amountFen = fullFen
  for (const { policy, holds } of discounts) {
    if (!holds(ride)) continue
    const reducedFen = discounted(amountFen, policy, tariff.rounding)
    parts.push(part(policy, reducedFen - amountFen))
    amountFen = reducedFen
    if (tariff.stacking === 'first-match') break
  }
  const month = ride.monthToDate
  const steps = month && accumulation.find(({ holds }) => holds(ride))?.policy
  if (month === undefined || steps === undefined) return amountFen
  const reducedFen = accumulated(amountFen, steps, month, tariff.rounding)
  if (reducedFen !== amountFen) parts.push(part(steps, reducedFen - amountFen))
  return reducedFen
}

function addOvertime(
  { timeLimits }: CompiledTariff,
  ride: Ride,
  { rule, amountFen, baseFen, parts }: Step & { readonly baseFen: Fen },
): Fen {
  const { entry, exit } = ride
  if (entry === undefined || exit === undefined) return amountFen
  const policy = timeLimits.find(({ holds }) => holds(ride))?.policy
  if (policy === undefined || exit.at - entry.at <= policy.limitS * 1000) return amountFen
  const { charge } = policy
  const chargeFen =
    charge.kind === 'fixed'
      ? charge.amountFen
      : (rule.base.highestFen(charge.kind === 'exit-station-maximum' ? exit.station : undefined) ??
        baseFen)
  const totalFen = policy.mode === 'add' ? amountFen + chargeFen : Math.max(amountFen, chargeFen)
  parts.push(part(policy, totalFen - amountFen))
  return totalFen
}
