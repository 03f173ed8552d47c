import { createSeededRandom, UnifareError } from '@unifare/core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { addToSums, checksum, damagedFileOf, requireWhole, sumsBefore } from './checksum.ts'

const FILE = 'closed-2026-11-21-003-of-016'

test('the damaged file is known by whatever brings the error, also by its text alone', () => {
  let thrown: unknown
  try {
    requireWhole(false, FILE)
  } catch (error) {
    thrown = error
  }
  const { code, message } = thrown as UnifareError
  for (const error of [
    thrown,
    // As threads give it back, a database of jobs, and a close.
    new UnifareError(code, message),
    new UnifareError('lease.failed', String(thrown)),
    new Error(`2026-11-22 could not be cleared: ${message}`, { cause: thrown }),
  ]) {
    expect(damagedFileOf(error)).toBe(FILE)
  }
  const details = { file: 'files-2026-11-21-7-000001.seg' }
  expect(damagedFileOf(new UnifareError('journal.corrupt', 'broken', details))).toBe(details.file)
  for (const other of [new Error('write EIO'), new UnifareError('journal.corrupt', 'x'), null]) {
    expect(damagedFileOf(other)).toBeUndefined()
  }
})

const written = createSeededRandom('checksum').bytes(4_096 + 7)
const wordsOf = (bytes: Uint8Array) => new Uint32Array(bytes.buffer, 0, bytes.length >>> 2)

test('sums go on from what they came to behind whole pairs of words', () => {
  fc.assert(
    fc.property(fc.nat(512), (pairs) => {
      const before = addToSums(sumsBefore(written.length), written.subarray(0, pairs * 8))
      expect(addToSums(before, written.subarray(pairs * 8))).toEqual(checksum(written))
    }),
  )
})

test('sums tell one bit, and what sums of words alone would not: top bits, and words of equal sums that changed places', () => {
  const own = checksum(written)
  for (let bit = 0; bit < written.length * 8; bit += 7) {
    const changed = written.slice()
    changed[bit >>> 3]! ^= 1 << (bit & 7)
    expect(checksum(changed)).not.toEqual(own)
  }
  const word = fc.nat((written.length >>> 2) - 3)
  fc.assert(
    fc.property(word, word, fc.nat(0xffffffff), (a, b, more) => {
      fc.pre(Math.abs(a - b) > 1)
      const topBits = written.slice()
      for (const at of [a, b]) wordsOf(topBits)[at]! ^= 0x80000000
      expect(checksum(topBits)).not.toEqual(own)
      // Two neighbours each, of the same sum.
      const pairs = written.slice()
      const words = wordsOf(pairs)
      words[b] = words[a]! + more
      words[b + 1] = words[a + 1]! - more
      const swapped = pairs.slice()
      wordsOf(swapped).set(words.subarray(a, a + 2), b)
      wordsOf(swapped).set(words.subarray(b, b + 2), a)
      fc.pre(more !== 0)
      expect(checksum(swapped)).not.toEqual(checksum(pairs))
    }),
  )
})
