import type { NetworkLine, Station, StationNetwork, VirtualTransfer } from './network.ts'
import { division } from './parse-policies.ts'
import {
  checked,
  type Faults,
  flag,
  form,
  list,
  nullable,
  object,
  optional,
  type Reader,
  readFile,
  text,
  whole,
} from './reader.ts'

const number = whole(1, 65_535)
const metres = whole(1, 1_000_000)

const readNetwork: Reader<StationNetwork> = checked(
  object<StationNetwork>({
    id: text,
    operator: nullable(form(/^\d{8}$/, 'an operator code of eight digits')),
    generated: flag,
    lines: list(
      object<NetworkLine>({
        id: number,
        nameZh: text,
        nameEn: text,
        loop: flag,
        stations: list(number, 2),
        metres: list(metres, 1),
      }),
      1,
    ),
    stations: list(
      object<Station>({
        id: number,
        nameZh: text,
        nameEn: text,
        division: optional(division),
        lonMicrodeg: optional(whole(-180_000_000, 180_000_000)),
        latMicrodeg: optional(whole(-90_000_000, 90_000_000)),
      }),
      2,
    ),
    virtualTransfers: list(
      object<VirtualTransfer>({ from: number, to: number, metres: whole(0, 10_000) }),
    ),
  }),
  checkNetwork,
)

/**
 * Reads a station network, generated or from a folder's `network.json`. Throws
 * `fares.bad-network` with all faults in `details.faults`.
 */
export function parseNetwork(json: unknown): StationNetwork {
  return readFile(json, readNetwork, 'fares.bad-network')
}

function checkNetwork(network: StationNetwork, _path: string, faults: Faults): void {
  const known = unique(network.stations, 'stations', faults)
  unique(network.lines, 'lines', faults)
  const served = new Set<number>()
  for (const [index, line] of network.lines.entries()) {
    checkLine(line, `lines[${index}]`, known, faults)
    for (const station of line.stations) served.add(station)
  }
  for (const [index, { id }] of network.stations.entries()) {
    if (!served.has(id))
      faults.add(`stations[${index}]`, 'station.unserved', `no line stops at ${id}`)
  }
  for (const [index, { from, to }] of network.virtualTransfers.entries()) {
    const path = `virtualTransfers[${index}]`
    if (from === to) faults.add(path, 'transfer.same', 'leads back to the same station')
    for (const station of [from, to]) {
      if (!known.has(station)) faults.add(path, 'station.unknown', `there is no station ${station}`)
    }
  }
}

function checkLine(
  line: NetworkLine,
  path: string,
  known: ReadonlySet<number>,
  faults: Faults,
): void {
  const { stations, loop } = line
  const wanted = loop ? stations.length : stations.length - 1
  if (line.metres.length !== wanted) {
    const message = `${stations.length} stations need ${wanted} distances, found ${line.metres.length}`
    faults.add(`${path}.metres`, 'line.distances', message)
  }
  if (loop && stations.length < 3) {
    faults.add(`${path}.stations`, 'line.short-loop', 'a loop needs three stations')
  }
  const seen = new Set<number>()
  for (const [index, station] of stations.entries()) {
    const place = `${path}.stations[${index}]`
    if (!known.has(station)) faults.add(place, 'station.unknown', `there is no station ${station}`)
    if (seen.has(station)) faults.add(place, 'station.duplicate', `${station} is on the line twice`)
    seen.add(station)
  }
}

function unique(
  items: readonly { readonly id: number }[],
  name: string,
  faults: Faults,
): ReadonlySet<number> {
  const seen = new Set<number>()
  for (const [index, { id }] of items.entries()) {
    if (seen.has(id)) faults.add(`${name}[${index}].id`, 'id.duplicate', `${id} is used twice`)
    seen.add(id)
  }
  return seen
}
