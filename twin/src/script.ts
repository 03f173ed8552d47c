import {
  businessDayStart,
  createSeededRandom,
  type Instant,
  type Random,
  randomInteger,
} from '@unifare/core'
import { compileDistances, type Distances, type StationNetwork } from '@unifare/fares'
import type { Metered, TerminalConfig } from '@unifare/terminal'
import type { Plan, PlannedOperator } from './plan.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
/** Rides begin between 06:00 and 22:00; the business day begins at 03:00. */
const FIRST_RIDE_MS = 3 * HOUR_MS
const RIDING_MS = 16 * HOUR_MS
/** Pace of trains for the script: a kilometre in two minutes. */
const TRAIN_MS_PER_M = 120
/** Pace of buses from stop to stop. */
const BUS_MS_PER_STOP = 4 * MINUTE_MS
/** Of a hundred bus riders so many leave without a tap. */
const FORGETFUL = 4
/** What drivers add to the start of the meter, at most, in steps of 10 fen. */
const KEYED_FEN = { least: 1_100, stepFen: 10, steps: 600 } as const

/** A rider of the script: where from, what in the pocket. */
export interface ScriptRider {
  readonly id: string
  readonly issuer: string
  readonly medium: 'card' | 'code'
  /** Card: the purse at the start. Code: the bank account. */
  readonly moneyFen: number
}

/** What happens at one terminal. */
export interface ScriptStep {
  readonly at: Instant
  readonly rider: string
  readonly terminal: string
  /** What the vehicle or its driver tells. */
  readonly metered: Metered
  /** What the gate's sensor sees after a go. */
  readonly gate: 'passed' | 'timed-out' | 'none'
  /** A step that the script expects to be refused, with why. */
  readonly fault: Fault | null
}

/** Troubles of a real day, injected on purpose and in known numbers. */
export type Fault = 'bit-flip' | 'same-code-again'

/** A day's rides, in the order of time. */
export interface Script {
  readonly riders: readonly ScriptRider[]
  readonly steps: readonly ScriptStep[]
}

/**
 * Writes the script of a day: every step of every metro ladder is ridden at least once, the other
 * riders travel as chance wants, most of them away from home.
 */
export function writeScript(plan: Plan, options: { readonly riders: number }): Script {
  const random = createSeededRandom(`${plan.seed}/script`)
  const riders: ScriptRider[] = []
  const steps: ScriptStep[] = []
  const start = businessDayStart(plan.day) + FIRST_RIDE_MS
  const add = (medium: 'card' | 'code', issuer: string, moneyFen: number): string => {
    const id = `${medium}-${riders.length + 1}`
    riders.push({ id, issuer, medium, moneyFen })
    return id
  }
  for (const operator of plan.operators) {
    for (const [from, to] of operator.ladder) {
      const issuer = pick(random, plan.issuers).id
      const rider = add(randomInteger(random, 2) === 0 ? 'card' : 'code', issuer, 20_000)
      const at = start + randomInteger(random, RIDING_MS)
      steps.push(...journey(operator, rider, at, { from, to }))
    }
  }
  while (riders.length < options.riders) {
    const medium = randomInteger(random, 100) < 60 ? 'card' : 'code'
    const home = pick(random, plan.issuers)
    const poor = randomInteger(random, 100) < 4
    const rider = add(medium, home.id, poor ? 100 : 3_000 + randomInteger(random, 12_000))
    let at = start + randomInteger(random, RIDING_MS - 2 * HOUR_MS)
    const city = pick(random, plan.operators).institution.division
    const here = plan.operators.filter(({ institution }) => institution.division === city)
    for (let rides = 1 + randomInteger(random, 3); rides > 0; rides--) {
      const ride = chanceRide(pick(random, here), rider, at, random)
      if (medium === 'code') spoil(ride, random)
      steps.push(...ride)
      at = (ride.at(-1)?.at ?? at) + 5 * MINUTE_MS + randomInteger(random, HOUR_MS)
    }
  }
  return { riders, steps: steps.toSorted((a, b) => a.at - b.at || (a.rider < b.rider ? -1 : 1)) }
}

