import type { Instant } from '@unifare/core'
import type { Tap } from '@unifare/tap'

/** A tap with what its gate reported later. */
export interface SeenTap {
  readonly tap: Tap
  /** The gate's sensor saw the rider pass; a journey that opened so is confirmed. */
  readonly passed: boolean
}

/** What pairing makes of a rider's open taps. */
export type Paired =
  /** One presentation is the whole ride. */
  | { readonly kind: 'single'; readonly tap: Tap }
  /** Both ends, or the exit alone where the card itself names the entry. */
  | { readonly kind: 'journey'; readonly entry: Tap | null; readonly exit: Tap }
  /** Confirmed entry, no exit within the time allowed. */
  | { readonly kind: 'missing-exit'; readonly entry: Tap }
  /** An exit that nothing can be said about. */
  | { readonly kind: 'missing-entry'; readonly exit: Tap }
  /** An entry that nobody confirmed: it never bills. */
  | { readonly kind: 'void'; readonly entry: Tap }
  /** The entry of a card journey that was charged before this record arrived. */
  | { readonly kind: 'late-entry'; readonly entry: Tap }

const OPENS = new Set(['entry', 'rent'])
const CLOSES = new Set(['exit', 'return'])

/**
 * Pairs one rider's open taps by event time, whatever the order they arrived in. Pure and
 * repeatable: taps that still wait for their other end are left out of the result.
 */
export function pairTaps(
  seen: readonly SeenTap[],
  options: {
    /** Entries before this instant have waited long enough for their exit. */
    readonly giveUpBefore: Instant
    /** Opening instants, in whole seconds, of card journeys that are charged already. */
    readonly chargedOpenings: ReadonlySet<number>
  },
): Paired[] {
  const ordered = seen.toSorted(
    (a, b) =>
      a.tap.at - b.tap.at ||
      (a.tap.terminal < b.tap.terminal ? -1 : 1) ||
      a.tap.sequence - b.tap.sequence,
  )
  const result: Paired[] = []
  let open: SeenTap | undefined
  for (const item of ordered) {
    const { tap } = item
    if (OPENS.has(tap.kind)) {
      if (tap.medium === 'card' && options.chargedOpenings.has(second(tap.at))) {
        result.push({ kind: 'late-entry', entry: tap })
        continue
      }
      if (open !== undefined) result.push(abandoned(open))
      open = item
    } else if (CLOSES.has(tap.kind)) {
      const paired = close(open?.tap, tap, options.giveUpBefore)
      if (paired !== undefined) result.push(paired)
      if (paired?.kind === 'journey' && paired.entry !== null) open = undefined
    } else {
      result.push({ kind: 'single', tap })
    }
  }
  if (open !== undefined && open.tap.at < options.giveUpBefore) result.push(abandoned(open))
  return result
}

function close(entry: Tap | undefined, exit: Tap, giveUpBefore: Instant): Paired | undefined {
  const fits = entry !== undefined && entry.mode === exit.mode
  if (exit.medium === 'card' && exit.entry !== null) {
    const same = fits && second(entry.at) === second(exit.entry.at)
    return { kind: 'journey', entry: same ? entry : null, exit }
  }
  if (fits) return { kind: 'journey', entry, exit }
  return exit.at < giveUpBefore ? { kind: 'missing-entry', exit } : undefined
}

function abandoned({ tap, passed }: SeenTap): Paired {
  return passed ? { kind: 'missing-exit', entry: tap } : { kind: 'void', entry: tap }
}

/** Cards keep whole seconds; taps keep milliseconds. */
function second(at: Instant): number {
  return Math.floor(at / 1000)
}
