import { type Instant, instantFromDigits, type Random, randomInteger } from '@unifare/core'
import type { AccountRide } from '../account.ts'
import type { CompiledTariff } from '../compile.ts'
import type { Tariff, When } from '../tariff.ts'

/** A rider with the rides of a month, the classes and media that a tariff knows. */
export interface SampleRider {
  readonly name: string
  readonly rides: readonly AccountRide[]
}

const DAY_MS = 86_400_000
const MINUTE_MS = 60_000
/** Of a hundred metres of a second: 36 km/h, stops included. */
const METRES_PER_SECOND = 10

/**
 * Makes riders up who ride through one month: commuters with 40 to 48 rides between two stations,
 * and others with a few rides anywhere; adults and every class that one of the tariffs names, by
 * card and code, local and from elsewhere. The same randomness gives the same riders.
 */
export function sampleRiders(
  tariffs: readonly CompiledTariff[],
  options: {
    readonly random: Random
    readonly riders?: number
    /** First day of the month, digits YYYYMMDD. */
    readonly from?: string
  },
): readonly SampleRider[] {
  const [first] = tariffs
  if (first === undefined) return []
  const { random, riders = 200, from = '20260401' } = options
  const known = tariffs.map(({ tariff }) => tariff)
  const draw = <T>(items: readonly T[]): T => items[randomInteger(random, items.length)] as T
  const classes = ['adult', 'adult', 'adult', ...classesOf(known)]
  const start = instantFromDigits(`${from}000000`)
  return Array.from({ length: riders }, (_, index) => {
    const rider = {
      mode: draw(first.tariff.modes),
      medium: draw(['card', 'code'] as const),
      riderClass: draw(classes),
      issuer: { institution: '', division: draw([first.tariff.city, first.tariff.city, '']) },
    }
    const trip = () => tripOf(first, random)
    const commute = trip()
    const often = index % 2 === 0
    const rides = Array.from(
      { length: often ? 22 : 1 + randomInteger(random, 8) },
      (_unused, day) => {
        const on = often ? day + 2 * Math.floor(day / 5) : randomInteger(random, 28)
        const at = (hour: number) =>
          start + on * DAY_MS + hour * 60 * MINUTE_MS + randomInteger(random, 90) * MINUTE_MS
        const there = often ? commute : trip()
        return [
          rideOf(rider, there, at(often ? 6 : 9)),
          rideOf(rider, often ? back(there) : trip(), at(17)),
        ]
      },
    ).flat()
    return { name: `rider ${index + 1}`, rides }
  })
}

interface Trip {
  readonly from: number
  readonly to: number
  readonly distanceM: number
  readonly line: number | undefined
}

function tripOf({ network, tariff }: CompiledTariff, random: Random): Trip {
  const line = draw(network?.lines.map(({ id }) => id) ?? linesOf([tariff]), random)
  // Shorter rides are more frequent, up to 40 km.
  const distanceM =
    500 + Math.floor((randomInteger(random, 40_000) * randomInteger(random, 1_000)) / 1_000)
  const stations = network?.stations ?? (tariff.tables ?? []).flatMap(({ places }) => places.flat())
  const ids = stations.map((station) => (typeof station === 'number' ? station : station.id))
  const from = draw(ids, random) ?? 1
  return { from, to: draw(ids, random) ?? 2, distanceM, line }
}

function draw<T>(items: readonly T[], random: Random): T | undefined {
  return items.length === 0 ? undefined : items[randomInteger(random, items.length)]
}

function back({ from, to, distanceM, line }: Trip): Trip {
  return { from: to, to: from, distanceM, line }
}

function rideOf(
  rider: Pick<AccountRide, 'mode' | 'medium' | 'riderClass' | 'issuer'>,
  { from, to, distanceM, line }: Trip,
  enterAt: Instant,
): AccountRide {
  const durationS = Math.ceil(distanceM / METRES_PER_SECOND)
  const exitAt = enterAt + durationS * 1000
  return {
    ...rider,
    ...(line === undefined ? {} : { line }),
    at: exitAt,
    entry: { station: from, at: enterAt },
    exit: { station: to, at: exitAt },
    distanceM,
    durationS,
    stops: Math.max(1, Math.round(distanceM / 1_500)),
  }
}

function whensOf(tariffs: readonly Tariff[]): When[] {
  return tariffs
    .flatMap(({ rules, discounts, accumulation, timeLimits, transfers = [], caps = [] }) => [
      rules,
      discounts,
      accumulation,
      timeLimits,
      transfers,
      caps,
    ])
    .flatMap((policies) => policies.map(({ when }) => when))
}

function classesOf(tariffs: readonly Tariff[]): string[] {
  return [...new Set(whensOf(tariffs).flatMap(({ riderClasses = [] }) => riderClasses))]
}

function linesOf(tariffs: readonly Tariff[]): number[] {
  return [...new Set(whensOf(tariffs).flatMap(({ lines = [] }) => lines))]
}
