import type { Fen } from '@unifare/core'

/** A ladder of metres or seconds, ready to be looked up. */
export interface Ladder {
  /** Inclusive upper bounds, ascending, of all steps that end. */
  readonly bounds: readonly number[]
  /** Amount of each of them. */
  readonly amountsFen: readonly Fen[]
  /** Beyond the last bound: one `addFen` more for each started `width`. */
  readonly tail: { readonly width: number; readonly addFen: Fen }
  readonly capFen: Fen | null
}

/** Steps of a ladder whatever their unit. */
export interface LadderStep {
  readonly width: number
  readonly until: number | null
  readonly addFen: Fen
}

/**
 * Writes the steps out as bounds. The data was checked when it was parsed: widths fit their
 * ranges and only the last step is open.
 */
export function compileLadder(
  first: { readonly upto: number; readonly amountFen: Fen },
  steps: readonly LadderStep[],
  capFen: Fen | null,
): Ladder {
  const bounds = [first.upto]
  const amountsFen = [first.amountFen]
  let bound = first.upto
  let amountFen = first.amountFen
  let tail: Ladder['tail'] = { width: 1, addFen: 0 }
  for (const { width, until, addFen } of steps) {
    if (until === null) {
      tail = { width, addFen }
      break
    }
    while (bound < until) {
      bound += width
      amountFen += addFen
      bounds.push(bound)
      amountsFen.push(amountFen)
    }
  }
  return { bounds, amountsFen, tail, capFen }
}

/** Amount for a measure from 0, in the ladder's unit. */
export function ladderFare(ladder: Ladder, measure: number): Fen {
  const { capFen } = ladder
  const amountFen = uncapped(ladder, measure)
  return capFen !== null && amountFen > capFen ? capFen : amountFen
}

function uncapped({ bounds, amountsFen, tail }: Ladder, measure: number): Fen {
  for (let step = 0; step < bounds.length; step++) {
    if (measure <= (bounds[step] as number)) return amountsFen[step] as Fen
  }
  const last = bounds.length - 1
  const beyond = measure - (bounds[last] as number)
  return (amountsFen[last] as Fen) + Math.ceil(beyond / tail.width) * tail.addFen
}

/** Whether the ladder grows for ever. */
export function isOpenEnded(ladder: Ladder): boolean {
  return ladder.capFen === null && ladder.tail.addFen > 0
}

/**
 * Smallest measure that meets every step once, the open one included; where a cap comes first,
 * the smallest that pays the cap.
 */
export function ladderReach(ladder: Ladder): number {
  const { bounds, amountsFen, capFen } = ladder
  const capped = capFen === null ? -1 : amountsFen.findIndex((amountFen) => amountFen >= capFen)
  if (capped >= 0) return capped === 0 ? 1 : (bounds[capped - 1] as number) + 1
  return (bounds.at(-1) as number) + 1
}
