import { UnifareError } from '@unifare/core'
import { expect, test } from 'vitest'
import { damagedFileOf, requireWhole } from './checksum.ts'

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
