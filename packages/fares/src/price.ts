import type { Fen } from '@unifare/core'
import type { CompiledTariff } from './compile.ts'
import type { FareRefusal } from './errors.ts'
import type { Priced, Ride } from './ride.ts'
import { put, type Running, STEPS, transferOf } from './steps.ts'
import type { Policy } from './tariff.ts'

/**
 * The one pricing function: base fare, then discounts by local policy, transfers, monthly steps,
 * caps and overtime in the order that the tariff states. Pure, whole fen; every step is a part and
 * the parts sum to the amount exactly. What cannot be priced is refused with a code, never guessed.
 */
export function price(compiled: CompiledTariff, ride: Ride): Priced {
  const refusal = unpriceable(compiled, ride)
  if (refusal !== undefined) return { ok: false, code: refusal }
  const rule = compiled.rules.find(({ holds }) => holds(ride))
  if (rule === undefined) return { ok: false, code: 'fares.no-rule' }
  const base = rule.base.fareOf(ride)
  if (typeof base === 'string') return { ok: false, code: base }
  const first = firstPart(compiled, ride, { amountFen: base.amountFen, rule })
  const running: Running = {
    rule,
    baseFen: first.amountFen,
    amountFen: 0,
    parts: [],
    transfer: transferOf(compiled, ride),
    alternatives: undefined,
    without: undefined,
    refusal: undefined,
  }
  put(running, first.policy, first.amountFen)
  if (!coveredByPass(compiled, ride, running)) {
    for (const step of compiled.order) STEPS[step](compiled, ride, running)
  }
  if (running.refusal !== undefined) return { ok: false, code: running.refusal }
  return told(compiled, ride, { running, base })
}

function told(
  { tariff }: CompiledTariff,
  ride: Ride,
  made: {
    readonly running: Running
    readonly base: { readonly distanceM?: number; readonly durationS?: number }
  },
): Priced {
  const { running, base } = made
  const { amountFen, parts, transfer, alternatives } = running
  return {
    ok: true,
    amountFen,
    parts,
    ...(base.distanceM === undefined ? {} : { distanceM: base.distanceM }),
    ...(base.durationS === undefined ? {} : { durationS: base.durationS }),
    ...(transfer === undefined ? {} : { transfers: (ride.previous?.transfers ?? 0) + 1 }),
    ...(alternatives === undefined ? {} : { alternatives }),
    tariff: { id: tariff.id, version: tariff.version },
  }
}

function unpriceable({ tariff }: CompiledTariff, ride: Ride): FareRefusal | undefined {
  if (!tariff.modes.includes(ride.mode)) return 'fares.no-tariff'
  if (ride.entry === undefined && ride.exit !== undefined) return 'fares.missing-entry'
  if (ride.exit === undefined && ride.entry !== undefined) return 'fares.missing-exit'
  const {
    distanceM = 0,
    durationS = 0,
    meterFen = 0,
    stops = 0,
    monthToDate,
    spent,
    previous,
  } = ride
  const whole =
    isWhole(distanceM) &&
    isWhole(durationS) &&
    isWhole(meterFen) &&
    isWhole(stops) &&
    (monthToDate === undefined || (isWhole(monthToDate.paidFen) && isWhole(monthToDate.baseFen))) &&
    (spent === undefined ||
      (isWhole(spent.dayFen) && isWhole(spent.weekFen) && isWhole(spent.monthFen))) &&
    (previous === undefined || isWhole(previous.paidFen))
  return whole ? undefined : 'fares.bad-ride'
}

function isWhole(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0
}

function firstPart(
  { tariff }: CompiledTariff,
  ride: Ride,
  { rule, amountFen }: { readonly rule: Running['rule']; readonly amountFen: Fen },
): { readonly policy: Policy; readonly amountFen: Fen } {
  const { sameStation } = tariff
  const within = ride.entry !== undefined && ride.entry.station === ride.exit?.station
  if (sameStation === null || !within) return { policy: rule.policy, amountFen }
  const { charge } = sameStation
  return {
    policy: sameStation,
    amountFen: charge.kind === 'fixed' ? charge.amountFen : rule.base.lowestFen,
  }
}

/** A pass that the rider holds and that covers the ride makes it free; nothing else applies then. */
function coveredByPass({ passes }: CompiledTariff, ride: Ride, running: Running): boolean {
  const held = ride.passes
  if (held === undefined) return false
  const pass = passes.find(({ policy, holds }) => held.includes(policy.id) && holds(ride))
  if (pass === undefined) return false
  put(running, pass.policy, 0)
  return true
}
