import type { Fen } from '@unifare/core'
import { COUNTER_WINDOW } from './card-counters.ts'

/** A transaction of a card's purse as its evidence tells it. */
export interface PurseEntry {
  readonly counter: number
  readonly amountFen: Fen
  /** Balance after it. */
  readonly balanceFen: Fen
}

/** Counters that did not come, from and to included, between two that did. */
export interface PurseGap {
  readonly from: number
  readonly to: number
  /** Balance after the entry below, and before the one above. */
  readonly belowFen: Fen
  readonly aboveFen: Fen
}

/** A place where the balance does not go on: the purse had more or less than the entry before left. */
export interface PurseBreak {
  readonly counter: number
  /** Balance before this counter less the balance after the one before: above 0 a load. */
  readonly differenceFen: Fen
}

/** What the centre's shadow of a purse knows. */
export interface PurseShadow {
  readonly counter: number
  readonly balanceFen: Fen
  /** The lowest counter that came, and the balance before it: nothing is known of those below. */
  readonly first: { readonly counter: number; readonly beforeFen: Fen }
  /** Ascending, no deeper below the last counter than the window of the marks. */
  readonly gaps: readonly PurseGap[]
}

/** What an entry said to the shadow. */
export type PurseFinding =
  /** It went on: at the top, inside a gap, or before all that had come. */
  | 'new'
  /** It came before: the same transaction again, or a conflict. */
  | 'seen'
  /** It is below all that the shadow watches. */
  | 'below'

/** The shadow behind an entry, what the entry was, and the breaks that it showed. */
export interface PurseStep {
  readonly shadow: PurseShadow
  readonly finding: PurseFinding
  readonly breaks: readonly PurseBreak[]
}

/**
 * Notes an entry in a purse's shadow; `undefined` before the first one. before − amount = after by
 * the meaning of the fields; after(n) = before(n + 1) is checked wherever both have come. Entries
 * may come late, within the window: they fill their gap, and its ends are checked then.
 */
export function notePurse(shadow: PurseShadow | undefined, entry: PurseEntry): PurseStep {
  const { counter, balanceFen } = entry
  const beforeFen = balanceFen + entry.amountFen
  if (shadow === undefined) {
    const first = { counter, beforeFen }
    return { shadow: { counter, balanceFen, first, gaps: [] }, finding: 'new', breaks: [] }
  }
  if (counter > shadow.counter) return atTop(shadow, entry, beforeFen)
  if (counter < shadow.counter - COUNTER_WINDOW) return { shadow, finding: 'below', breaks: [] }
  if (counter < shadow.first.counter) return atBottom(shadow, entry, beforeFen)
  const gap = shadow.gaps.find(({ from, to }) => from <= counter && counter <= to)
  if (gap === undefined) return { shadow, finding: 'seen', breaks: [] }
  const breaks = [
    ...(counter === gap.from ? breakAt(counter, gap.belowFen, beforeFen) : []),
    ...(counter === gap.to ? breakAt(counter + 1, balanceFen, gap.aboveFen) : []),
  ]
  const left = [
    { ...gap, to: counter - 1, aboveFen: beforeFen },
    { ...gap, from: counter + 1, belowFen: balanceFen },
  ].filter(({ from, to }) => from <= to)
  const gaps = shadow.gaps.flatMap((one) => (one === gap ? left : [one]))
  return { shadow: { ...shadow, gaps }, finding: 'new', breaks }
}

function atTop(shadow: PurseShadow, entry: PurseEntry, beforeFen: Fen): PurseStep {
  const { counter, balanceFen } = entry
  const next = shadow.counter + 1
  const deepest = counter - COUNTER_WINDOW
  const gaps = [
    ...shadow.gaps,
    ...(counter > next
      ? [{ from: next, to: counter - 1, belowFen: shadow.balanceFen, aboveFen: beforeFen }]
      : []),
  ].filter(({ to }) => to >= deepest)
  return {
    shadow: { ...shadow, counter, balanceFen, gaps },
    finding: 'new',
    breaks: counter === next ? breakAt(counter, shadow.balanceFen, beforeFen) : [],
  }
}

/** An entry before all that had come. */
function atBottom(shadow: PurseShadow, entry: PurseEntry, beforeFen: Fen): PurseStep {
  const { counter, balanceFen } = entry
  const { first } = shadow
  const to = first.counter - 1
  const between = { from: counter + 1, to, belowFen: balanceFen, aboveFen: first.beforeFen }
  return {
    shadow: {
      ...shadow,
      first: { counter, beforeFen },
      gaps: counter < to ? [between, ...shadow.gaps] : shadow.gaps,
    },
    finding: 'new',
    breaks: counter === to ? breakAt(first.counter, balanceFen, first.beforeFen) : [],
  }
}

function breakAt(counter: number, belowFen: Fen, beforeFen: Fen): PurseBreak[] {
  const differenceFen = beforeFen - belowFen
  return differenceFen === 0 ? [] : [{ counter, differenceFen }]
}

/** What left the purse in a gap, loads in it subtracted: money of transactions that did not come. */
export function missingFen({ belowFen, aboveFen }: PurseGap): Fen {
  return belowFen - aboveFen
}
