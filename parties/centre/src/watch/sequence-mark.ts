import type { Instant } from '@unifare/core'

/** Records of a source that did not come, from and to included, and since when that is known. */
export interface SequenceGap {
  readonly from: number
  readonly to: number
  readonly since: Instant
}

/** How far a source's numbered records came: one past the highest, and what is missing below. */
export interface SequenceMark {
  readonly end: number
  /** Ascending, apart from each other. */
  readonly gaps: readonly SequenceGap[]
}

/**
 * The mark of a source behind records that came: from `first` up to, not including, `end`. Records
 * that come late heal their gap or a part of it; those that come again change nothing.
 */
export function noteRange(
  mark: SequenceMark,
  range: { readonly first: number; readonly end: number; readonly at: Instant },
): SequenceMark {
  const { first, end, at } = range
  const gaps = mark.gaps.flatMap((gap) => without(gap, first, end))
  if (first > mark.end) gaps.push({ from: mark.end, to: first - 1, since: at })
  return { end: Math.max(mark.end, end), gaps }
}

/** What is left of a gap when the records of a range have come. */
function without(gap: SequenceGap, first: number, end: number): SequenceGap[] {
  if (first >= end || end <= gap.from || first > gap.to) return [gap]
  return [
    { ...gap, to: Math.min(gap.to, first - 1) },
    { ...gap, from: Math.max(gap.from, end) },
  ].filter(({ from, to }) => from <= to)
}
