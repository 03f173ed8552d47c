import type { Split } from './clearing-stages.ts'

/** Faults put in and found, by verdict; `exact` when every charge has the verdict it must have. */
export interface Faults {
  readonly injected: Readonly<Record<string, number>>
  readonly found: Readonly<Record<string, number>>
  readonly exact: boolean
}

/** What `bench clearing` measured. Only the ratio means something on another machine. */
export interface ClearingReport {
  readonly subject: 'clearing'
  /** Taps cleared per second over taps posted per second by the SQL ledger: median of the rounds. */
  readonly ratioSql: number
  readonly taps: number
  readonly charges: number
  readonly cards: number
  readonly cores: number
  readonly clearing: {
    readonly tapsPerSecond: number
    readonly rounds: readonly number[]
    readonly engine: string
    readonly split: Split
  }
  readonly sql: {
    readonly tapsPerSecond: number
    readonly rounds: readonly number[]
    readonly engine: string
    /** Taps of its rounds, where they were fewer than ours. */
    readonly taps: number
  }
  readonly faults: Faults
  /** Of the whole process with the generated day and the repository in memory. */
  readonly memory: { readonly peakMiB: number; readonly heapMiB: number }
  readonly root: string
}

/** The report in lines for people. */
export function describeClearing(report: ClearingReport): string[] {
  const { clearing, sql, faults, memory } = report
  const { parseUs, evidenceUs, judgeUs, booksUs } = clearing.split
  const list = (counts: Readonly<Record<string, number>>) =>
    Object.entries(counts)
      .map(([code, count]) => `${code} ${count}`)
      .join(', ')
  return [
    `ratioSql ${report.ratioSql}: taps cleared per second, over taps posted per second by SQL`,
    `clearing  ${clearing.tapsPerSecond} taps/s (${clearing.engine}; every TAC and MAC2 verified)`,
    `SQL       ${sql.tapsPerSecond} taps/s (${sql.engine}, four posting rows a tap, nothing verified; over ${sql.taps} taps)`,
    `taps      ${report.taps} of ${report.cards} cards, ${report.charges} charges, ${report.cores} cores`,
    `time      µs a tap: parse ${parseUs}, evidence ${evidenceUs}, judging ${judgeUs}, books ${booksUs}`,
    `memory    ${memory.peakMiB} MiB at most, generated day included`,
    `faults    put in: ${list(faults.injected)}`,
    `          ${faults.exact ? 'found exactly these' : `DIFFERENT, found: ${list(faults.found)}`}`,
    `root      ${report.root}`,
  ]
}
