import { availableParallelism } from 'node:os'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { type AccountRide, price, rate } from '@unifare/fares'
import { requireSamePrices } from './fares-check.ts'
import { benchMatrix, type MatrixResult } from './fares-matrix.ts'
import { type FareWork, makeFareWork } from './fares-work.ts'
import { cpuSeconds, median } from './rounds.ts'

/** What `bench fares` measured. */
export interface FaresReport {
  readonly subject: 'fares'
  /** Journeys a CPU second through the public price call, with every part told. */
  readonly pricedPerSecond: number
  readonly journeys: number
  readonly stations: number
  /** Journeys whose price, parts and explanation were the same by a second, plain way. */
  readonly same: number
  /** One rider's month anew, in CPU milliseconds. */
  readonly rerateMs: number
  readonly rerateRides: number
  readonly matrix: MatrixResult
  readonly memory: {
    /** What a journey allocates and the collector takes back. */
    readonly allocatedBytesPerJourney: number
    /** What stays on the heap behind a million journeys, in MB. */
    readonly retainedMbPerMillion: number
  }
  readonly tariff: string
  readonly rounds: number
  readonly engine: string
  readonly cores: number
}

const DEFAULTS = {
  journeys: 200_000,
  lines: 20,
  riders: 40,
  stations: 96,
  classes: 9,
  rounds: 9,
} as const
const RERATE_RIDES = 60

/**
 * Measures prices, the month anew and a matrix of stations; throws when a single price differs
 * from the second way to it.
 */
export async function benchFares(
  options: {
    readonly journeys?: number
    /** Lines each way of the network; their square is the number of stations. */
    readonly lines?: number
    readonly riders?: number
    readonly stations?: number
    readonly classes?: number
    readonly rounds?: number
    readonly seed?: string
    /** Hears what is being done. */
    readonly tell?: (line: string) => void
  } = {},
): Promise<FaresReport> {
  const asked = { ...DEFAULTS, seed: 'bench', tell: () => undefined, ...options }
  const { journeys, lines, riders, rounds, seed, tell } = asked
  const work = makeFareWork({ seed, lines, rides: journeys })
  tell(`${journeys} journeys on ${work.network.stations.length} stations`)
  const same = requireSamePrices(work)
  tell(`${same} prices the same by a second way`)
  const pricedPerSecond = Math.round(journeys / median(times(rounds, () => priceAll(work))))
  const months = monthsOf(work, riders)
  const rerateS = median(times(rounds, () => rerateAll(work, months)))
  tell(`${rounds} rounds of prices and of ${riders} months of ${RERATE_RIDES} rides`)
  const memory = measureMemory(work)
  const matrix = benchMatrix(asked)
  return {
    subject: 'fares',
    pricedPerSecond,
    journeys,
    stations: work.network.stations.length,
    same,
    rerateMs: Number(((rerateS / riders) * 1e3).toFixed(4)),
    rerateRides: RERATE_RIDES,
    matrix,
    memory,
    tariff: work.compiled.tariff.id,
    rounds,
    engine: `Node ${process.versions.node}, one thread`,
    cores: availableParallelism(),
  }
}

/** CPU seconds of each round, behind one to warm up. */
function times(rounds: number, round: () => void): number[] {
  round()
  return Array.from({ length: rounds }, () => {
    const started = cpuSeconds()
    round()
    return cpuSeconds() - started
  })
}

function priceAll({ compiled, rides }: FareWork): void {
  let sum = 0
  for (const ride of rides) {
    const priced = price(compiled, ride)
    if (priced.ok) sum += priced.amountFen
  }
  if (sum <= 0) throw new Error('nothing was priced')
}

function monthsOf({ rides }: FareWork, riders: number): AccountRide[][] {
  return Array.from({ length: riders }, (_, rider) =>
    Array.from({ length: RERATE_RIDES }, (_unused, at) => {
      const ride = rides[(rider * RERATE_RIDES + at) % rides.length] as (typeof rides)[number]
      const { monthToDate: _, ...told } = ride
      return told
    }),
  )
}

/** A late ride came in: the whole month of every rider is rated anew. */
function rerateAll({ compiled }: FareWork, months: readonly (readonly AccountRide[])[]): void {
  for (const month of months) {
    const { priced } = rate(compiled, month)
    if (!priced.every(({ ok }) => ok)) throw new Error('a ride of the month has no price')
  }
}

const MILLION = 1_000_000
/** So few journeys lie between two looks at the heap that most collections fall outside of them. */
const LOOK = 200

function measureMemory(work: FareWork): FaresReport['memory'] {
  const collect = collector()
  const { compiled, rides } = work
  const looks = Math.min(rides.length, 100_000)
  collect()
  const before = process.memoryUsage().heapUsed
  const grown: number[] = []
  let last = process.memoryUsage().heapUsed
  for (let at = 0; at < looks; at++) {
    price(compiled, rides[at] as (typeof rides)[number])
    if (at % LOOK !== LOOK - 1) continue
    const now = process.memoryUsage().heapUsed
    if (now > last) grown.push((now - last) / LOOK)
    last = process.memoryUsage().heapUsed
  }
  for (let done = looks; done < MILLION && rides.length >= 100_000; done++) {
    price(compiled, rides[done % rides.length] as (typeof rides)[number])
  }
  collect()
  const retained = process.memoryUsage().heapUsed - before
  return {
    allocatedBytesPerJourney: Math.round(median(grown)),
    retainedMbPerMillion: Number((Math.max(0, retained) / 2 ** 20).toFixed(2)),
  }
}

/** The collector of the engine, which it hides unless asked. */
function collector(): () => void {
  setFlagsFromString('--expose-gc')
  return runInNewContext('gc') as () => void
}

/** The report in lines for people. */
export function describeFares(report: FaresReport): string[] {
  const { matrix, memory, journeys, stations } = report
  const each = (ms: Readonly<Record<string, number>>) =>
    Object.entries(ms)
      .map(([name, value]) => `${name} ${value} ms`)
      .join(', ')
  return [
    `pricedPerSecond ${report.pricedPerSecond}: ${journeys} journeys, ${report.tariff} on ${stations} stations, one core`,
    `same            ${report.same} prices, parts and explanations by a second way`,
    `rerateMs        ${report.rerateMs}: ${report.rerateRides} rides of a rider's month anew`,
    `matrix          ${matrix.stations} × ${matrix.stations} stations, ${matrix.classes} classes; fastest of npm is ${matrix.fastestOfNpm}`,
    `  ratioRead     ${matrix.ratioRead}: reading alone (${each(matrix.readMs)})`,
    `  ratioWhole    ${matrix.ratioWhole}: reading, loading and ${matrix.same} prices (${each(matrix.wholeMs)})`,
    `memory          ${memory.allocatedBytesPerJourney} bytes a journey for the collector, ${memory.retainedMbPerMillion} MB stay behind a million`,
    `engine          ${report.engine}`,
  ]
}
