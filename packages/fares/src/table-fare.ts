import type { Fen } from '@unifare/core'
import type { CompiledBase } from './base-fare.ts'
import type { FareTable } from './tariff.ts'

/** A fare from a table of stations or zones; the lookup is two array reads. */
export function tableFare(table: FareTable | undefined): CompiledBase {
  if (table === undefined) throw new TypeError('a rule names a table that the tariff has not')
  const { places, amountsFen } = table
  const size = places.length
  const placeOf = placesByStation(places)
  const amounts = Int32Array.from(amountsFen)
  const row = (from: number) => amounts.subarray(from * size, (from + 1) * size)
  return {
    fareOf({ entry, exit }) {
      if (entry === undefined) return 'fares.missing-entry'
      if (exit === undefined) return 'fares.missing-exit'
      const from = placeOf[entry.station] ?? 0
      const to = placeOf[exit.station] ?? 0
      if (from === 0 || to === 0) return 'fares.unknown-station'
      return { amountFen: amounts[(from - 1) * size + to - 1] as Fen }
    },
    lowestFen: lowest(amounts),
    highestFen(station) {
      const place = station === undefined ? 0 : (placeOf[station] ?? 0)
      // From a known station: the dearest way to it, since a missing entry is priced so.
      if (place === 0) return highest(amounts)
      return Math.max(highest(row(place - 1)), highest(column(amounts, place - 1, size)))
    },
  }
}

/** Place of every station, counted from 1; 0 stands for none. */
function placesByStation(places: FareTable['places']): Uint16Array {
  const last = places.reduce((most, stations) => Math.max(most, ...stations), 0)
  const placeOf = new Uint16Array(last + 1)
  for (const [place, stations] of places.entries()) {
    for (const station of stations) placeOf[station] = place + 1
  }
  return placeOf
}

function column(amounts: Int32Array, at: number, size: number): Int32Array {
  return Int32Array.from({ length: size }, (_, row) => amounts[row * size + at] as number)
}

function lowest(amounts: Int32Array): Fen {
  return amounts.reduce((least, amount) => Math.min(least, amount))
}

function highest(amounts: Int32Array): Fen {
  return amounts.reduce((most, amount) => Math.max(most, amount))
}
