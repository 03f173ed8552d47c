import type { StationNetwork } from './network.ts'

/** Shortest distances of a network. Rows are made when they are first asked for, then kept. */
export interface Distances {
  /** Metres of the shortest path; `unknown` for a station not listed, `unconnected` without a path. */
  between(from: number, to: number): number | 'unknown' | 'unconnected'
  /** Longest of the shortest paths from a station; undefined when it is not listed. */
  farthest(station: number): number | undefined
  /** Longest of all shortest paths: the diameter. */
  readonly diameter: () => number
}

const FAR = 0xffff_ffff

interface Graph {
  /** Edges of station i: `edges[starts[i]]` to `edges[starts[i + 1] - 1]`. */
  readonly starts: Uint32Array
  readonly targets: Uint32Array
  readonly metres: Uint32Array
}

/**
 * Prepares shortest paths (Dijkstra) over lines and virtual transfers, both ways. A gate asks for
 * the paths of its own station only, so rows are made on demand: a row is 4 bytes a station.
 */
export function compileDistances(network: StationNetwork): Distances {
  const indexes = new Map(network.stations.map(({ id }, index) => [id, index]))
  const graph = buildGraph(network, indexes)
  const rows: (Uint32Array | undefined)[] = network.stations.map(() => undefined)
  let diameterM: number | undefined
  // The network is undirected: the row of the exit serves, and a gate is always the exit.
  function row(index: number): Uint32Array {
    return (rows[index] ??= shortestFrom(graph, index))
  }
  return {
    between(from, to) {
      const source = indexes.get(to)
      const target = indexes.get(from)
      if (source === undefined || target === undefined) return 'unknown'
      const metres = row(source)[target] as number
      return metres === FAR ? 'unconnected' : metres
    },
    farthest(station) {
      const index = indexes.get(station)
      return index === undefined ? undefined : longest(row(index))
    },
    diameter() {
      diameterM ??= rows.reduce<number>(
        (most, known, index) => Math.max(most, longest(known ?? shortestFrom(graph, index))),
        0,
      )
      return diameterM
    },
  }
}

function longest(row: Uint32Array): number {
  let most = 0
  for (const metres of row) if (metres !== FAR && metres > most) most = metres
  return most
}

function buildGraph(network: StationNetwork, indexes: ReadonlyMap<number, number>): Graph {
  const edges: [number, number, number][] = []
  const add = (from: number | undefined, to: number | undefined, metres: number): void => {
    const [a, b] = [indexes.get(from ?? 0), indexes.get(to ?? 0)]
    if (a !== undefined && b !== undefined) edges.push([a, b, metres], [b, a, metres])
  }
  for (const { stations, metres } of network.lines) {
    for (const [index, length] of metres.entries()) {
      add(stations[index], stations[(index + 1) % stations.length], length)
    }
  }
  for (const { from, to, metres } of network.virtualTransfers) add(from, to, metres)
  edges.sort((a, b) => a[0] - b[0])
  const starts = new Uint32Array(network.stations.length + 1)
  for (const [from] of edges) starts[from + 1] = (starts[from + 1] as number) + 1
  for (let i = 1; i < starts.length; i++) {
    starts[i] = (starts[i] as number) + (starts[i - 1] as number)
  }
  return {
    starts,
    targets: Uint32Array.from(edges, ([, to]) => to),
    metres: Uint32Array.from(edges, ([, , metres]) => metres),
  }
}

/** Dijkstra with a binary heap of (distance, station) packed into one number. */
function shortestFrom({ starts, targets, metres }: Graph, source: number): Uint32Array {
  const count = starts.length - 1
  const row = new Uint32Array(count).fill(FAR)
  row[source] = 0
  const heap = [source]
  while (heap.length > 0) {
    const packed = popSmallest(heap)
    const station = packed % count
    const distance = (packed - station) / count
    if (distance > (row[station] as number)) continue
    for (let edge = starts[station] as number; edge < (starts[station + 1] as number); edge++) {
      const target = targets[edge] as number
      const reached = distance + (metres[edge] as number)
      if (reached < (row[target] as number)) {
        row[target] = reached
        push(heap, reached * count + target)
      }
    }
  }
  return row
}

function push(heap: number[], value: number): void {
  let at = heap.length
  heap.push(value)
  while (at > 0) {
    const parent = (at - 1) >> 1
    if ((heap[parent] as number) <= value) break
    heap[at] = heap[parent] as number
    at = parent
  }
  heap[at] = value
}

function popSmallest(heap: number[]): number {
  const smallest = heap[0] as number
  const value = heap.pop() as number
  if (heap.length === 0) return smallest
  let at = 0
  for (;;) {
    let child = 2 * at + 1
    if (child >= heap.length) break
    if (child + 1 < heap.length && (heap[child + 1] as number) < (heap[child] as number)) child++
    if ((heap[child] as number) >= value) break
    heap[at] = heap[child] as number
    at = child
  }
  heap[at] = value
  return smallest
}
