import { createSeededRandom } from '@unifare/core'
import { tariffs } from './catalogue.ts'
import { type CompiledTariff, compileTariff } from './compile.ts'
import { generateNetwork } from './generate-network.ts'
import type { StationNetwork } from './network.ts'
import { price } from './price.ts'
import type { Priced, Ride } from './ride.ts'
import type { Tariff } from './tariff.ts'

export const HOUR_MS = 3_600_000

/** A tariff of the package by its id. */
export function tariffNamed(id: string): Tariff {
  const found = tariffs().find((tariff) => tariff.id === id)
  if (found === undefined) throw new TypeError(`no tariff ${id}`)
  return found
}

/** A network of two stations, 1 and 2, so far apart. */
export function twoStations(id: string, metres: number): StationNetwork {
  return {
    id,
    operator: null,
    generated: true,
    lines: [
      { id: 1, nameZh: '一', nameEn: 'One', loop: false, stations: [1, 2], metres: [metres] },
    ],
    stations: [
      { id: 1, nameZh: '甲', nameEn: 'A' },
      { id: 2, nameZh: '乙', nameEn: 'B' },
    ],
    virtualTransfers: [],
  }
}

/** The generated network of a tariff. */
export function networkFor(tariff: Tariff, seed = 'fares'): StationNetwork {
  const random = createSeededRandom(seed)
  return generateNetwork({
    id: tariff.network ?? '',
    operator: tariff.operator,
    tariff,
    random: (length) => random.bytes(length),
  })
}

/** A ride of an adult visitor by code; a part of it may be told otherwise. */
export function rideOn(tariff: Tariff, part: Partial<Ride> = {}): Ride {
  return {
    mode: tariff.modes[0] ?? 'bus',
    at: 0,
    medium: 'code',
    riderClass: 'adult',
    issuer: { institution: '00000000', division: '999999' },
    ...part,
  }
}

/** From station 1 to station 2 within half an hour. */
export const THERE = {
  entry: { station: 1, at: 0 },
  exit: { station: 2, at: HOUR_MS / 2 },
} as const satisfies Partial<Ride>

/** The price of a metro ride of so many metres by the shortest path. */
export function priceOver(id: string, metres: number, part: Partial<Ride> = {}): Priced {
  const tariff = tariffNamed(id)
  const compiled = compileTariff(tariff, twoStations(tariff.network ?? '', metres))
  return price(compiled, rideOn(tariff, { ...THERE, ...part }))
}

/** The amount, or the code of the refusal. */
export function amountOf(priced: Priced): number | string {
  return priced.ok ? priced.amountFen : priced.code
}

/** A tariff without a network, compiled. */
export function compiledFlat(id: string): CompiledTariff {
  return compileTariff(tariffNamed(id))
}

/** A card of a city. */
export function cardOf(division: string): Pick<Ride, 'medium' | 'issuer'> {
  return { medium: 'card', issuer: { institution: '01011000', division } }
}
