import { expect, test } from 'vitest'
import { createKnownSet } from './known-set.ts'

test('the name not used for longest goes first', () => {
  const known = createKnownSet(2)
  known.add('a')
  known.add('b')
  expect(known.has('a')).toBe(true)
  known.add('c')
  expect([known.has('a'), known.has('b'), known.has('c'), known.size]).toEqual([
    true,
    false,
    true,
    2,
  ])
})

test('a name added again is there once, and counts as used', () => {
  const known = createKnownSet(2)
  for (const name of ['a', 'b', 'a', 'c']) known.add(name)
  expect([known.has('a'), known.has('b'), known.size]).toEqual([true, false, 2])
})

test('a limit of 0 keeps nothing', () => {
  const known = createKnownSet(0)
  known.add('a')
  expect([known.has('a'), known.size]).toEqual([false, 0])
})