function chanceRide(
  operator: PlannedOperator,
  rider: string,
  at: Instant,
  random: Random,
): ScriptStep[] {
  const { terminals, networks } = operator
  const opening = terminals.filter(({ role }) => role === 'entry' || role === 'rent')
  const boarding = terminals.filter(({ role }) => role === 'board')
  if (boarding.length > 0)
    return busRide(terminals, rider, { at, board: pick(random, boarding) }, random)
  if (opening.length === 0) {
    const terminal = pick(
      random,
      terminals.filter(({ role }) => role === 'single'),
    )
    return [step(terminal, rider, at, terminal.mode === 'taxi' ? taximeter(rider, random) : {})]
  }
  const network = networks[0]
  const stations = [...new Set(opening.map(({ station }) => station))]
  const from = pick(random, stations)
  const to = pick(
    random,
    stations.length > 1 ? stations.filter((station) => station !== from) : stations,
  )
  const retry = network !== undefined && randomInteger(random, 100) < 2
  const ridden = journey(operator, rider, at, { from, to })
  const first = ridden[0]
  // The gate did not open: the rider is not charged for it and tries again.
  return retry && first !== undefined
    ? [{ ...first, at: at - MINUTE_MS, gate: 'timed-out' }, ...ridden]
    : ridden
}

/** On at one stop, off at a later one; some forget to tap then. */
function busRide(
  terminals: readonly TerminalConfig[],
  rider: string,
  { at, board }: { readonly at: Instant; readonly board: TerminalConfig },
  random: Random,
): ScriptStep[] {
  const { stopsM = [], vehicle } = board
  const alight = terminals.find((one) => one.role === 'alight' && one.vehicle === vehicle)
  const from = 1 + randomInteger(random, stopsM.length - 1)
  const to = from + 1 + randomInteger(random, stopsM.length - from)
  const on = step(board, rider, at, { stop: from })
  if (alight === undefined || randomInteger(random, 100) < FORGETFUL) return [on]
  const distanceM = (stopsM[to - 1] ?? 0) - (stopsM[from - 1] ?? 0)
  const offAt = at + (to - from) * BUS_MS_PER_STOP
  return [on, step(alight, rider, offAt, { stop: to, distanceM })]
}

/** A driver keys in what the meter shows, tolls and all; a code is priced by the way alone. */
function taximeter(rider: string, random: Random): Metered {
  const distanceM = 1_000 + randomInteger(random, 15_000)
  const amountFen = KEYED_FEN.least + KEYED_FEN.stepFen * randomInteger(random, KEYED_FEN.steps)
  const byCard = rider.startsWith('card')
  return byCard ? { distanceM, keyed: { amountFen, confirmedFen: amountFen } } : { distanceM }
}

function journey(
  { terminals, networks }: PlannedOperator,
  rider: string,
  at: Instant,
  { from, to }: { readonly from: number; readonly to: number },
): ScriptStep[] {
  const opens = terminals.find(
    ({ station, role }) => station === from && (role === 'entry' || role === 'rent'),
  )
  const closes = terminals.find(
    ({ station, role }) => station === to && (role === 'exit' || role === 'return'),
  )
  if (opens === undefined || closes === undefined) return []
  const network = networks[0]
  const rideMs =
    network === undefined
      ? (20 + ((from * 7 + to * 13) % 120)) * MINUTE_MS
      : 3 * MINUTE_MS + metresBetween(network, from, to) * TRAIN_MS_PER_M
  return [step(opens, rider, at, {}), step(closes, rider, at + rideMs, {})]
}

/** Distances of a network, found once. */
const distances = new WeakMap<StationNetwork, Distances>()

function metresBetween(network: StationNetwork, from: number, to: number): number {
  const known = distances.get(network) ?? compileDistances(network)
  distances.set(network, known)
  const metres = known.between(from, to)
  return typeof metres === 'number' ? metres : 0
}

function step(terminal: TerminalConfig, rider: string, at: Instant, metered: Metered): ScriptStep {
  return {
    at: Math.floor(at / 1000) * 1000,
    rider,
    terminal: terminal.terminal,
    metered,
    gate: terminal.gate ? 'passed' : 'none',
    fault: null,
  }
}

/** One code ride in fifty meets one of two troubles beside the ride itself. */
function spoil(ride: ScriptStep[], random: Random): void {
  const first = ride[0]
  if (first === undefined || randomInteger(random, 50) !== 0) return
  const fault = pick(random, ['bit-flip', 'same-code-again'] as const)
  const seconds = fault === 'same-code-again' ? 20 : -30
  ride.push({ ...first, at: first.at + seconds * 1000, fault, gate: 'none' })
  ride.sort((a, b) => a.at - b.at)
}

function pick<T>(random: Random, items: readonly T[]): T {
  return items[randomInteger(random, items.length)] as T
}
