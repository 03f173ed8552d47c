import type { Fen, Instant } from '@unifare/core'
import { type AccountRide, type FareAccount, NEW_ACCOUNT, priceNext } from './account.ts'
import type { CompiledTariff } from './compile.ts'
import type { FareRefusal } from './errors.ts'
import type { Priced } from './ride.ts'
import { startOf } from './ride-times.ts'
import type { Pass } from './tariff.ts'

/** A pass bought right before a ride. */
export interface PassPurchase {
  /** Id of the pass. */
  readonly pass: string
  /** Index of the first ride that it covers. */
  readonly ride: number
  readonly priceFen: Fen
}

/** One lawful way to pay for rides: passes, and every other ride by itself. */
export interface PassComposition {
  /** Passes and rides together. */
  readonly totalFen: Fen
  readonly purchases: readonly PassPurchase[]
  /** What each ride costs beyond the passes; 0 where one covers it. */
  readonly ridesFen: readonly Fen[]
}

/** The cheapest way to pay, and what proves it. */
export type CheapestPasses =
  | {
      readonly ok: true
      readonly best: PassComposition
      /** The next best other way; null where there is one way only. */
      readonly runnerUp: PassComposition | null
      /** The same rides without any pass. */
      readonly withoutPasses: PassComposition
      /** Whether every lawful way was weighed; false when there were too many to keep. */
      readonly proved: boolean
    }
  | { readonly ok: false; readonly code: FareRefusal; readonly ride: number }

/** States kept after each ride; more than that are too many to prove anything. */
const STATES_MAX = 20_000
/** The best of each state, and the next best beside it. */
const KEPT = 2
const HOUR_MS = 3_600_000

/**
 * Finds the cheapest lawful way to pay for a rider's rides, in their order: before each of them the
 * rider may buy a pass that covers it. Transfers, monthly steps and caps go on as the tariff says,
 * so that a pass which keeps a rider from reaching a step is weighed with that loss. A pass lasts
 * its hours from the first ride's entry and covers the rides that are entered until then. The
 * runner-up stands beside the answer as the proof.
 */
export function cheapestPasses(
  compiled: CompiledTariff,
  rides: readonly AccountRide[],
  account: FareAccount = NEW_ACCOUNT,
): CheapestPasses {
  const single = alone(compiled, rides, account)
  if ('code' in single) return single
  let states: State[] = [{ account, held: [], way: null, totalFen: 0 }]
  let proved = true
  for (const [index, ride] of rides.entries()) {
    const next = states.flatMap((state) => waysOn(compiled, state, { ride, index }))
    const kept = bestOfEach(compiled, next)
    if (kept.length > STATES_MAX) proved = false
    states = kept.slice(0, STATES_MAX)
  }
  const [best, runnerUp] = states.toSorted(byTotal).map(composed)
  return {
    ok: true,
    best: best ?? single,
    runnerUp: runnerUp ?? null,
    withoutPasses: single,
    proved,
  }
}

/** Passes and money after some rides; what happens next depends on the account and the passes alone. */
interface State {
  readonly account: FareAccount
  readonly held: readonly { readonly pass: string; readonly until: Instant }[]
  readonly way: Step | null
  readonly totalFen: Fen
}

/** How a ride was paid, and the rides before it. */
interface Step {
  readonly before: Step | null
  readonly rideFen: Fen
  readonly purchase: PassPurchase | null
}

function waysOn(
  compiled: CompiledTariff,
  state: State,
  { ride, index }: { readonly ride: AccountRide; readonly index: number },
): State[] {
  const from = startOf(ride)
  const held = state.held.filter(({ until }) => from < until)
  const covering = compiled.passes.filter(({ holds }) => holds(ride)).map(({ policy }) => policy)
  const covered = covering.some(({ id }) => held.some(({ pass }) => pass === id))
  const wayOf = (bought: Pass | null): State[] => {
    const all =
      bought === null ? held : [...held, { pass: bought.id, until: from + bought.hours * HOUR_MS }]
    const { priced, account } = priceNext(compiled, state.account, {
      ...ride,
      passes: all.map(({ pass }) => pass),
    })
    if (!priced.ok) return []
    const priceFen = bought?.priceFen ?? 0
    const purchase = bought === null ? null : { pass: bought.id, ride: index, priceFen }
    return [
      {
        account,
        held: all,
        way: { before: state.way, rideFen: priced.amountFen, purchase },
        totalFen: state.totalFen + priceFen + priced.amountFen,
      },
    ]
  }
  // A second pass for a ride that is free already buys nothing: a later ride can buy it better.
  return covered ? wayOf(null) : [null, ...covering].flatMap(wayOf)
}

/** Of states that have the same future the two cheapest; the cheapest of all first. */
function bestOfEach(compiled: CompiledTariff, states: readonly State[]): State[] {
  const seen = new Map<string, number>()
  return states.toSorted(byTotal).filter(({ account, held }) => {
    const key = JSON.stringify([futureOf(compiled, account), held])
    const count = (seen.get(key) ?? 0) + 1
    seen.set(key, count)
    return count <= KEPT
  })
}

/** What of an account this tariff ever looks at: only that can make two futures different. */
function futureOf({ tariff }: CompiledTariff, account: FareAccount): unknown {
  const { spent, monthToDate, previous, freeRidesUsed } = account
  const { caps = [], transfers = [], accumulation } = tariff
  const sums = accumulation.map(({ counts }) => {
    return counts === 'paid' ? monthToDate.paidFen : monthToDate.baseFen
  })
  return [
    freeRidesUsed,
    sums,
    caps.length === 0 ? null : spent,
    transfers.length === 0 ? null : previous,
  ]
}

/** By money; of two at the same price the one with fewer passes. */
function byTotal(a: State, b: State): number {
  return a.totalFen - b.totalFen || bought(a.way) - bought(b.way)
}

function bought(way: Step | null): number {
  let count = 0
  for (let step = way; step !== null; step = step.before) if (step.purchase !== null) count++
  return count
}

function composed({ way, totalFen }: State): PassComposition {
  const steps: Step[] = []
  for (let step = way; step !== null; step = step.before) steps.unshift(step)
  return {
    totalFen,
    purchases: steps.flatMap(({ purchase }) => purchase ?? []),
    ridesFen: steps.map(({ rideFen }) => rideFen),
  }
}

function alone(
  compiled: CompiledTariff,
  rides: readonly AccountRide[],
  first: FareAccount,
): PassComposition | Extract<CheapestPasses, { ok: false }> {
  let account = first
  const ridesFen: Fen[] = []
  for (const [index, ride] of rides.entries()) {
    const next: { priced: Priced; account: FareAccount } = priceNext(compiled, account, ride)
    if (!next.priced.ok) return { ok: false, code: next.priced.code, ride: index }
    account = next.account
    ridesFen.push(next.priced.amountFen)
  }
  return { totalFen: ridesFen.reduce((sum, fen) => sum + fen, 0), purchases: [], ridesFen }
}
