import { describe, expect, test } from 'vitest'
import { compileTariff } from './compile.ts'
import { tariffNamed, twoStations } from './fares.fixture.ts'
import { holderClass } from './holder-class.ts'

const XIAN = compileTariff(tariffNamed('xian-metro'), twoStations('xian-metro', 1_000))

describe('the class of a holder', () => {
  test.each([
    [0, 'adult', null],
    [1, 'adult', null],
    [2, 'student', null],
    [3, 'senior', null],
    [4, 'adult', null],
    [5, 'adult', 'military'],
    [6, 'adult', '6'],
    [255, 'adult', '255'],
  ])("kind %i is %s in Xi'an", (kind, riderClass, unknown) => {
    expect(holderClass(kind, XIAN)).toEqual({ riderClass, unknown })
  })

  test('is an adult where the tariff speaks of nobody else', () => {
    const bus = compileTariff(tariffNamed('xian-bus'))
    expect(holderClass(2, bus)).toEqual({ riderClass: 'adult', unknown: 'student' })
  })
})
