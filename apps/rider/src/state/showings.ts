import type { Instant } from '@unifare/core'

/** Codes shown with a shorter break than this are one showing: the phone was held up once. */
const SAME_SHOWING_MS = 3 * 60_000
/** A gate can take a code of a showing from a little before it (clocks) to the end of its life. */
const EARLY_MS = 60_000
const LATE_MS = 3 * 60_000
/** After this time nobody waits for a gate any more: terminals upload within a day. */
const FORGOTTEN_MS = 24 * 3_600_000
const SHOWINGS_MAX = 40

/** A time during which codes were on the screen. Only this phone knows it. */
export interface Showing {
  readonly from: Instant
  readonly to: Instant
}

/** Notes that a code is shown now. */
export function noteShown(showings: readonly Showing[], at: Instant): readonly Showing[] {
  const last = showings.at(-1)
  if (last !== undefined && at >= last.from && at - last.to < SAME_SHOWING_MS) {
    return [...showings.slice(0, -1), { from: last.from, to: at }]
  }
  const recent = showings.filter(({ to }) => at - to < FORGOTTEN_MS)
  return [...recent, { from: at, to: at }].slice(-SHOWINGS_MAX)
}

/**
 * Showings that no trip answers: either no gate saw the code, or one that is not connected saw it
 * and has not uploaded yet. The phone cannot tell which, and says so.
 */
export function unanswered(
  showings: readonly Showing[],
  options: { readonly tapsAt: readonly Instant[]; readonly now: Instant },
): readonly Showing[] {
  const { tapsAt, now } = options
  return showings
    .filter(({ to }) => now - to < FORGOTTEN_MS)
    .filter(({ from, to }) => !tapsAt.some((at) => at >= from - EARLY_MS && at <= to + LATE_MS))
}
