import { describe, expect, it } from 'vitest'
import { linePath, roundStep, stepPath, ticksIn, ticksTo } from './scale.ts'

describe('axes', () => {
  it.each([
    [0.7, 1],
    [1.2, 2],
    [3, 5],
    [51, 100],
    [0.013, 0.02],
    [0, 1],
    [Number.NaN, 1],
  ])('a step of about %s is %s', (rough, step) => {
    expect(roundStep(rough)).toBeCloseTo(step, 10)
  })

  it('have round values from 0 to at least the most', () => {
    expect(ticksTo(97, 4)).toEqual([0, 50, 100])
    expect(ticksTo(0, 4)).toEqual([0, 1])
    expect(ticksTo(0.3, 3)).toEqual([0, 0.1, 0.2, 0.3])
  })

  it('have round values inside a range that does not begin at 0', () => {
    expect(ticksIn({ from: 0.5, to: 48 }, 5)).toEqual([10, 20, 30, 40])
  })
})

describe('lines', () => {
  const points = [
    { x: 0, y: 10 },
    { x: 5, y: 4.123456 },
  ]

  it('of steps hold a value until the next one', () => {
    expect(stepPath(points, 9)).toBe('M0 10H5V4.12H9')
    expect(stepPath([], 9)).toBe('')
  })

  it('of straight pieces join their points', () => {
    expect(linePath(points)).toBe('M0 10L5 4.12')
  })
})
