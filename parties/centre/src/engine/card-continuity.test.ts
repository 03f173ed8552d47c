import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  missingFen,
  notePurse,
  type PurseBreak,
  type PurseEntry,
  type PurseShadow,
} from './card-continuity.ts'
import {
  COUNTER_BELOW,
  COUNTER_NEW,
  COUNTER_SEEN,
  checkCounter,
  markCounter,
} from './card-counters.ts'
import { createCardMarks } from './card-marks.ts'

/** A purse that rides so often, and is loaded before some of the rides. */
function purse(rides: number, loads: ReadonlyMap<number, number> = new Map()): PurseEntry[] {
  let balanceFen = 100_000
  return Array.from({ length: rides }, (_, i) => {
    const amountFen = 100 + ((i * 37) % 500)
    balanceFen += (loads.get(i + 1) ?? 0) - amountFen
    return { counter: i + 1, amountFen, balanceFen }
  })
}

function run(entries: readonly PurseEntry[]) {
  let shadow: PurseShadow | undefined
  const breaks: PurseBreak[] = []
  for (const entry of entries) {
    const step = notePurse(shadow, entry)
    shadow = step.shadow
    breaks.push(...step.breaks)
  }
  return { shadow, breaks }
}

/** Entries with each moved by a few places. */
const shuffled = (entries: readonly PurseEntry[], places: readonly number[]) =>
  entries
    .map((entry, i) => ({ entry, at: i + (places[i] ?? 0) }))
    .toSorted((a, b) => a.at - b.at)
    .map(({ entry }) => entry)

const FINDINGS = new Map([
  [COUNTER_NEW, 'new'],
  [COUNTER_SEEN, 'seen'],
  [COUNTER_BELOW, 'below'],
])
const places = fc.array(fc.nat(30), { minLength: 60, maxLength: 60 })

describe('the shadow of a purse', () => {
  it('ends whole and without breaks, in whatever order the window allows', () => {
    fc.assert(
      fc.property(places, (moves) => {
        const entries = purse(60)
        const { shadow, breaks } = run(shuffled(entries, moves))
        expect(breaks).toEqual([])
        expect(shadow).toEqual({
          counter: 60,
          balanceFen: entries.at(-1)?.balanceFen,
          first: { counter: 1, beforeFen: 100_000 },
          gaps: [],
        })
      }),
    )
  })

  it('names what is missing, and the money of it', () => {
    fc.assert(
      fc.property(places, fc.integer({ min: 2, max: 59 }), (moves, missing) => {
        const entries = purse(60)
        const came = shuffled(entries, moves).filter(({ counter }) => counter !== missing)
        const { shadow, breaks } = run(came)
        expect(breaks).toEqual([])
        expect(shadow?.gaps.map(({ from, to }) => [from, to])).toEqual([[missing, missing]])
        expect(shadow?.gaps.map(missingFen)).toEqual([entries[missing - 1]?.amountFen])
      }),
    )
  })

  it('shows a load as a break with its amount, once, at its ride', () => {
    fc.assert(
      fc.property(places, fc.integer({ min: 2, max: 60 }), (moves, at) => {
        const { breaks } = run(shuffled(purse(60, new Map([[at, 5_000]])), moves))
        expect(breaks).toEqual([{ counter: at, differenceFen: 5_000 }])
      }),
    )
  })

  it('tells repetitions, and what is below the window, exactly as the marks do', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 150 }), { maxLength: 60 }), (counters) => {
        let shadow: PurseShadow | undefined
        const marks = createCardMarks()
        const row = marks.add(1, 2, 3)
        for (const counter of counters) {
          const known = checkCounter(marks, row, counter)
          const { finding, ...step } = notePurse(shadow, { counter, amountFen: 1, balanceFen: 1 })
          if (known === COUNTER_NEW) markCounter(marks, row, counter)
          shadow = step.shadow
          expect(finding).toBe(FINDINGS.get(known))
        }
      }),
    )
  })

  it('forgets gaps that fell out of the window', () => {
    const entries = purse(90)
    const came = entries.filter(({ counter }) => counter !== 5)
    expect(run(came.slice(0, 68)).shadow?.gaps).toHaveLength(1)
    expect(run(came).shadow?.gaps).toEqual([])
    expect(notePurse(run(came).shadow, entries[4]!).finding).toBe('below')
  })
})
