import type { Instant } from '@unifare/core'

/** A row of a list that is kept with its dates. */
export interface DatedRow {
  readonly effective: Instant | null
  readonly expiry: Instant | null
}

/** What a full list changes about the live one. */
export interface ListDifference<R> {
  /** The live list from now on: rows that left it are in it with their end. */
  readonly rows: R[]
  readonly added: R[]
  /** Rows that the full list left out or changed, with the end that they got. */
  readonly expired: R[]
  readonly unchanged: number
}

/**
 * Compares a full list with the live one (reference clearing 1.3): a row that the full list leaves
 * out expires, none is ever deleted; a row with other content expires and the new one is added.
 * `nameOf` tells what a row speaks of, `contentOf` what it says of it; when it began is not content.
 * Of two rows of one name in the full list the later counts.
 */
export function listDifference<R extends DatedRow>(options: {
  readonly live: readonly R[]
  readonly full: readonly R[]
  readonly at: Instant
  readonly nameOf: (row: R) => string
  readonly contentOf: (row: R) => string
}): ListDifference<R> {
  const { live, full, at, nameOf, contentOf } = options
  const wanted = new Map(full.map((row) => [nameOf(row), row]))
  const standing = new Map<string, R>()
  const rows: R[] = []
  const expired: R[] = []
  for (const row of live) {
    const name = nameOf(row)
    const next = wanted.get(name)
    const over = row.expiry !== null && row.expiry <= at
    const same =
      next !== undefined && contentOf(next) === contentOf(row) && next.expiry === row.expiry
    if (over || same) {
      rows.push(row)
      if (!over) standing.set(name, row)
      continue
    }
    const ended = { ...row, expiry: at }
    rows.push(ended)
    expired.push(ended)
  }
  const over = (row: R) => row.expiry !== null && row.expiry <= at
  const added = [...wanted]
    .filter(([name, row]) => !standing.has(name) && !over(row))
    .map(([, row]) => ({ ...row, effective: Math.max(row.effective ?? at, at) }))
  return { rows: [...rows, ...added], added, expired, unchanged: standing.size }
}
