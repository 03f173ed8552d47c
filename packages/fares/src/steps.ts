import type { Fen } from '@unifare/core'
import type { CompiledTariff } from './compile.ts'
import type { FareRefusal } from './errors.ts'
import { accumulated, discounted } from './policies.ts'
import type { Alternative, PricePart, Ride, Spent } from './ride.ts'
import { elapsedMs, startOf } from './ride-times.ts'
import { shareFen } from './rounding.ts'
import type { Discount, Policy, PricingStep, TimeLimit, Transfer } from './tariff.ts'

/** A price on its way: what stands so far, and what it was made of. */
export interface Running {
  readonly rule: CompiledTariff['rules'][number]
  /** Base fare of this ride. */
  readonly baseFen: Fen
  amountFen: Fen
  /** The part of what stands that overtime added. */
  overtimeFen: Fen
  readonly parts: PricePart[]
  /** Transfer rule that fits this ride; looked up once, discounts ask for it, too. */
  readonly transfer: Transfer | undefined
  /** Discounts that a transfer takes away. */
  readonly instead: readonly string[]
  alternatives: Alternative[] | undefined
  /** Monthly steps that a discount of this ride rules out. */
  without: readonly string[] | undefined
  /** Why there is no price after all. */
  refusal: FareRefusal | undefined
}

/** Adds a step with its amount; the parts always sum to what stands. */
export function put(running: Running, policy: Policy, amountFen: Fen): void {
  const { id, textZh, textEn, source } = policy
  running.parts.push({ rule: id, amountFen: amountFen - running.amountFen, textZh, textEn, source })
  running.amountFen = amountFen
}

/** Every step behind the base fare; the tariff states their order. */
export const STEPS: Readonly<
  Record<PricingStep, (compiled: CompiledTariff, ride: Ride, running: Running) => void>
> = {
  discounts: addDiscounts,
  transfers: addTransfer,
  accumulation: addAccumulation,
  caps: addCaps,
  overtime: addOvertime,
}

function addDiscounts(compiled: CompiledTariff, ride: Ride, running: Running): void {
  const { tariff, discounts } = compiled
  const without = running.instead
  if (tariff.stacking === 'cheapest') return addCheapest(compiled, ride, running)
  for (const { policy, holds } of discounts) {
    if (!holds(ride) || without.includes(policy.id) || usedUp(policy, ride)) continue
    put(running, policy, discounted(running.amountFen, policy, tariff.rounding, ride))
    if (policy.instead !== undefined) exclude(running, policy.instead)
    if (tariff.stacking === 'first-match') return
  }
}

/** Free rides that are used up leave room for the discounts behind them. */
function usedUp({ id, effect }: Discount, { freeRidesUsed }: Ride): boolean {
  return effect.kind === 'free-rides' && (freeRidesUsed?.[id] ?? 0) >= effect.rides
}

/** The best of all discounts that fit; the others stay as alternatives. */
function addCheapest({ tariff, discounts }: CompiledTariff, ride: Ride, running: Running): void {
  const without = running.instead
  const ways = discounts
    .filter(
      ({ policy, holds }) => holds(ride) && !without.includes(policy.id) && !usedUp(policy, ride),
    )
    .map(({ policy }) => ({
      policy,
      amountFen: discounted(running.amountFen, policy, tariff.rounding, ride),
    }))
    .toSorted((one, two) => one.amountFen - two.amountFen)
  const [best, ...others] = ways
  if (best === undefined) return
  running.alternatives = others.map(({ policy, amountFen }) => ({ rule: policy.id, amountFen }))
  put(running, best.policy, best.amountFen)
  if (best.policy.instead !== undefined) exclude(running, best.policy.instead)
}

function exclude(running: Running, names: readonly string[]): void {
  running.without = [...(running.without ?? []), ...names]
}

/** The transfer rule that fits a ride and the one before it. */
export function transferOf({ transfers }: CompiledTariff, ride: Ride): Transfer | undefined {
  const { previous } = ride
  if (previous === undefined) return undefined
  const startAt = startOf(ride)
  return transfers.find(({ policy, holds, exits }) => {
    const { from, counts, withinS, afterS = 0, most } = policy
    const sinceMs = startAt - (counts === 'from-start' ? previous.startAt : previous.endAt)
    const sameLine = previous.mode === ride.mode && previous.line === ride.line
    return (
      sinceMs >= afterS * 1000 &&
      sinceMs <= withinS * 1000 &&
      (most === null || previous.transfers < most) &&
      (from.modes?.includes(previous.mode) ?? true) &&
      (from.lines?.includes(previous.line ?? 0) ?? true) &&
      (exits?.has(previous.exitStation ?? 0) ?? true) &&
      (from.sameLine === undefined || from.sameLine === sameLine) &&
      holds(ride)
    )
  })?.policy
}

