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
