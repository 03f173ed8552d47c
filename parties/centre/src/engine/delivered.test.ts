import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createRanges, joinRanges, openDelivered, UNREADABLE } from './delivered.ts'

const someRanges = fc.array(
  fc.record({ terminal: fc.nat(3), first: fc.integer({ min: 1, max: 30 }), length: fc.nat(9) }),
  { maxLength: 12 },
)

function bytesOf(ranges: readonly { terminal: number; first: number; length: number }[]) {
  const all = createRanges()
  for (const { terminal, first, length } of ranges) {
    all.add(String(400_000_000_000 + terminal), first, length + 1)
  }
  return all.bytes()
}

describe('what terminals delivered', () => {
  test('is the same joined, day by day or at once, and holds every sequence and no other', () => {
    fc.assert(
      fc.property(someRanges, someRanges, (one, other) => {
        const joined = joinRanges([bytesOf(one), bytesOf(other)])
        expect(joinRanges([joinRanges([bytesOf(other)]), bytesOf(one)])).toEqual(joined)
        const came = openDelivered(joined)
        for (let terminal = 0; terminal < 4; terminal++) {
          for (let sequence = 0; sequence < 45; sequence++) {
            const wanted = [...one, ...other].some(
              (range) =>
                range.terminal === terminal &&
                sequence >= range.first &&
                sequence <= range.first + range.length,
            )
            expect(came(0x4000, terminal, sequence)).toBe(wanted)
          }
        }
      }),
    )
  })

  test('tells what cannot be read from what can, also of a terminal with the same digits', () => {
    const all = createRanges()
    all.add('400000000001', 1, 9)
    all.add('400000000001', 4, 1, UNREADABLE)
    all.add('400000000002', 5, 1)
    const came = openDelivered(joinRanges([all.bytes()]))
    const askedOf = (before: number, terminal: number) =>
      [3, 4, 5].map((sequence) => came(before + 0x4000, terminal, sequence))
    expect(askedOf(0, 1)).toEqual([true, true, true])
    expect(askedOf(UNREADABLE, 1)).toEqual([false, true, false])
    expect(askedOf(0, 2)).toEqual([false, false, true])
    expect(askedOf(UNREADABLE, 2)).toEqual([false, false, false])
  })

  test('is one range for a terminal that counts on', () => {
    const days = [0, 1, 2, 3].map((day) =>
      bytesOf([{ terminal: 1, first: 1 + day * 5, length: 4 }]),
    )
    expect(joinRanges(days.toReversed())).toEqual(
      new Uint8Array(bytesOf([{ terminal: 1, first: 1, length: 19 }])),
    )
  })
})
