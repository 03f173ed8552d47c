import { describe, expect, it } from 'vitest'
import type { FarePicture, RideQuery } from '../model-tariffs.ts'
import { readComparison, readTariffList } from '../model-tariffs.ts'
import {
  endOf,
  fareRuns,
  measureOf,
  percentOf,
  pointsOf,
  rideParameters,
  shownMeasure,
  withMeasure,
} from './measures.ts'

const ladder: FarePicture = {
  kind: 'steps',
  unit: 'm',
  steps: [
    { upto: 4_000, amountFen: 200 },
    { upto: 8_000, amountFen: 300 },
  ],
  goesOn: true,
}
const query: RideQuery = {
  medium: 'card',
  riderClass: 'adult',
  issuer: 'local',
  enter: '08:30',
  distanceM: 8_000,
  minutes: 16,
  stops: 5,
  monthFen: 0,
  after: '',
}

describe('a ladder as it is drawn', () => {
  it('holds each amount from behind the bound before', () => {
    expect(pointsOf(ladder)).toEqual([
      { x: 0, y: 200 },
      { x: 4_000, y: 300 },
    ])
    expect(pointsOf({ kind: 'flat', amountFen: 200 })).toEqual([{ x: 0, y: 200 }])
    expect(endOf([ladder, { kind: 'flat', amountFen: 1 }])).toBe(8_000)
  })

  it('goes by metres, seconds or stops; a flat fare by nothing', () => {
    expect(measureOf({ kind: 'flat', amountFen: 1 })).toBeUndefined()
    expect(measureOf(undefined)).toBeUndefined()
    const fields = (['m', 's', 'stops'] as const).map(
      (unit) => measureOf({ ...ladder, unit })?.field,
    )
    expect(fields).toEqual(['distanceM', 'minutes', 'stops'])
  })
})

describe('a ride that is asked for', () => {
  it('is shown in kilometres and taken back in metres; a longer way takes longer', () => {
    const measure = measureOf(ladder)
    if (measure === undefined) throw new TypeError('a ladder has a measure')
    expect(shownMeasure(query, measure)).toBe(8)
    expect(withMeasure(query, measure, 12.3)).toMatchObject({ distanceM: 12_300, minutes: 25 })
    const time = measureOf({ ...ladder, unit: 's' })
    expect(time && withMeasure(query, time, 90.4)).toMatchObject({ minutes: 90, distanceM: 8_000 })
    const stops = measureOf({ ...ladder, unit: 'stops' })
    expect(stops && withMeasure(query, stops, 7)).toMatchObject({ stops: 7 })
  })

  it('stands whole in its address', () => {
    expect(Object.fromEntries(new URLSearchParams(rideParameters(query)))).toEqual({
      medium: 'card',
      riderClass: 'adult',
      issuer: 'local',
      enter: '08:30',
      distanceM: '8000',
      minutes: '16',
      stops: '5',
      monthFen: '0',
      after: '',
    })
  })
})

describe('a month', () => {
  it('is told by its runs of one price', () => {
    expect(fareRuns([500, 500, 400, 500])).toEqual([
      { from: 1, to: 2, fareFen: 500 },
      { from: 3, to: 3, fareFen: 400 },
      { from: 4, to: 4, fareFen: 500 },
    ])
    expect(fareRuns([])).toEqual([])
  })
})

describe('a change', () => {
  it.each([
    [50, 1_000, '+5.0%'],
    [-333, 1_000, '−33.3%'],
    [0, 1_000, '0.0%'],
    [5, 0, ''],
  ])('of %i on %i is %s', (changeFen, beforeFen, text) => {
    expect(percentOf(changeFen, beforeFen)).toBe(text)
  })
})

describe('answers', () => {
  it('that lack what a page shows are refused', () => {
    expect(readTariffList({ tariffs: [] })).toEqual({ tariffs: [] })
    expect(() => readTariffList({})).toThrow('no tariffs')
    expect(() => readComparison(null)).toThrow(TypeError)
  })
})
