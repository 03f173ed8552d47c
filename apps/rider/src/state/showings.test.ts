import { describe, expect, it } from 'vitest'
import { noteShown, type Showing, unanswered } from './showings.ts'

const MINUTE = 60_000
const DAY = 24 * 60 * MINUTE
const at = Date.UTC(2026, 10, 21, 0)

describe('showings', () => {
  it('join codes that follow each other, and part after a break', () => {
    let showings: readonly Showing[] = []
    for (const minute of [0, 1, 2, 10, 11]) showings = noteShown(showings, at + minute * MINUTE)
    expect(showings).toEqual([
      { from: at, to: at + 2 * MINUTE },
      { from: at + 10 * MINUTE, to: at + 11 * MINUTE },
    ])
  })

  it('are forgotten after a day, and never grow without end', () => {
    let showings: readonly Showing[] = [{ from: at - DAY, to: at - DAY }]
    showings = noteShown(showings, at)
    expect(showings).toEqual([{ from: at, to: at }])
    for (let i = 1; i < 100; i += 1) showings = noteShown(showings, at + i * 4 * MINUTE)
    expect(showings).toHaveLength(40)
  })

  it('begin anew when the clock was set back', () => {
    const showings = noteShown([{ from: at, to: at }], at - 30 * MINUTE)
    expect(showings.at(-1)).toEqual({ from: at - 30 * MINUTE, to: at - 30 * MINUTE })
  })
})

describe('unanswered showings', () => {
  const showing = { from: at, to: at + 2 * MINUTE }
  const open = (tapsAt: readonly number[], now = at + 5 * MINUTE) =>
    unanswered([showing], { tapsAt, now })

  it.each([
    ['in the middle', MINUTE, true],
    ['a minute before, by a clock that is behind', -MINUTE, true],
    ['earlier', -MINUTE - 1, false],
    ['at the end of the last code', 5 * MINUTE, true],
    ['later', 5 * MINUTE + 1, false],
  ])('a tap %s: answered %s', (_, after, answered) => {
    expect(open([at + after]).length === 0).toBe(answered)
  })

  it('stay for a day, in which gates that are offline upload', () => {
    expect(open([])).toEqual([showing])
    expect(open([], showing.to + DAY - 1)).toEqual([showing])
    expect(open([], showing.to + DAY)).toEqual([])
  })
})
