import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { noteRange, type SequenceMark } from './sequence-mark.ts'

const NONE: SequenceMark = { end: 1, gaps: [] }
const note = (mark: SequenceMark, first: number, end: number, at = 0) =>
  noteRange(mark, { first, end, at })

describe('the mark of a terminal', () => {
  it('names what is missing since it is known, and heals when it comes', () => {
    const one = note(note(NONE, 1, 11), 21, 31, 5)
    expect(one).toEqual({ end: 31, gaps: [{ from: 11, to: 20, since: 5 }] })
    const part = note(one, 14, 16, 9)
    expect(part.gaps).toEqual([
      { from: 11, to: 13, since: 5 },
      { from: 16, to: 20, since: 5 },
    ])
    expect(note(note(part, 16, 21), 1, 14)).toEqual({ end: 31, gaps: [] })
  })

  it('knows of a first batch that never came', () => {
    expect(note(NONE, 101, 102, 7).gaps).toEqual([{ from: 1, to: 100, since: 7 }])
  })

  it('is that of the set of all records that came, in any order', () => {
    const ranges = fc.array(fc.tuple(fc.integer({ min: 1, max: 60 }), fc.nat(8)), { maxLength: 30 })
    fc.assert(
      fc.property(ranges, (list) => {
        let mark = NONE
        const came = new Set<number>()
        for (const [first, count] of list) {
          mark = note(mark, first, first + count)
          for (let i = first; i < first + count; i++) came.add(i)
        }
        const missing = mark.gaps.flatMap(({ from, to }) =>
          Array.from({ length: to - from + 1 }, (_, i) => from + i),
        )
        const all = Array.from({ length: mark.end - 1 }, (_, i) => i + 1)
        expect(missing).toEqual(all.filter((sequence) => !came.has(sequence)))
      }),
    )
  })

  it('is moved by an empty batch only as far as it says that records are there', () => {
    expect(note(NONE, 1, 1)).toEqual(NONE)
    expect(note(NONE, 5, 5, 3)).toEqual({ end: 5, gaps: [{ from: 1, to: 4, since: 3 }] })
  })
})