function addTransfer({ tariff }: CompiledTariff, ride: Ride, running: Running): void {
  const { transfer, amountFen } = running
  const { previous } = ride
  if (transfer === undefined || previous === undefined) return
  const { effect, rounding = tariff.rounding } = transfer
  switch (effect.kind) {
    case 'percent':
      return put(
        running,
        transfer,
        Math.min(
          amountFen,
          Math.max(shareFen(amountFen, effect.payPpm, rounding), effect.floorFen ?? 0),
        ),
      )
    case 'minus':
      return put(running, transfer, Math.max(0, amountFen - effect.amountFen))
    case 'flat':
      return put(running, transfer, Math.min(amountFen, effect.amountFen))
    case 'free-up-to': {
      const free = amountFen <= effect.amountFen && amountFen <= previous.paidFen
      return put(running, transfer, free ? 0 : Math.max(0, amountFen - effect.amountFen))
    }
    case 'join':
      // Nothing tells what the ride is joined to, or the two have no price as one.
      return
  }
}

function addAccumulation(compiled: CompiledTariff, ride: Ride, running: Running): void {
  const month = ride.monthToDate
  if (month === undefined) return
  const steps = compiled.accumulation.find(({ holds }) => holds(ride))?.policy
  if (steps === undefined || running.without?.includes(steps.id) === true) return
  const amountFen = accumulated(running.amountFen, steps, month, compiled.tariff.rounding)
  if (amountFen !== running.amountFen) put(running, steps, amountFen)
}

function addCaps({ caps }: CompiledTariff, ride: Ride, running: Running): void {
  const { spent } = ride
  if (spent === undefined) return
  for (const { policy, holds } of caps) {
    if (!holds(ride)) continue
    const overtime = policy.over === 'all' ? undefined : spent.overtime
    const sumFen = sumsOf(spent)[policy.period] - (overtime ? sumsOf(overtime)[policy.period] : 0)
    const apartFen = policy.over === 'all' ? 0 : Math.min(running.overtimeFen, running.amountFen)
    const mostFen = Math.max(0, policy.amountFen - sumFen) + apartFen
    if (mostFen < running.amountFen) put(running, policy, mostFen)
  }
}

function sumsOf({ dayFen, weekFen, monthFen }: Omit<Spent, 'overtime'>) {
  return { day: dayFen, week: weekFen, month: monthFen } as const
}

function addOvertime(compiled: CompiledTariff, ride: Ride, running: Running): void {
  const tookMs = elapsedMs(ride)
  if (tookMs === undefined) return
  const policy = compiled.timeLimits.find(({ holds }) => holds(ride))?.policy
  if (policy === undefined || tookMs <= policy.limitS * 1000) return
  const { amountFen } = running
  const chargeFen = chargeOf(policy.charge, running, ride.exit?.station)
  if (chargeFen === undefined) {
    running.refusal = 'fares.no-maximum'
    return
  }
  put(
    running,
    policy,
    policy.mode === 'add' ? amountFen + chargeFen : Math.max(amountFen, chargeFen),
  )
  running.overtimeFen = running.amountFen - amountFen
  // Caps came before in the usual order; those over all money hold for the charge, too.
  addCaps(compiled, ride, running)
}

/** Undefined where the charge is a maximum that is not known: fares that grow for ever have none. */
function chargeOf(
  charge: TimeLimit['charge'],
  { rule: { base } }: Running,
  exitStation: number | undefined,
): Fen | undefined {
  switch (charge.kind) {
    case 'fixed':
      return charge.amountFen
    case 'lowest-fare':
      return base.lowestFen
    case 'network-maximum':
      return base.highestFen()
    case 'exit-station-maximum':
      return exitStation === undefined ? undefined : base.highestFen(exitStation)
    case 'two-maximums':
      return twice(base.highestFen())
  }
}

function twice(amountFen: Fen | undefined): Fen | undefined {
  return amountFen === undefined ? undefined : 2 * amountFen
}
