import { FEN_MAX_U32 } from '@unifare/core'
import { expect, test } from 'vitest'
import { addFen, noFen, totalFen } from './fen-sum.ts'

/** So many of the largest amounts are more than a number holds. */
const COUNT = 2 ** 21 + 3

test.each([
  ['settles', FEN_MAX_U32],
  ['is taken back', -FEN_MAX_U32],
])(
  'a shard whose largest amounts %s more often than a number can tell: summed to the fen',
  (_, amountFen) => {
    const sum = noFen()
    for (let i = 0; i < COUNT; i++) addFen(sum, amountFen)
    addFen(sum, 2)
    const expected = BigInt(amountFen) * BigInt(COUNT) + 2n
    expect(totalFen(sum)).toBe(expected)
    // As a number it would not be the same.
    expect(BigInt(Number(expected))).not.toBe(expected)
  },
)
