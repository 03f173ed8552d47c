import { createSeededRandom, randomInteger } from '@unifare/core'
import {
  type CompiledTariff,
  compileTariff,
  type FareTable,
  fareMatrix,
  parseTariff,
  price,
  type Ride,
  readCsv,
  tariffs,
} from '@unifare/fares'
import { parse } from 'csv-parse/sync'
import papaparse from 'papaparse'
import { median, ratio, runRounds } from './rounds.ts'

/** Loading a matrix of stations and pricing every pair for every class. */
export interface MatrixResult {
  readonly stations: number
  readonly classes: number
  readonly rows: number
  /** CPU milliseconds of the reader alone, the engine's tables and the prices. */
  readonly readMs: Readonly<Record<string, number>>
  readonly wholeMs: Readonly<Record<string, number>>
  /** Fastest of npm over ours: reading alone, and reading, loading and pricing. */
  readonly ratioRead: number
  readonly ratioWhole: number
  readonly fastestOfNpm: string
  /** Amounts that all readers led to alike. */
  readonly same: number
}

type Cells = readonly (readonly string[])[]

const READERS = {
  ours: (text: string): Cells => readCsv(text).map(({ cells }) => cells),
  'csv-parse': (text: string): Cells => parse(text),
  papaparse: (text: string): Cells =>
    papaparse.parse<string[]>(text, { skipEmptyLines: true }).data,
} as const satisfies Record<string, (text: string) => Cells>

type ReaderName = keyof typeof READERS
const NAMES = Object.keys(READERS) as ReaderName[]

/** Measures our reader and the fastest of npm in turns; throws when they lead to other prices. */
export function benchMatrix(options: {
  readonly stations: number
  readonly classes: number
  readonly rounds: number
  readonly seed: string
  readonly tell: (line: string) => void
}): MatrixResult {
  const { stations, classes, rounds, seed, tell } = options
  const names = Array.from({ length: classes }, (_, at) => `class${at + 1}`)
  const text = matrixText({ stations, names, seed })
  tell(`matrix of ${stations} × ${stations} stations and ${classes} classes: ${text.length} bytes`)
  const sums = NAMES.map((name) => pricedSum(READERS[name](text), names, stations))
  if (new Set(sums).size !== 1) throw new Error(`the readers lead to other prices: ${sums.join()}`)
  const read = runRounds(
    NAMES.map((name) => ({ name, round: () => void READERS[name](text).length })),
    { rounds },
  )
  const whole = runRounds(
    NAMES.map((name) => ({
      name,
      round: () => void pricedSum(READERS[name](text), names, stations),
    })),
    { rounds },
  )
  const others = NAMES.filter((name) => name !== 'ours')
  const fastest = others.toSorted((a, b) => median(read[a]) - median(read[b]))[0] ?? 'csv-parse'
  tell(`fastest reader of npm: ${fastest}`)
  return {
    stations,
    classes,
    rows: stations * stations,
    readMs: millis(read),
    wholeMs: millis(whole),
    ratioRead: ratio(read[fastest], read.ours),
    ratioWhole: ratio(whole[fastest], whole.ours),
    fastestOfNpm: fastest,
    same: stations * stations * classes,
  }
}

function millis(times: Readonly<Record<string, readonly number[]>>): Record<string, number> {
  return Object.fromEntries(
    Object.entries(times).map(([name, seconds]) => [
      name,
      Number((median(seconds) * 1e3).toFixed(2)),
    ]),
  )
}

/** A file as agencies publish it: names, and amounts with one decimal. */
function matrixText(options: {
  readonly stations: number
  readonly names: readonly string[]
  readonly seed: string
}): string {
  const { stations, names, seed } = options
  const random = createSeededRandom(`${seed}/matrix`)
  const lines = [`SRC_NAME,SRC_ID,DEST_NAME,DEST_ID,${names.join(',')}`]
  for (let from = 1; from <= stations; from++) {
    for (let to = 1; to <= stations; to++) {
      const base = 30 + Math.abs(from - to) + randomInteger(random, 10)
      const amounts = names.map((_, at) => ((base * (10 - at)) / 100).toFixed(1))
      lines.push(`Station ${from},${from},Station ${to},${to},${amounts.join(',')}`)
    }
  }
  return `${lines.join('\r\n')}\r\n`
}

/** Loads a tariff of the cells and prices every pair for every class through the public call. */
function pricedSum(cells: Cells, names: readonly string[], stations: number): number {
  const compiled = compiledOf(
    fareMatrix(cells, {
      from: 'SRC_ID',
      to: 'DEST_ID',
      amounts: Object.fromEntries(names.map((name) => [name, name])),
    }),
  )
  let sum = 0
  for (const riderClass of names) {
    for (let from = 1; from <= stations; from++) {
      for (let to = 1; to <= stations; to++) {
        const priced = price(compiled, rideOf(from, to, riderClass))
        if (!priced.ok) throw new Error(priced.code)
        sum += priced.amountFen
      }
    }
  }
  return sum
}

function rideOf(from: number, to: number, riderClass: string): Ride {
  return {
    mode: 'bus',
    entry: { station: from, at: 0 },
    exit: { station: to, at: 1_200_000 },
    at: 1_200_000,
    medium: 'card',
    riderClass,
    issuer: { institution: '', division: '' },
  }
}

/** A rule for each class, each with its table. */
function compiledOf(tables: readonly FareTable[]): CompiledTariff {
  const [base] = tariffs()
  return compileTariff(
    parseTariff({
      ...base,
      id: 'matrix',
      tables,
      discounts: [],
      rules: tables.map(({ id }) => ({
        id,
        when: { riderClasses: [id] },
        base: { kind: 'table', table: id },
        source: 0,
        textZh: '票价表',
        textEn: 'fare table',
      })),
    }),
  )
}
