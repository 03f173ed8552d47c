import { expect, it } from 'vitest'
import { createRepeatFilter } from './repeat-filter.ts'

const [a, b] = [Uint8Array.of(1, 2), Uint8Array.of(1, 3)]

it('a code that is held before the camera comes once', () => {
  const filter = createRepeatFilter()
  expect([0, 100, 1_200, 2_300, 3_400].map((at) => filter.comes(a, at))).toEqual([
    true,
    false,
    false,
    false,
    false,
  ])
})

it('comes again when it was out of sight, or when another one came between', () => {
  const filter = createRepeatFilter()
  expect(filter.comes(a, 0)).toBe(true)
  expect(filter.comes(a, 1_200)).toBe(true)
  expect(filter.comes(b, 1_300)).toBe(true)
  expect(filter.comes(a, 1_400)).toBe(true)
})
