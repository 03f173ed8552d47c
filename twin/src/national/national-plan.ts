import { type Day, requireData } from '@unifare/core'

/** A country's day as it is asked for. Everything that is made of it follows from these values. */
export interface NationalPlan {
  readonly seed: string
  readonly day: Day
  /** Taps that are charged, before faults. */
  readonly taps: number
  /** Cities, each with an issuer and three operators: `CITIES` for the country, fewer for a trial. */
  readonly cities: number
  /** Of a million taps, how many show a ride code; the others are cards. */
  readonly codesPpm: number
  /** Intake nodes of the centre: each writes a journal of its own. */
  readonly nodes: number
  /** One fault of every class in so many taps; 0 for none. */
  readonly tapsPerFault: number
}

/** Cities of the measured country: as many as T-Union counted beside the issuing one. */
export const CITIES = 245
/** Operators of a city: bus, metro, ferry. */
const OPERATORS_PER_CITY = 3
/** Taps that are made at once: one worker's piece. */
export const SLICE_TAPS = 200_000
/** Cards ride three times a day on average, terminals take five hundred taps. */
export const TAPS_PER_CARD = 3
export const TAPS_PER_TERMINAL = 500

/** Of a hundred rides, how many a card makes in the city that issued it: ours. */
export const HOME_PERCENT = 80

/** Party that clears the day; also the owner of its card masters. */
export const NATIONAL_CENTRE = '10000000'
/** Version of the deny list that all terminals hold. */
export const HELD_DENY_VERSION = 5

/** Issuers: one a city. */
export function issuerIds({ cities }: Pick<NationalPlan, 'cities'>): string[] {
  return Array.from({ length: cities }, (_, i) => String(20_000_001 + i))
}

/** Operators: three a city. */
export function operatorIds({ cities }: Pick<NationalPlan, 'cities'>): string[] {
  return Array.from({ length: cities * OPERATORS_PER_CITY }, (_, i) => String(30_000_001 + i))
}

/** Place of the city that an operator works in; the issuer at the same place is that city's. */
export function cityOfOperator(operator: string): number {
  return Math.floor((Number(operator) - 30_000_001) / OPERATORS_PER_CITY)
}

/** How many slices a plan has; throws `twin.bad-plan` for what makes no day. */
export function sliceCount({ taps, codesPpm, nodes, cities }: NationalPlan): number {
  requireData(
    Number.isSafeInteger(taps) && taps >= 100 && taps <= 1_000_000_000,
    'twin.bad-plan',
    `a day of ${taps} taps: at least 100 and at most a thousand million`,
  )
  requireData(
    codesPpm >= 0 && codesPpm <= 1_000_000 && nodes >= 1 && nodes <= 64 && cities >= 1,
    'twin.bad-plan',
    `${codesPpm} codes in a million, ${nodes} nodes and ${cities} cities`,
  )
  return Math.max(1, Math.ceil(taps / SLICE_TAPS))
}

/** A piece of a day: terminals, cards and operators that no other piece has. */
export interface SliceShape {
  readonly index: number
  readonly cardTaps: number
  readonly codeTaps: number
  readonly operators: readonly string[]
}

/** The shape of one slice of a plan. */
export function sliceShape(plan: NationalPlan, index: number): SliceShape {
  const count = sliceCount(plan)
  const at = (slice: number) => Math.floor((plan.taps * slice) / count)
  const taps = at(index + 1) - at(index)
  const codeTaps = Math.round((taps * plan.codesPpm) / 1_000_000)
  const all = operatorIds(plan)
  // More slices than operators: several slices share one, each under numbers of its own.
  // Whole cities, so that cards find the operators of their home.
  const own = all.filter((operator) => cityOfOperator(operator) % count === index)
  const operators = own.length > 0 ? own : [all[index % all.length] as string]
  return { index, cardTaps: taps - codeTaps, codeTaps, operators }
}
