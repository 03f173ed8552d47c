import { createSeededRandom, type Random, randomInteger } from '@unifare/core'
import {
  type CompiledTariff,
  compileTariff,
  type Ride,
  type StationNetwork,
  type Tariff,
  tariffs,
} from '@unifare/fares'

/** What prices are measured on: a real city's tariff on a network of real size, and rides. */
export interface FareWork {
  readonly compiled: CompiledTariff
  readonly network: StationNetwork
  readonly rides: readonly Ride[]
}

/** The tariff with the most that a price can ask: ladder, early bird, monthly steps, overtime. */
const TARIFF = 'beijing-metro'

/** Makes a network of `lines` by `lines` crossing lines and rides all over it. */
export function makeFareWork(options: {
  readonly seed: string
  readonly lines: number
  readonly rides: number
}): FareWork {
  const tariff = tariffNamed(TARIFF)
  const random = createSeededRandom(`${options.seed}/fares`)
  const names = tariff.discounts.flatMap(({ when }) => when.entryStations ?? [])
  const grid = gridNetwork(tariff.network ?? '', { lines: options.lines, random })
  const network = { ...grid, stations: grid.stations.map((one, at) => nameAs(one, names[at])) }
  const compiled = compileTariff(tariff, network)
  const rides = Array.from({ length: options.rides }, () => randomRide(network, random))
  return { compiled, network, rides }
}

/** The first stations bear the names that the tariff asks for. */
function nameAs(station: StationNetwork['stations'][number], name: number | string | undefined) {
  return typeof name === 'string' ? { ...station, nameZh: name } : station
}

function tariffNamed(id: string): Tariff {
  const found = tariffs().find((one) => one.id === id)
  if (found === undefined) throw new TypeError(`no tariff ${id}`)
  return found
}

/** Half of the lines one way, half across, a station at every crossing: 20 by 20 are 400. */
function gridNetwork(
  id: string,
  { lines, random }: { readonly lines: number; readonly random: Random },
): StationNetwork {
  const places = Array.from({ length: lines }, (_, at) => at)
  const stationAt = (row: number, column: number) => row * lines + column + 1
  const metres = () => places.slice(1).map(() => 900 + randomInteger(random, 1_400))
  const line = (number: number, stations: readonly number[]) => ({
    id: number,
    nameZh: `${number}号线`,
    nameEn: `Line ${number}`,
    loop: false,
    stations,
    metres: metres(),
  })
  return {
    id,
    operator: null,
    generated: true,
    lines: places.flatMap((at) => [
      line(
        2 * at + 1,
        places.map((other) => stationAt(at, other)),
      ),
      line(
        2 * at + 2,
        places.map((other) => stationAt(other, at)),
      ),
    ]),
    stations: places.flatMap((row) =>
      places.map((column) => {
        const number = stationAt(row, column)
        return { id: number, nameZh: `站${number}`, nameEn: `Station ${number}` }
      }),
    ),
    virtualTransfers: [],
  }
}

/** 1 November 2026 in China. */
const MONTH = Date.UTC(2026, 9, 31, 16)
const CLASSES = ['adult', 'adult', 'adult', 'student', 'child'] as const
const DIVISIONS = ['110000', '440300', ''] as const

function randomRide(network: StationNetwork, random: Random): Ride {
  const station = () => 1 + randomInteger(random, network.stations.length)
  const enterAt = MONTH + randomInteger(random, 30 * 86_400) * 1_000
  // One in forty stays too long.
  const stay = randomInteger(random, 40) === 0 ? 15_000 : 600 + randomInteger(random, 5_000)
  const at = enterAt + stay * 1_000
  const sum = randomInteger(random, 50_000)
  return {
    mode: 'metro',
    entry: { station: station(), at: enterAt },
    exit: { station: station(), at },
    at,
    medium: randomInteger(random, 3) === 0 ? 'code' : 'card',
    riderClass: CLASSES[randomInteger(random, CLASSES.length)] ?? 'adult',
    issuer: { institution: '01011000', division: DIVISIONS[randomInteger(random, 3)] ?? '' },
    monthToDate: { trips: 1 + Math.floor(sum / 500), paidFen: sum, baseFen: sum },
  }
}
