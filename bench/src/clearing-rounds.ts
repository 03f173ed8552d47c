import { availableParallelism } from 'node:os'
import type { Cleared } from '@unifare/centre'
import {
  type ClearingDay,
  FAULTS,
  type FaultCode,
  loadDay,
  makeClearingDay,
} from './clearing-day.ts'
import type { ClearingReport, Faults } from './clearing-report.ts'
import { clearingRound, measureStages, perTap } from './clearing-stages.ts'
import { median } from './rounds.ts'
import { openSqlBaseline } from './sql-baseline.ts'

/** Rounds at most, and the time after which no further one begins. */
const ROUNDS = 3
const ROUNDS_MS = 25_000
const MIB = 1024 * 1024

/**
 * Clears a generated day of card taps with every TAC and MAC2 verified, in turns with a PostgreSQL
 * ledger that verifies nothing, and compares the rates. Throws `bench.too-few`, `bench.no-server`.
 */
export async function benchClearing(options: {
  readonly taps: number
  readonly seed?: string
  /** Hears what is being done. */
  readonly tell?: (line: string) => void
}): Promise<ClearingReport> {
  const { tell = () => undefined, seed = 'bench' } = options
  tell(`generating a day of ${options.taps} card taps`)
  const day = await makeClearingDay(options.taps, seed)
  const sql = await openSqlBaseline(day.taps)
  try {
    const repository = await loadDay(day)
    const ours: number[] = []
    const baseline: number[] = []
    let last: Awaited<ReturnType<typeof clearingRound>> | undefined
    const until = performance.now() + ROUNDS_MS
    for (let round = 1; round <= ROUNDS && (round === 1 || performance.now() < until); round++) {
      last = await clearingRound(repository, day)
      ours.push(options.taps / last.seconds)
      baseline.push(sql.taps / (await sql.round()))
      tell(`round ${round}: ${rate(ours.at(-1))} taps/s, SQL ${rate(baseline.at(-1))} taps/s`)
    }
    if (last === undefined) throw new TypeError('no round was run')
    const usage = process.resourceUsage()
    // Behind the rounds, so that the code is as warm as theirs.
    const stages = await measureStages(day)
    return {
      subject: 'clearing',
      ratioSql: Number(median(ours.map((value, i) => value / (baseline[i] ?? value))).toFixed(2)),
      taps: options.taps,
      charges: day.chargeRows.length,
      cards: day.cards,
      cores: availableParallelism(),
      clearing: {
        tapsPerSecond: Math.round(median(ours)),
        rounds: ours.map(Math.round),
        engine: `Node ${process.versions.node}, one thread`,
        split: { ...stages, booksUs: perTap(last.booksS * 1000, options.taps) },
      },
      sql: {
        tapsPerSecond: Math.round(median(baseline)),
        rounds: baseline.map(Math.round),
        engine: sql.engine,
        taps: sql.taps,
      },
      faults: faultsOf(day, last.cleared),
      memory: {
        peakMiB: Math.round(usage.maxRSS / 1024),
        heapMiB: Math.round(process.memoryUsage().heapUsed / MIB),
      },
      root: last.cleared.root,
    }
  } finally {
    await sql.stop()
  }
}

/** Compares what was put in with what was refused: exactly these charges, with these verdicts. */
export function faultsOf(day: ClearingDay, cleared: Cleared): Faults {
  const injected: Record<string, number> = {}
  const found: Record<string, number> = {}
  const expected = new Map<string, FaultCode>()
  for (const code of FAULTS) {
    const ids = day.injected.get(code) ?? new Set()
    injected[code] = ids.size
    for (const id of ids) expected.set(id, code)
  }
  let wrong = 0
  for (const { id, verdict } of cleared.charges) {
    if (verdict !== 'normal') found[verdict] = (found[verdict] ?? 0) + 1
    if (verdict !== (expected.get(id) ?? 'normal')) wrong += 1
  }
  return { injected, found, exact: wrong === 0 && cleared.charges.length === day.chargeRows.length }
}

function rate(value = 0): string {
  return String(Math.round(value))
}
