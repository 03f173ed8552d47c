import { formatYuan } from '@unifare/core'
import { explain, type Priced, price, type Ride } from '@unifare/fares'
import type { FareWork } from './fares-work.ts'

/**
 * Every price beside a second way to it: shortest paths over all pairs at once, and the published
 * ladder and policies in plain words. Throws at the first fen of difference, and where parts or
 * the explanation say another sum.
 */
export function requireSamePrices({ compiled, network, rides }: FareWork): number {
  const metres = allPairs(network)
  for (const ride of rides) {
    const priced = price(compiled, ride)
    const expected = plainFare(ride, metres)
    if (!priced.ok || priced.amountFen !== expected) {
      throw new Error(`${JSON.stringify(ride)} costs ${told(priced)}, but plainly ${expected}`)
    }
    const sum = priced.parts.reduce((total, { amountFen }) => total + amountFen, 0)
    const line = explain(priced).en.at(-1) ?? ''
    if (sum !== expected || !line.startsWith(`total ${formatYuan(expected)} yuan`)) {
      throw new Error(`${JSON.stringify(ride)} is explained as ${line}`)
    }
  }
  return rides.length
}

function told(priced: Priced): string {
  return priced.ok ? String(priced.amountFen) : priced.code
}

/** Stations of the early bird; the first ones of the made-up network bear their names. */
const EARLY_STATIONS = 25

/** Beijing's published rules (reference fares 2), without any code of the engine. */
function plainFare(ride: Ride, metres: readonly Float64Array[]): number {
  const { entry, exit, medium, riderClass, monthToDate } = ride
  if (entry === undefined || exit === undefined) return Number.NaN
  const distance = metres[entry.station - 1]?.[exit.station - 1] ?? Number.NaN
  const base = entry.station === exit.station ? 300 : ladder(distance)
  const overtime = exit.at - entry.at > 4 * 3_600_000 ? 300 : 0
  if (riderClass === 'child') return overtime
  const chinese = new Date(entry.at + 8 * 3_600_000)
  const weekday = chinese.getUTCDay() >= 1 && chinese.getUTCDay() <= 5
  if (weekday && chinese.getUTCHours() < 7 && entry.station <= EARLY_STATIONS) {
    return base / 2 + overtime
  }
  const paid = medium === 'card' ? (monthToDate?.paidFen ?? 0) : 0
  const percent = paid >= 40_000 ? 100 : paid >= 15_000 ? 50 : paid >= 10_000 ? 80 : 100
  return (base * percent) / 100 + overtime
}

function ladder(metres: number): number {
  const km = metres / 1_000
  if (km <= 6) return 300
  if (km <= 12) return 400
  if (km <= 22) return 500
  if (km <= 32) return 600
  return 600 + Math.ceil((km - 32) / 20) * 100
}

/** Floyd and Warshall. */
function allPairs({ stations, lines }: FareWork['network']): readonly Float64Array[] {
  const size = stations.length
  const table = stations.map((_, at) => new Float64Array(size).fill(Infinity).fill(0, at, at + 1))
  for (const { stations: stops, metres } of lines) {
    for (const [at, length] of metres.entries()) {
      const [a, b] = [(stops[at] as number) - 1, (stops[at + 1] as number) - 1]
      const [there, back] = [table[a] as Float64Array, table[b] as Float64Array]
      there[b] = Math.min(there[b] as number, length)
      back[a] = Math.min(back[a] as number, length)
    }
  }
  for (const [via, through] of table.entries()) {
    for (const row of table) {
      const first = row[via] as number
      for (let to = 0; to < size; to++) {
        const way = first + (through[to] as number)
        if (way < (row[to] as number)) row[to] = way
      }
    }
  }
  return table
}
