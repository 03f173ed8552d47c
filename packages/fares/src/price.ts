import type { Fen } from '@unifare/core'
import type { CompiledTariff } from './compile.ts'
import type { FareRefusal } from './errors.ts'
import { wholeRide } from './joined.ts'
import type { Priced, Ride } from './ride.ts'
import { put, type Running, STEPS, transferOf } from './steps.ts'
import type { Policy, Transfer } from './tariff.ts'

/**
 * The one pricing function: base fare, then discounts by local policy, transfers, monthly steps,
 * caps and overtime in the order that the tariff states. Pure, whole fen; every step is a part and
 * the parts sum to the amount exactly. What cannot be priced is refused with a code, never guessed.
 */
export function price(compiled: CompiledTariff, ride: Ride): Priced {
  const refusal = unpriceable(compiled, ride)
  if (refusal !== undefined) return { ok: false, code: refusal }
  const transfer = transferOf(compiled, ride)
  const joined =
    transfer?.effect.kind === 'join' ? priceJoined(compiled, ride, transfer) : undefined
  return joined ?? priceAlone(compiled, ride, transfer)
}

/** The ride from the first entry of the chain, less what its legs have paid; never below nothing. */
function priceJoined(
  compiled: CompiledTariff,
  ride: Ride,
  transfer: Transfer,
): Extract<Priced, { ok: true }> | undefined {
  const base = ride.previous?.join
  if (base === undefined) return undefined
  const whole = wholeRide(ride, base).ride
  const priced = priceAlone(compiled, whole, transferOf(compiled, whole), transfer.instead)
  if (!priced.ok) return undefined
  const { id, textZh, textEn, source } = transfer
  const amountFen = Math.max(0, priced.amountFen - base.paidFen)
  const paid = { rule: id, amountFen: amountFen - priced.amountFen, textZh, textEn, source }
  return {
    ...priced,
    amountFen,
    parts: [...priced.parts, paid],
    joinedFen: priced.amountFen,
    transfers: (ride.previous?.transfers ?? 0) + 1,
  }
}

function priceAlone(
  compiled: CompiledTariff,
  ride: Ride,
  transfer: Transfer | undefined,
  instead: readonly string[] = transfer?.instead ?? [],
): Priced {
  const rule = compiled.rules.find(({ holds }) => holds(ride))
  if (rule === undefined) return { ok: false, code: 'fares.no-rule' }
  const base = rule.base.fareOf(ride)
  if (typeof base === 'string') return { ok: false, code: base }
  const first = firstPart(compiled, ride, { amountFen: base.amountFen, rule })
  const running: Running = {
    rule,
    baseFen: first.amountFen,
    amountFen: 0,
    overtimeFen: 0,
    parts: [],
    transfer,
    instead,
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
    (previous === undefined || (isWhole(previous.paidFen) && isWhole(previous.join?.paidFen ?? 0)))
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
