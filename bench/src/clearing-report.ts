import type { Faults } from '@unifare/twin'
import type { ClearedCodes } from './clearing-codes.ts'
import type { IntakeReport } from './intake-rounds.ts'
import type { MarksReport } from './marks-rounds.ts'

interface Rate {
  readonly tapsPerSecond: number
  /** Taps over which it was measured. */
  readonly taps: number
  /** They are fewer than the day's: the rate is taken as that of the whole day. */
  readonly isScaled: boolean
}

/** What `bench clearing` measured. Only the ratios mean something on another machine. */
export interface ClearingReport {
  readonly subject: 'clearing'
  /** Taps cleared per second over taps posted per second by a set-based SQL ledger: median of the rounds. */
  readonly ratioSql: number
  /** The same over a SQL ledger that posts one transfer per call. */
  readonly ratioSingle: number
  /** Raw intake over a preallocated file that is appended to and synced. */
  readonly ratioIntake: number
  readonly codesPerSecond: number
  readonly taps: number
  /** False for a day so small that its ratios say nothing of a country. */
  readonly isCountry: boolean
  readonly charges: number
  readonly cores: number
  readonly clearing: {
    readonly tapsPerSecond: number
    readonly rounds: readonly number[]
    readonly usPerTap: number
    readonly engine: string
    /** The same over a million taps of the day, or fewer: a tap takes the same time in any day. */
    readonly small: { readonly taps: number; readonly usPerTap: number }
    /** The same over a part of the day, and what a core does of it when all work, over one alone. */
    readonly part: {
      readonly taps: number
      readonly usPerTap: number
      readonly ratioPerCore: number
    }
  }
  readonly sql: Rate & { readonly rounds: readonly number[]; readonly engine: string }
  readonly single: Rate
  readonly codes: ClearedCodes
  readonly intake: IntakeReport
  readonly marks: MarksReport
  readonly faults: Faults
  /** Of the whole process while it cleared. */
  readonly memory: { readonly peakMiB: number }
  readonly root: string
}

/** The report in lines for people. */
export function describeClearing(report: ClearingReport): string[] {
  const { clearing, sql, single, codes, intake, marks, faults, memory } = report
  const list = (counts: Readonly<Record<string, number>>) =>
    Object.entries(counts)
      .map(([code, count]) => `${code} ${count}`)
      .join(', ')
  return [
    `ratioSql    ${report.ratioSql}: taps cleared per second, over taps posted per second by SQL`,
    `ratioSingle ${report.ratioSingle}: the same over SQL that posts one transfer per call`,
    `ratioIntake ${report.ratioIntake}: records taken in per second, over a preallocated file with a sync per 1,000`,
    `clearing    ${clearing.tapsPerSecond} taps/s, ${clearing.usPerTap} µs a tap (${clearing.engine}; every TAC and MAC2 verified)`,
    `parts       ${clearing.small.usPerTap} µs a tap at ${clearing.small.taps} taps, ${clearing.part.usPerTap} at ${clearing.part.taps}; each core ${clearing.part.ratioPerCore} of one alone`,
    `SQL         ${sql.tapsPerSecond} taps/s (${sql.engine}, four posting rows a tap, nothing verified; over ${sql.taps} taps${scaled(sql)})`,
    `single      ${single.tapsPerSecond} taps/s (two account rows locked a tap; over ${single.taps} taps${scaled(single)})`,
    `codes       ${codes.codesPerSecond} a second in a day of ${codes.taps} taps, 20 % codes: ${codes.ratioVerifier} of what ${report.cores} cores verify alone`,
    `intake      ${intake.recordsPerSecond} records/s, file ${intake.fileRecordsPerSecond} records/s`,
    `all time    ${marks.cards} cards and ${marks.terminals} terminals in ${marks.totalMiB} MiB, ${marks.checkByBucketNs} ns a check`,
    `taps        ${report.taps}, ${report.charges} charges, ${report.cores} cores`,
    `memory      ${memory.peakMiB} MiB at most while clearing`,
    `faults      put in: ${list(faults.injected)}`,
    `            ${faults.exact ? 'found exactly these' : `DIFFERENT, found: ${list(faults.found)}`}`,
    `root        ${report.root}`,
    ...(report.isCountry
      ? []
      : [`note        ${report.taps} taps are no country: ratios say little`]),
  ]
}

function scaled({ isScaled }: Rate): string {
  return isScaled ? ', taken as the rate of the whole day' : ''
}
