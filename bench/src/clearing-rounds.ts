import { mkdtemp, rm } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ClearedSegments } from '@unifare/centre'
import { UnifareError } from '@unifare/core'
import { CITIES, type Expected, faultsOf, type NationalPlan } from '@unifare/twin'
import { generateDay, openNationalClearing } from '@unifare/twin/node'
import { measureClearedCodes } from './clearing-codes.ts'
import type { ClearingReport } from './clearing-report.ts'
import { measureIntake } from './intake-rounds.ts'
import { measureMarks } from './marks-rounds.ts'
import { median } from './rounds.ts'
import { openSqlBaseline, type SqlBaseline } from './sql-baseline.ts'
import { tapColumns } from './tap-columns.ts'

const DAY = '2026-11-20'
const TAPS_MIN = 1_000
/**
 * Rows that the set-based ledger takes in a round at most: its rate falls as its tables grow, and is
 * taken as flat beyond. Single transfers are so slow that they run over a tenth of that.
 */
const BASELINE_TAPS_MAX = 2_000_000
const SINGLE_TAPS_MAX = 200_000
/** A ledger of single transfers runs over a part of small days. */
const SINGLE_PART = 10
/** Rounds at most, and the time after which no further one begins. */
const ROUNDS = 5
const ROUNDS_MS = 200_000
/** Rounds over parts of the day, by turns. */
const PART_ROUNDS = 3
/** From here on a day is a country's. */
const COUNTRY_TAPS = 200_000
/** The smallest part of a day that the time per tap is measured over. */
const SMALL_TAPS = 1_000_000
const NODES = 4
/** Cities of a day that is too small for a country. */
const TRIAL_CITIES = 24
const TAPS_PER_FAULT = 1_000
const MIB = 1024 * 1024

/** What `bench clearing` is asked for. */
export interface ClearingBenchOptions {
  readonly taps: number
  readonly seed?: string
  /** Cards that the check over all time is measured with. */
  readonly cards?: number
  /** Hears what is being done. */
  readonly tell?: (line: string) => void
}

/**
 * Generates a day of card taps with known faults, clears it with every TAC and MAC2 verified, in
 * turns with PostgreSQL ledgers that verify nothing, and compares the rates. Throws
 * `bench.too-few`, `bench.no-server`.
 */
export async function benchClearing(options: ClearingBenchOptions): Promise<ClearingReport> {
  const { taps, seed = 'bench', tell = () => undefined } = options
  if (taps < TAPS_MIN) {
    throw new UnifareError('bench.too-few', `${taps} taps: at least ${TAPS_MIN} are needed`)
  }
  const cores = availableParallelism()
  const plan: NationalPlan = {
    seed,
    day: DAY,
    taps,
    cities: taps >= COUNTRY_TAPS ? CITIES : TRIAL_CITIES,
    codesPpm: 0,
    nodes: NODES,
    tapsPerFault: TAPS_PER_FAULT,
  }
  const dir = await mkdtemp(join(tmpdir(), 'unifare-clearing-'))
  try {
    // First: what the day leaves behind, in memory and on its way to the disk, is no part of it.
    tell('raw intake')
    const intake = await measureIntake({ batches: taps >= COUNTRY_TAPS ? 320 : 40 })
    tell(`generating a day of ${taps} card taps`)
    const expected = await generateDay({ plan, dir, threads: cores })
    const sql = await openSqlBaseline(await tapColumns(plan, Math.min(taps, BASELINE_TAPS_MAX)))
    try {
      const measured = await measureDay({ plan, dir, sql, cores, tell })
      const single = taps >= COUNTRY_TAPS ? SINGLE_TAPS_MAX : Math.ceil(taps / SINGLE_PART)
      tell(`posting ${single} taps one transfer per call`)
      const singleRate = single / (await sql.single(single))
      tell('clearing a day with 20 % ride codes')
      const codes = await measureClearedCodes({ seed, taps, cores, cities: plan.cities })
      tell('the check over all time')
      const marks = measureMarks({
        cards: options.cards ?? Math.min(21_000_000, taps * 2),
        terminals: Math.min(950_000, taps),
      })
      return reportOf({
        plan,
        measured,
        sql,
        single,
        singleRate,
        codes,
        intake,
        marks,
        expected,
        cores,
      })
    } finally {
      await sql.stop()
    }
  } finally {
    await rm(dir, { recursive: true, force: true })
  }
}

/** What the rounds of one day came to. */
interface MeasuredDay {
  readonly rates: readonly number[]
  readonly sqlRates: readonly number[]
  readonly cleared: ClearedSegments
  readonly peakMiB: number
  /** Rates of all threads over parts of the day, and of one thread over the larger of them. */
  readonly parts: DayParts
}

interface DayParts {
  readonly small: { readonly taps: number; readonly rate: number }
  readonly part: { readonly taps: number; readonly one: number; readonly all: number }
}

