import { describe, expect, it } from 'vitest'
import {
  EXPOSURE_FORMULAS,
  EXPOSURE_INPUTS,
  type ExposureValues,
  readExposureTerms,
} from '../model-exposure.ts'
import { curveOf, formulas, piecesOf } from './formulas.ts'
import { fromUnit, inputRanges, inUnit, valuesWith } from './inputs.ts'

/** Worked figures of reference reliability 10.3. */
const values: ExposureValues = {
  capFen: 200,
  validityS: 2 * 3600,
  denyLatencyS: 15 * 60,
  terminalOfflineS: 24 * 3600,
  ridesPerHour: 4,
  accomplices: 10,
  terminalsInFreshness: 5,
  balanceFen: 5_000,
  reportDelayS: 6 * 3600,
  uses: 3,
  reservedFen: 500,
  ridesPerDay: 30_000_000,
  fareFen: 300,
  newSharePpm: 44_000,
  newDefaultPpm: 10_000,
  newCollectedPpm: 600_000,
  advancedPpm: 20_000,
  repaidPpm: 970_000,
  repaidAfterDays: 5,
  writeOffDays: 90,
}

describe('the formulas', () => {
  it('give the worked figures of the reference', () => {
    const losses = EXPOSURE_FORMULAS.map((id) => [id, formulas[id].lossFen(values)])
    expect(Object.fromEntries(losses)).toEqual({
      onePhone: 400,
      onePhoneOffline: 1_800,
      sharedAccount: 4_000,
      sharedCode: 800,
      lostMedium: 5_000,
      prepaid: 100,
      newRiders: 1_584_000,
      debtBook: 1_359_000_000,
      lossPerDay: 5_400_000,
    })
  })

  it('are written with inputs that exist, and every input can be changed somewhere', () => {
    const inText = EXPOSURE_FORMULAS.flatMap((id) =>
      piecesOf(formulas[id].text).flatMap((piece) =>
        typeof piece === 'string' ? [] : [piece.input],
      ),
    )
    expect(inText.filter((input) => !EXPOSURE_INPUTS.includes(input))).toEqual([])
    const changed = new Set(
      EXPOSURE_FORMULAS.flatMap((id): readonly string[] => formulas[id].inputs),
    )
    expect([...changed].toSorted()).toEqual([...EXPOSURE_INPUTS].toSorted())
  })

  it.each(EXPOSURE_FORMULAS)('%s: the picture passes through the value that is shown', (id) => {
    const { over, lossFen } = formulas[id]
    const { points, rows } = curveOf(id, values)
    const { min, max, perUnit } = inputRanges[over]
    expect(points[0]?.at).toBe(min * perUnit)
    expect(points.at(-1)?.at).toBe(max * perUnit)
    expect(points.every(({ at }, index) => index === 0 || at > (points[index - 1]?.at ?? 0))).toBe(
      true,
    )
    for (const point of [...points, ...rows]) {
      expect(point.lossFen).toBe(lossFen({ ...values, [over]: point.at }))
    }
    expect(rows.length).toBeGreaterThan(4)
  })
})

describe('values', () => {
  it('are shown in the unit of people and taken back as whole numbers', () => {
    expect(inUnit('newSharePpm', 44_000)).toBe(4.4)
    expect(fromUnit('newSharePpm', 4.4)).toBe(44_000)
    expect(fromUnit('fareFen', 2.35)).toBe(235)
    expect(fromUnit('validityS', 0.5)).toBe(1_800)
  })

  it('stay within their range', () => {
    expect(fromUnit('capFen', -3)).toBe(100)
    expect(fromUnit('repaidPpm', 170)).toBe(1_000_000)
  })

  it('have distinct symbols', () => {
    const symbols = EXPOSURE_INPUTS.map((id) => inputRanges[id].symbol)
    expect(new Set(symbols).size).toBe(symbols.length)
  })

  it('of a risk class win over those for all', () => {
    expect(valuesWith(values, { capFen: 1_000 })).toEqual({ ...values, capFen: 1_000 })
  })
})

describe('the terms', () => {
  const terms = { classes: [], values, configured: [], limitsFen: {}, listAges: [] }

  it('are read when every symbol has a value', () => {
    expect(readExposureTerms(terms)).toBe(terms)
  })

  it.each([
    null,
    {},
    { ...terms, values: { ...values, uses: -1 } },
    { ...terms, classes: 1 },
    { ...terms, listAges: null },
  ])('are refused: %j', (json) => {
    expect(() => readExposureTerms(json)).toThrow(TypeError)
  })
})
