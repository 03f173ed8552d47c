import { describe, expect, test } from 'vitest'
import { tariffs } from './catalogue.ts'
import { compileTariff } from './compile.ts'
import { farePicture } from './fare-picture.ts'
import { amountOf, rideOn, tariffNamed } from './fares.fixture.ts'
import { overDistance } from './journey-rides.ts'
import { price } from './price.ts'
import type { Tariff } from './tariff.ts'

const pictureOf = (id: string, rule = 0) => {
  const tariff = tariffNamed(id)
  const base = tariff.rules[rule]?.base
  if (base === undefined) throw new TypeError(`${id} has no rule ${rule}`)
  return farePicture(tariff, base)
}

describe('a fare as it is drawn', () => {
  test('the ladder of the Beijing metro, its open step four times', () => {
    const picture = pictureOf('beijing-metro')
    expect(picture).toMatchObject({ kind: 'steps', unit: 'm', goesOn: true })
    expect(picture.kind === 'steps' && picture.steps).toEqual(
      [6, 12, 22, 32, 52, 72, 92, 112].map((km, at) => ({
        upto: km * 1000,
        amountFen: 300 + at * 100,
      })),
    )
  })

  test('a ceiling ends the picture a little behind where it is reached', () => {
    const picture = pictureOf('beijing-xijiao-line')
    expect(picture).toEqual({
      kind: 'steps',
      unit: 'm',
      steps: [
        { upto: 6_000, amountFen: 300 },
        { upto: 7_500, amountFen: 400 },
      ],
      goesOn: false,
    })
  })

  test('a flat fare, free minutes of a bicycle, a table', () => {
    expect(pictureOf('shanghai-ferry').kind).toBe('flat')
    expect(pictureOf('hangzhou-bicycle')).toMatchObject({ kind: 'steps', unit: 's' })
    const table = { id: 't', places: [[1], [2]], symmetric: true, amountsFen: [0, 2, 2, 0] }
    expect(farePicture({ tables: [table] }, { kind: 'table', table: 't' })).toEqual({
      kind: 'table',
      places: [[1], [2]],
      amountsFen: [0, 2, 2, 0],
    })
    expect(() => farePicture({}, { kind: 'table', table: 't' })).toThrow(TypeError)
  })

  test('every step of every ladder is what a ride at its end and just behind it costs', () => {
    for (const tariff of tariffs()) {
      const [rule] = tariff.rules
      if (rule === undefined) continue
      const picture = farePicture(tariff, rule.base)
      if (picture.kind !== 'steps') continue
      const compiled = bare(tariff)
      const fareAt = (measure: number) =>
        amountOf(price(compiled, rideOn(tariff, { distanceM: measure, durationS: measure })))
      for (const [at, { upto, amountFen }] of picture.steps.entries()) {
        expect({ id: tariff.id, upto, fare: fareAt(upto) }).toMatchObject({ fare: amountFen })
        const next = picture.steps[at + 1]
        if (next !== undefined) expect(fareAt(upto + 1)).toBe(next.amountFen)
      }
    }
  })
})

/** The tariff's first rule alone, for every ride. */
function bare(tariff: Tariff) {
  const stated = overDistance(tariff)
  const [rule] = stated.rules
  if (rule === undefined) throw new TypeError('no rule')
  const rules = [{ ...rule, when: {} }]
  return compileTariff({ ...stated, rules, discounts: [], timeLimits: [] })
}
