import type { Fen } from '@unifare/core'
import type { StationNetwork } from '../network.ts'
import type { FareTable, Tariff } from '../tariff.ts'
import { type Finding, finding } from './finding.ts'

/** Tables of a tariff: each by itself, along the lines of the network, and those of classes. */
export function tableFindings(tariff: Tariff, network?: StationNetwork): Finding[] {
  const { tables = [] } = tariff
  return [
    ...lintTables(tables, network),
    ...classTables(tariff).flatMap(({ own, everybody }) => dearerThan(own, everybody, tables)),
  ]
}

/**
 * Amounts of tables of fares against each other and against the lines of a network: for a matrix
 * that comes without a tariff, too. A table that prices by station tells of every doubt once, with
 * its worst case.
 */
export function lintTables(tables: readonly FareTable[], network?: StationNetwork): Finding[] {
  return tables.flatMap((table, index) => {
    const path = `tables[${index}]`
    return [
      ...outliers(table, path),
      ...oneWay(table, path),
      ...splitCheaper(table, path),
      ...(network === undefined ? [] : alongLines(table, network, path)),
    ]
  })
}

/** A table that is the same both ways but for a few pairs was hardly meant so. */
function oneWay({ places, amountsFen }: FareTable, path: string): Finding[] {
  const size = places.length
  const pairs = (size * (size - 1)) / 2
  const different: number[] = []
  for (let from = 0; from < size; from++) {
    for (let to = from + 1; to < size; to++) {
      const at = from * size + to
      if (amountsFen[at] !== amountsFen[to * size + from]) different.push(at)
    }
  }
  const [first] = different
  if (first === undefined || different.length * ONE_WAY_SHARE > pairs) return []
  const [from, to] = [Math.floor(first / size), first % size]
  const told = `${different.length} / ${pairs}, ${amountsFen[first]} ≠ ${amountsFen[to * size + from]}`
  return [finding('table.one-way', `${path}.amountsFen[${first}]`, told, told)]
}

/** One in so many pairs may differ before the two ways count as priced apart. */
const ONE_WAY_SHARE = 20

/** Out and in again on the way costs less than riding through: riders will do it. */
function splitCheaper({ places, amountsFen }: FareTable, path: string): Finding[] {
  const size = places.length
  let [count, worst, worstAt, via] = [0, 0, -1, -1]
  for (let from = 0; from < size; from++) {
    for (let to = 0; to < size; to++) {
      if (from === to) continue
      const at = from * size + to
      const through = amountsFen[at] as Fen
      const best = bestSplit(amountsFen, { size, from, to })
      const saved = through - best.fen
      if (saved > 0) count++
      if (saved > worst) [worst, worstAt, via] = [saved, at, best.via]
    }
  }
  if (worstAt < 0) return []
  const [from, to] = [Math.floor(worstAt / size), worstAt % size]
  const name = (place: number) => places[place]?.[0] ?? 0
  const way = `${name(from)} → ${name(via)} → ${name(to)}`
  const fen = `${(amountsFen[worstAt] as Fen) - worst} < ${amountsFen[worstAt]}`
  const [zh, en] = [`共 ${count} 对；最多 ${way}，${fen}`, `${count} pairs; most ${way}, ${fen}`]
  return [finding('table.split-cheaper', `${path}.amountsFen[${worstAt}]`, zh, en)]
}

function bestSplit(
  amountsFen: readonly Fen[],
  { size, from, to }: { readonly size: number; readonly from: number; readonly to: number },
): { readonly fen: Fen; readonly via: number } {
  let [fen, via] = [Number.POSITIVE_INFINITY, -1]
  for (let place = 0; place < size; place++) {
    if (place === from || place === to) continue
    const sum = (amountsFen[from * size + place] as Fen) + (amountsFen[place * size + to] as Fen)
    if (sum < fen) [fen, via] = [sum, place]
  }
  return { fen, via }
}

interface ClassTable {
  readonly own: string
  readonly everybody: string
}