async function measureDay(options: {
  readonly plan: NationalPlan
  readonly dir: string
  readonly sql: SqlBaseline
  readonly cores: number
  readonly tell: (line: string) => void
}): Promise<MeasuredDay> {
  const { plan, dir, sql, cores, tell } = options
  const clearing = await openNationalClearing({ plan, dir, threads: cores })
  const watch = watchMemory()
  try {
    const piece = Math.max(1, Math.floor(clearing.segments / 4))
    // One round to warm up: threads have their keys and rules then.
    await clearing.clear(piece)
    const rates: number[] = []
    const sqlRates: number[] = []
    let last: ClearedSegments | undefined
    const until = performance.now() + ROUNDS_MS
    for (let round = 1; round <= ROUNDS && (round === 1 || performance.now() < until); round++) {
      const started = performance.now()
      last = await clearing.clear(clearing.segments, (done, all) => {
        if (done % 16 === 0) tell(`round ${round}: ${done} of ${all} pieces`)
      })
      const seconds = (performance.now() - started) / 1000 + (await sql.post(linesOf(last)))
      rates.push(plan.taps / seconds)
      sqlRates.push(sql.taps / (await sql.round()))
      tell(`round ${round}: ${rate(rates)} taps/s, SQL ${rate(sqlRates)} taps/s`)
    }
    if (last === undefined) throw new TypeError('no round was run')
    const small = Math.max(1, Math.round((clearing.segments * SMALL_TAPS) / plan.taps))
    const parts = await measureParts(clearing, { plan, dir, piece, small: Math.min(small, piece) })
    return { rates, sqlRates, cleared: last, peakMiB: watch.stop(), parts }
  } finally {
    watch.stop()
    await clearing.close()
  }
}

/** Rates over the first segments of a day, by turns, so that all have the same machine. */
async function measureParts(
  clearing: NationalClearing,
  options: {
    readonly plan: NationalPlan
    readonly dir: string
    readonly piece: number
    readonly small: number
  },
): Promise<DayParts> {
  const { plan, dir, piece, small } = options
  const one = await openNationalClearing({ plan, dir, threads: 1 })
  const timed = async (who: NationalClearing, segments: number) => {
    const started = performance.now()
    const { taps } = await who.clear(segments)
    return { taps, rate: taps / ((performance.now() - started) / 1000) }
  }
  try {
    await timed(one, piece)
    const rounds: {
      readonly all: TimedPart
      readonly one: TimedPart
      readonly small: TimedPart
    }[] = []
    for (let round = 0; round < PART_ROUNDS; round++) {
      rounds.push({
        all: await timed(clearing, piece),
        one: await timed(one, piece),
        small: await timed(clearing, small),
      })
    }
    const pair = middle(rounds, ({ all, one }) => all.rate / one.rate)
    return {
      small: middle(rounds, (round) => round.small.rate).small,
      part: { taps: pair.all.taps, one: pair.one.rate, all: pair.all.rate },
    }
  } finally {
    await one.close()
  }
}

type NationalClearing = Awaited<ReturnType<typeof openNationalClearing>>

interface TimedPart {
  readonly taps: number
  readonly rate: number
}

function middle<One>(rounds: readonly One[], of: (round: One) => number): One {
  const found = rounds.toSorted((a, b) => of(a) - of(b))[Math.floor(rounds.length / 2)]
  if (found === undefined) throw new TypeError('no round was run')
  return found
}

/** What is posted of a cleared day: every member's sides. */
function linesOf({ money }: ClearedSegments) {
  return money.positions.flatMap(({ id, receivableFen, payableFen }) => [
    { account: BigInt(id), amountMicro: BigInt(receivableFen) * 1_000_000n },
    { account: BigInt(id), amountMicro: BigInt(-payableFen) * 1_000_000n },
  ])
}

/** The most memory that the process held while it was watched, MiB. */
function watchMemory() {
  let peak = 0
  const look = () => {
    peak = Math.max(peak, process.memoryUsage.rss())
  }
  const timer = setInterval(look, 20)
  return {
    stop(): number {
      look()
      clearInterval(timer)
      return Math.round(peak / MIB)
    },
  }
}

function reportOf(options: {
  readonly plan: NationalPlan
  readonly measured: MeasuredDay
  readonly sql: SqlBaseline
  readonly single: number
  readonly singleRate: number
  readonly codes: ClearingReport['codes']
  readonly intake: ClearingReport['intake']
  readonly marks: ClearingReport['marks']
  readonly expected: readonly Expected[]
  readonly cores: number
}): ClearingReport {
  const { measured, sql, codes, intake, cores } = options
  const { rates, sqlRates, cleared, parts } = measured
  const { small, part } = parts
  const ours = median(rates)
  return {
    subject: 'clearing',
    ratioSql: twoDigits(median(rates.map((value, i) => value / (sqlRates[i] ?? value)))),
    ratioSingle: twoDigits(ours / options.singleRate),
    ratioIntake: intake.ratioIntake,
    codesPerSecond: codes.codesPerSecond,
    taps: options.plan.taps,
    charges: cleared.charges,
    cores,
    clearing: {
      tapsPerSecond: Math.round(ours),
      rounds: rates.map(Math.round),
      usPerTap: twoDigits(1e6 / ours),
      engine: `Node ${process.versions.node}, ${cores} threads`,
      small: { taps: small.taps, usPerTap: twoDigits(1e6 / small.rate) },
      part: {
        taps: part.taps,
        usPerTap: twoDigits(1e6 / part.all),
        ratioPerCore: twoDigits(part.all / part.one / cores),
      },
    },
    sql: {
      tapsPerSecond: Math.round(median(sqlRates)),
      rounds: sqlRates.map(Math.round),
      engine: sql.engine,
      taps: sql.taps,
      isScaled: sql.taps < options.plan.taps,
    },
    single: {
      tapsPerSecond: Math.round(options.singleRate),
      taps: options.single,
      isScaled: options.single < options.plan.taps,
    },
    isCountry: options.plan.taps >= COUNTRY_TAPS,
    codes,
    intake,
    marks: options.marks,
    faults: faultsOf(options.expected, cleared),
    memory: { peakMiB: measured.peakMiB },
    root: cleared.root,
  }
}

function twoDigits(value: number): number {
  return Number(value.toFixed(2))
}

function rate(values: readonly number[]): string {
  return String(Math.round(values.at(-1) ?? 0))
}
