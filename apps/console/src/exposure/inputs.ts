import type { ExposureInput, ExposureValues } from '../model-exposure.ts'

/** Units in which people state a value. */
export type InputUnit = 'yuan' | 'hours' | 'minutes' | 'days' | 'percent' | 'times' | 'perHour'

/** How a value is shown and changed: in its unit, over a range that means something. */
export interface InputRange {
  readonly symbol: string
  readonly unit: InputUnit
  /** Fen, seconds or millionths in one of the unit. */
  readonly perUnit: number
  /** In the unit. */
  readonly min: number
  readonly max: number
  readonly step: number
}

const range = (
  symbol: string,
  unit: InputUnit,
  perUnit: number,
  [min, max, step]: readonly [number, number, number],
): InputRange => ({ symbol, unit, perUnit, min, max, step })

/** Symbols of reference reliability 10.1 and their ranges. */
export const inputRanges = {
  capFen: range('F', 'yuan', 100, [1, 60, 1]),
  validityS: range('V', 'hours', 3600, [0.5, 48, 0.5]),
  denyLatencyS: range('L', 'minutes', 60, [0, 240, 5]),
  terminalOfflineS: range('O', 'hours', 3600, [0, 168, 1]),
  ridesPerHour: range('r', 'perHour', 1, [1, 6, 1]),
  accomplices: range('m', 'times', 1, [1, 50, 1]),
  terminalsInFreshness: range('n', 'times', 1, [1, 20, 1]),
  balanceFen: range('B', 'yuan', 100, [0, 500, 5]),
  reportDelayS: range('D', 'hours', 3600, [0, 72, 1]),
  uses: range('u', 'times', 1, [0, 20, 1]),
  reservedFen: range('R', 'yuan', 100, [0, 200, 5]),
  ridesPerDay: range('N', 'times', 1, [10_000, 60_000_000, 10_000]),
  fareFen: range('f', 'yuan', 100, [0.5, 20, 0.1]),
  newSharePpm: range('s', 'percent', 10_000, [0, 20, 0.1]),
  newDefaultPpm: range('q', 'percent', 10_000, [0, 20, 0.1]),
  newCollectedPpm: range('ρ', 'percent', 10_000, [0, 100, 1]),
  advancedPpm: range('a', 'percent', 10_000, [0, 20, 0.1]),
  repaidPpm: range('p', 'percent', 10_000, [0, 100, 1]),
  repaidAfterDays: range('d', 'days', 1, [0, 60, 1]),
  writeOffDays: range('w', 'days', 1, [1, 365, 1]),
} as const satisfies Record<ExposureInput, InputRange>

/** A value in the unit of its input, without the noise of floating point. */
export function inUnit(id: ExposureInput, value: number): number {
  return Number((value / inputRanges[id].perUnit).toFixed(4))
}

/** A number that a person typed, as the whole number that the formulas take; within the range. */
export function fromUnit(id: ExposureInput, typed: number): number {
  const { perUnit, min, max } = inputRanges[id]
  return Math.round(Math.min(max, Math.max(min, typed)) * perUnit)
}

/** The values of a risk class over those that hold for all. */
export function valuesWith(base: ExposureValues, own: Partial<ExposureValues>): ExposureValues {
  return { ...base, ...own }
}