/** Rules for a class of riders whose table stands beside the one for everybody. */
function classTables({ rules }: Tariff): ClassTable[] {
  const general = rules.filter(({ when, base }) => {
    return base.kind === 'table' && when.riderClasses === undefined
  })
  return rules.flatMap(({ when, base }) => {
    if (base.kind !== 'table' || when.riderClasses === undefined) return []
    const { riderClasses: _, ...rest } = when
    const same = general.find((rule) => JSON.stringify(rule.when) === JSON.stringify(rest))
    return same?.base.kind === 'table' ? [{ own: base.table, everybody: same.base.table }] : []
  })
}

function dearerThan(own: string, everybody: string, tables: readonly FareTable[]): Finding[] {
  const [mine, theirs] = [own, everybody].map((id) => tables.find((table) => table.id === id))
  if (mine === undefined || theirs === undefined) return []
  if (JSON.stringify(mine.places) !== JSON.stringify(theirs.places)) return []
  const dearer = mine.amountsFen.flatMap((fen, at) => {
    return fen > (theirs.amountsFen[at] as Fen) ? [at] : []
  })
  const [first] = dearer
  if (first === undefined) return []
  const told = `${dearer.length}, ${mine.amountsFen[first]} > ${theirs.amountsFen[first]}`
  const path = `tables[${tables.indexOf(mine)}].amountsFen[${first}]`
  return [finding('table.class-dearer', path, told, told)]
}

/**
 * More than ten times what nine of ten pairs cost at most, and what is usual from its place and to
 * it: a place that is dear from everywhere is no slip.
 */
function outliers({ places, amountsFen }: FareTable, path: string): Finding[] {
  const size = places.length
  const high = quantile(amountsFen, 0.9) * TOO_MANY_TIMES
  if (high === 0) return []
  const usual = (amounts: readonly Fen[]) => quantile(amounts, 0.5) * TOO_MANY_TIMES
  const from = places.map((_, row) => usual(amountsFen.slice(row * size, (row + 1) * size)))
  const to = places.map((_, column) => usual(amountsFen.filter((_fen, at) => at % size === column)))
  const found = amountsFen.flatMap((fen, at) => {
    const bounds = [high, from[Math.floor(at / size)] ?? 0, to[at % size] ?? 0]
    return fen > Math.max(...bounds) ? [at] : []
  })
  return found.slice(0, MOST_TOLD).map((at) => {
    const told = String(amountsFen[at])
    return finding('table.outlier', `${path}.amountsFen[${at}]`, told, told)
  })
}

/** So many times the usual is hardly a fare of this table. */
const TOO_MANY_TIMES = 10

function quantile(amounts: readonly Fen[], part: number): Fen {
  const sorted = amounts.toSorted((a, b) => a - b)
  return sorted[Math.floor((sorted.length - 1) * part)] ?? 0
}

const MOST_TOLD = 20

/** From every station along each line: a station farther on costs no less. */
function alongLines(table: FareTable, { lines }: StationNetwork, path: string): Finding[] {
  const placeOf = new Map<number, number>()
  for (const [place, stations] of table.places.entries()) {
    for (const station of stations) placeOf.set(station, place)
  }
  const size = table.places.length
  const found: Finding[] = []
  const fare = (from: number, to: number): [at: number, fen: Fen] => {
    const at = from * size + to
    return [at, table.amountsFen[at] ?? 0]
  }
  for (const { stations, loop } of lines) {
    if (loop) continue
    for (const way of [stations, stations.toReversed()]) {
      const places = way.flatMap((station) => placeOf.get(station) ?? [])
      for (const [start, from] of places.entries()) {
        for (let next = start + 2; next < places.length; next++) {
          const [, nearer] = fare(from, places[next - 1] as number)
          const [at, farther] = fare(from, places[next] as number)
          if (farther >= nearer || found.length >= MOST_TOLD) continue
          const told = `${farther} < ${nearer}`
          found.push(finding('table.not-monotone', `${path}.amountsFen[${at}]`, told, told))
        }
      }
    }
  }
  return found
}
