import { exposure, lostMediumFen, populationExposure, prepaidFen } from '@unifare/ridecode'
import type { ExposureFormula, ExposureInput, ExposureValues } from '../model-exposure.ts'
import { inputRanges } from './inputs.ts'

/** A formula: how it is written, what it goes by most, and the loss that it gives. */
export interface Formula {
  /** Its left side. */
  readonly name: string
  /** Its right side; `{input}` stands for a symbol, or for its value. */
  readonly text: string
  /** What the picture runs over. */
  readonly over: ExposureInput
  /** The values that it takes, in the order in which they are changed. */
  readonly inputs: readonly ExposureInput[]
  lossFen(values: ExposureValues): number
}

/** The formulas of reference reliability 10.2, computed by the package that issues codes. */
export const formulas = {
  onePhone: {
    name: 'E₁',
    text: '{capFen} × (1 + ⌈{ridesPerHour} × min({validityS}, {denyLatencyS})⌉)',
    over: 'denyLatencyS',
    inputs: ['capFen', 'validityS', 'denyLatencyS', 'ridesPerHour'],
    lossFen: (values) => exposure(values).onePhoneFen,
  },
  onePhoneOffline: {
    name: 'E₁′',
    text: '{capFen} × (1 + ⌈{ridesPerHour} × min({validityS}, {denyLatencyS} + {terminalOfflineS})⌉)',
    over: 'validityS',
    inputs: ['capFen', 'validityS', 'denyLatencyS', 'terminalOfflineS', 'ridesPerHour'],
    lossFen: (values) => exposure(values).onePhoneOfflineFen,
  },
  sharedAccount: {
    name: 'Eₘ',
    text: '{accomplices} × E₁',
    over: 'accomplices',
    inputs: ['accomplices'],
    lossFen: (values) => exposure(values).sharedAccountFen,
  },
  sharedCode: {
    name: 'Eₙ',
    text: '({terminalsInFreshness} − 1) × {capFen}',
    over: 'terminalsInFreshness',
    inputs: ['terminalsInFreshness'],
    lossFen: (values) => exposure(values).sharedCodeFen,
  },
  lostMedium: {
    name: 'E',
    text: 'min({balanceFen}, {capFen} × ⌈{ridesPerHour} × ({reportDelayS} + {denyLatencyS})⌉)',
    over: 'reportDelayS',
    inputs: ['balanceFen', 'reportDelayS'],
    lossFen: lostMediumFen,
  },
  prepaid: {
    name: 'E',
    text: 'max(0, {uses} × {capFen} − {reservedFen})',
    over: 'uses',
    inputs: ['uses', 'reservedFen'],
    lossFen: prepaidFen,
  },
  newRiders: {
    name: 'E',
    text: '{ridesPerDay} × {fareFen} × {newSharePpm} × {newDefaultPpm} × (1 − {newCollectedPpm})',
    over: 'newDefaultPpm',
    inputs: ['ridesPerDay', 'fareFen', 'newSharePpm', 'newDefaultPpm', 'newCollectedPpm'],
    lossFen: (values) => populationExposure(values).newRiderLossFenPerDay,
  },
  debtBook: {
    name: 'A',
    text: '{ridesPerDay} × {fareFen} × {advancedPpm} × ({repaidPpm} × {repaidAfterDays} + (1 − {repaidPpm}) × {writeOffDays})',
    over: 'writeOffDays',
    inputs: ['advancedPpm', 'repaidPpm', 'repaidAfterDays', 'writeOffDays'],
    lossFen: (values) => populationExposure(values).outstandingFen,
  },
  lossPerDay: {
    name: 'E',
    text: '{ridesPerDay} × {fareFen} × {advancedPpm} × (1 − {repaidPpm})',
    over: 'repaidPpm',
    inputs: [],
    lossFen: (values) => populationExposure(values).lossFenPerDay,
  },
} as const satisfies Record<ExposureFormula, Formula>

/** What a formula's picture shows. */
export interface Curve {
  /** Loss at each value of `over`, ascending; both in their own units (seconds, fen …). */
  readonly points: readonly { readonly at: number; readonly lossFen: number }[]
  /** Values of `over` in its unit at which a table is read. */
  readonly rows: readonly { readonly at: number; readonly lossFen: number }[]
}

const SAMPLES = 160
const ROWS = 9

/** The loss over the whole range of what a formula goes by most, all else as given. */
export function curveOf(id: ExposureFormula, values: ExposureValues): Curve {
  const { over, lossFen } = formulas[id]
  const { min, max, step, perUnit } = inputRanges[over]
  const at = (part: number) => {
    const inUnits = min + Math.round((part * (max - min)) / step) * step
    const value = Math.round(inUnits * perUnit)
    return { at: value, lossFen: lossFen({ ...values, [over]: value }) }
  }
  const spread = (count: number) => {
    const all = Array.from({ length: count + 1 }, (_, index) => at(index / count))
    return all.filter((point, index) => point.at !== all[index - 1]?.at)
  }
  return { points: spread(Math.min(SAMPLES, Math.round((max - min) / step))), rows: spread(ROWS) }
}

/** A formula's text in pieces, the inputs apart: for symbols, and for their values. */
export function piecesOf(text: string): readonly (string | { readonly input: ExposureInput })[] {
  return text
    .split(/[{}]/)
    .map((piece, index) => (index % 2 === 0 ? piece : { input: piece as ExposureInput }))
    .filter((piece) => piece !== '')
}
