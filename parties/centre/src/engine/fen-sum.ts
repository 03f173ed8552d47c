/** A sum of fen that stays exact: whole beyond what a number holds, and fast within. */
export interface FenSum {
  /** Added since the last time that it was set aside. */
  recentFen: number
  asideFen: bigint
}

/** From here on a sum is set aside: what comes next, less than 2^33 fen, leaves it exact. */
const ASIDE_FEN = 2 ** 52

/** A sum of nothing. */
export function noFen(): FenSum {
  return { recentFen: 0, asideFen: 0n }
}

/** Adds the difference of two amounts of a record (4 bytes each). */
export function addFen(sum: FenSum, amountFen: number): void {
  sum.recentFen += amountFen
  if (sum.recentFen > ASIDE_FEN || sum.recentFen < -ASIDE_FEN) {
    sum.asideFen += BigInt(sum.recentFen)
    sum.recentFen = 0
  }
}

/** What it came to. */
export function totalFen({ recentFen, asideFen }: FenSum): bigint {
  return asideFen + BigInt(recentFen)
}
