import { type Instant, wholeSecond } from '@unifare/core'
import { deliveryId, hasGate, type Tap } from '@unifare/tap'
import type { LoneEnd } from './tables.ts'

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
  /** A ride that the counter, or the next boarding, ended: its tap takes the place of the exit. */
  | { readonly kind: 'repaired'; readonly entry: Tap | null; readonly exit: Tap }
  /** An exit that nothing can be said about. */
  | { readonly kind: 'missing-entry'; readonly exit: Tap }
  /** An entry that nobody confirmed: it never bills. */
  | { readonly kind: 'void'; readonly entry: Tap }
  /**
   * The entry of a journey that was charged before this record arrived: of a card's, or of the
   * lone exit that it completes.
   */
  | { readonly kind: 'late-entry'; readonly entry: Tap; readonly completes: LoneEnd | null }
  /** The exit of a journey that was charged as incomplete before this record arrived. */
  | { readonly kind: 'late-exit'; readonly exit: Tap; readonly completes: LoneEnd }

const CLOSES = new Set(['exit', 'return'])

/** A repair that names no entry is one: the counter let the rider begin there. */
function opens({ kind, entry }: Tap): boolean {
  return kind === 'entry' || kind === 'rent' || (kind === 'repair' && entry === null)
}

/** Nobody stays longer behind gates: an exit later than this belongs to another journey. */
const STAY_MS_MAX = 24 * 3_600_000

/** Two ends further apart than any ride lasts may have others between them that are still to come. */
const SURE_MS_MAX = 4 * 3_600_000

/** What happened to a rider at an instant: a tap, or the end of a journey charged as incomplete. */
type Happened = (SeenTap & { readonly lone?: never }) | { readonly lone: LoneEnd }

/**
 * Pairs one rider's open taps by event time, whatever the order they arrived in. Pure and
 * repeatable: taps that still wait for their other end are left out of the result.
 */
export function pairTaps(
  seen: readonly SeenTap[],
  options: {
    /** Taps before this instant have waited long enough for their other end. */
    readonly giveUpBefore: Instant
    /** Opening instants, in whole seconds, of card journeys that are charged already. */
    readonly chargedOpenings: ReadonlySet<number>
    /** Ends of the rider's journeys that were charged as incomplete. */
    readonly loneEnds?: readonly LoneEnd[]
    /**
     * Deliveries of ends whose rider stated the other one: they wait no longer, and no end that is
     * further away than any ride lasts belongs to them.
     */
    readonly stated?: ReadonlySet<string>
  },
): Paired[] {
  const { giveUpBefore, chargedOpenings, loneEnds = [], stated } = options
  const isStated = (tap: Pick<Tap, 'terminal' | 'sequence'>) =>
    stated?.has(deliveryId(tap)) === true
  const isOver = (tap: Tap) => tap.at < giveUpBefore || isStated(tap)
  const result: Paired[] = []
  let open: Happened | undefined
  const giveUp = () => {
    if (open?.lone === undefined && open !== undefined && isOver(open.tap)) {
      result.push(abandoned(open))
    }
  }
  for (const item of inOrder(seen, loneEnds)) {
    if (item.lone !== undefined) {
      if (item.lone.missing === 'exit') {
        giveUp()
        open = item
      } else if (open !== undefined && open.lone === undefined && modeOf(open) === item.lone.mode) {
        result.push({ kind: 'late-entry', entry: open.tap, completes: item.lone })
        open = undefined
      }
      continue
    }
    const { tap } = item
    if (opens(tap)) {
      if (tap.medium === 'card' && chargedOpenings.has(wholeSecond(tap.at))) {
        result.push({ kind: 'late-entry', entry: tap, completes: null })
        continue
      }
      giveUp()
      open = item
    } else if (tap.kind === 'repair') {
      const entry = sameEntry(open, tap)
      result.push({ kind: 'repaired', entry, exit: tap })
      if (entry !== null) open = undefined
    } else if (CLOSES.has(tap.kind)) {
      const fits =
        open !== undefined && (isSure(open, tap) || !(isStated(placeOf(open)) || isStated(tap)))
      const paired = close(fits ? open : undefined, tap, isOver)
      if (paired !== undefined && paired !== 'both-wait') result.push(paired)
      if (paired === 'both-wait' || (paired !== undefined && usesOpen(paired))) open = undefined
    } else {
      result.push({ kind: 'single', tap })
    }
  }
  giveUp()
  return result
}

function inOrder(seen: readonly SeenTap[], loneEnds: readonly LoneEnd[]): Happened[] {
  const all: Happened[] = [...seen, ...loneEnds.map((lone) => ({ lone }))]
  return all.toSorted((first, other) => {
    const [a, b] = [placeOf(first), placeOf(other)]
    return a.at - b.at || compare(a.terminal, b.terminal) || a.sequence - b.sequence
  })
}

function placeOf(item: Happened): Pick<Tap, 'at' | 'terminal' | 'sequence'> {
  return item.lone ?? item.tap
}

function modeOf(item: Happened): Tap['mode'] {
  return (item.lone ?? item.tap).mode
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

function close(
  open: Happened | undefined,
  exit: Tap,
  isOver: (tap: Tap) => boolean,
): Paired | 'both-wait' | undefined {
  const fits = open !== undefined && modeOf(open) === exit.mode && isOneStay(open, exit)
  if (exit.medium === 'card' && exit.entry !== null) {
    return { kind: 'journey', entry: sameEntry(open, exit), exit }
  }
  if (fits) {
    if (!isSure(open, exit) && !isOver(exit)) return 'both-wait'
    return open.lone === undefined
      ? { kind: 'journey', entry: open.tap, exit }
      : { kind: 'late-exit', exit, completes: open.lone }
  }
  return isOver(exit) ? { kind: 'missing-entry', exit } : undefined
}

function isSure(open: Happened, exit: Tap): boolean {
  return !hasGate(exit.mode) || exit.at - placeOf(open).at <= SURE_MS_MAX
}

function isOneStay(open: Happened, exit: Tap): boolean {
  return !hasGate(exit.mode) || exit.at - placeOf(open).at <= STAY_MS_MAX
}

/** The open entry, when it is the one that the card itself names at its end. */
function sameEntry(open: Happened | undefined, exit: Tap): Tap | null {
  if (open === undefined || open.lone !== undefined || exit.entry === null) return null
  const same =
    open.tap.mode === exit.mode && wholeSecond(open.tap.at) === wholeSecond(exit.entry.at)
  return same ? open.tap : null
}

/** Whether the pair took the open entry, so that no later exit can. */
function usesOpen(paired: Paired): boolean {
  return paired.kind === 'late-exit' || (paired.kind === 'journey' && paired.entry !== null)
}

/**
 * Where there is no gate, who was told "go" is on board or has the bicycle, unless the terminal
 * voids the record; whom the counter let in is inside.
 */
function abandoned({ tap, passed }: SeenTap): Paired {
  const confirmed = passed || !hasGate(tap.mode) || tap.kind === 'repair'
  return confirmed ? { kind: 'missing-exit', entry: tap } : { kind: 'void', entry: tap }
}

/** Taps of a journey, in order. */
export function tapsOf(paired: Paired): Tap[] {
  switch (paired.kind) {
    case 'single':
      return [paired.tap]
    case 'journey':
    case 'repaired':
      return paired.entry === null ? [paired.exit] : [paired.entry, paired.exit]
    case 'missing-entry':
    case 'late-exit':
      return [paired.exit]
    case 'missing-exit':
    case 'void':
    case 'late-entry':
      return [paired.entry]
  }
}
