import type { Instant } from '@unifare/core'

/** Files that are missing in a row of sequence numbers, from and to included. */
export interface FileGap {
  readonly from: number
  readonly to: number
}

/**
 * Gaps in the sequence of a sender's files of one kind, between the first that came and the last.
 * They heal when the late file comes.
 */
export function gapsIn(sequences: readonly number[]): FileGap[] {
  const sorted = [...new Set(sequences)].toSorted((a, b) => a - b)
  return sorted.flatMap((sequence, index): FileGap[] => {
    const before = sorted[index - 1] ?? sequence - 1
    return sequence === before + 1 ? [] : [{ from: before + 1, to: sequence - 1 }]
  })
}

/** A file as far as its place in the row matters. */
export interface NumberedFile {
  readonly sequence: number
  readonly takenAt: Instant
}

/** Gaps with the instant since when they are known: by then a file before and one behind were there. */
export function datedGaps(
  files: readonly NumberedFile[],
): (FileGap & { readonly since: Instant })[] {
  const sorted = files.toSorted((a, b) => a.sequence - b.sequence)
  const gaps: (FileGap & { before: Instant; since: Instant })[] = []
  let [first, before] = [sorted[0]?.sequence ?? 0, Number.POSITIVE_INFINITY]
  for (const { sequence, takenAt } of sorted) {
    if (sequence > first + 1) gaps.push({ from: first + 1, to: sequence - 1, before, since: 0 })
    first = sequence
    before = Math.min(before, takenAt)
  }
  let [at, behind] = [sorted.length - 1, Number.POSITIVE_INFINITY]
  for (const gap of gaps.toReversed()) {
    for (let file = sorted[at]; file !== undefined && file.sequence > gap.to; file = sorted[at]) {
      behind = Math.min(behind, file.takenAt)
      at -= 1
    }
    gap.since = Math.max(gap.before, behind)
  }
  return gaps.map(({ from, to, since }) => ({ from, to, since }))
}
