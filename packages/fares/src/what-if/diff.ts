import type { Fen } from '@unifare/core'
import { type AccountRide, rate } from '../account.ts'
import type { CompiledTariff } from '../compile.ts'
import { type Explanation, explain } from '../explain.ts'
import { groupBy } from '../group-by.ts'
import type { Priced } from '../ride.ts'
import type { SampleRider } from './sample.ts'

/** Rides of one kind under two tariffs. */
export interface DiffRow {
  readonly name: string
  readonly rides: number
  readonly dearer: number
  readonly cheaper: number
  readonly same: number
  readonly beforeFen: Fen
  readonly afterFen: Fen
  readonly changeFen: Fen
}

/** One ride with its two prices and why. */
export interface DiffExample {
  readonly rider: string
  readonly ride: AccountRide
  readonly beforeFen: Fen
  readonly afterFen: Fen
  readonly before: Explanation
  readonly after: Explanation
}

/** Two tariffs over the same rides: who pays more, who less, what comes in. */
export interface TariffDiff {
  readonly before: { readonly id: string; readonly version: number }
  readonly after: { readonly id: string; readonly version: number }
  /** Rides that both price. */
  readonly total: DiffRow
  /** Riders by the sum of their rides. */
  readonly riders: { readonly dearer: number; readonly cheaper: number; readonly same: number }
  readonly byClass: readonly DiffRow[]
  readonly byMedium: readonly DiffRow[]
  readonly byDistance: readonly DiffRow[]
  /** Rides that only one of them prices, and that neither does. */
  readonly unpriced: { readonly before: number; readonly after: number; readonly both: number }
  /** The largest changes, dearer first. */
  readonly examples: readonly DiffExample[]
}

interface Compared {
  readonly rider: string
  readonly ride: AccountRide
  readonly before: Priced
  readonly after: Priced
  readonly beforeFen: Fen
  readonly afterFen: Fen
}

/** Upper bounds of the distance bands, in metres. */
const BANDS = [4_000, 8_000, 12_000, 18_000, 24_000, 32_000, 50_000] as const

/**
 * Rates the riders under both tariffs, each ride with what the rider's earlier ones changed, and
 * compares. Validity is not looked at: a proposal is compared over the rides of today.
 */
export function diffTariffs(
  before: CompiledTariff,
  after: CompiledTariff,
  riders: readonly SampleRider[],
): TariffDiff {
  const all = riders.flatMap(({ name, rides }) => {
    const [one, other] = [rate(before, rides).priced, rate(after, rides).priced]
    return rides.map((ride, at): Compared => {
      const [old, now] = [one[at] as Priced, other[at] as Priced]
      return {
        rider: name,
        ride,
        before: old,
        after: now,
        beforeFen: old.ok ? old.amountFen : 0,
        afterFen: now.ok ? now.amountFen : 0,
      }
    })
  })
  const priced = all.filter((one) => one.before.ok && one.after.ok)
  const where = (keep: (one: Compared) => boolean) => all.filter(keep).length
  return {
    before: nameOf(before),
    after: nameOf(after),
    total: rowOf('total', priced),
    riders: ridersOf(priced),
    byClass: rowsOf(priced, ({ ride }) => ride.riderClass),
    byMedium: rowsOf(priced, ({ ride }) => `${ride.medium} ${localOf(before, ride)}`),
    byDistance: rowsOf(priced, bandOf),
    unpriced: {
      before: where((one) => !one.before.ok && one.after.ok),
      after: where((one) => one.before.ok && !one.after.ok),
      both: where((one) => !one.before.ok && !one.after.ok),
    },
    examples: examplesOf(priced, before, after),
  }
}

function nameOf({ tariff }: CompiledTariff): { id: string; version: number } {
  return { id: tariff.id, version: tariff.version }
}

function localOf({ tariff }: CompiledTariff, { issuer }: AccountRide): 'local' | 'visitor' {
  return issuer.division === tariff.city ? 'local' : 'visitor'
}

function bandOf({ before, after, ride }: Compared): string {
  const billed = [before, after].map((one) => (one.ok ? one.distanceM : undefined))
  const metres = billed.find((one) => one !== undefined) ?? ride.distanceM
  if (metres === undefined) return '?'
  const at = BANDS.findIndex((bound) => metres <= bound)
  const from = at < 0 ? BANDS.at(-1) : at === 0 ? 0 : BANDS[at - 1]
  const low = String((from ?? 0) / 1000).padStart(2, ' ')
  return at < 0 ? `${low} km +` : `${low} – ${(BANDS[at] ?? 0) / 1000} km`
}

function rowsOf(all: readonly Compared[], nameOfRide: (one: Compared) => string): DiffRow[] {
  const groups = groupBy(all, nameOfRide)
  return [...groups]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, rides]) => rowOf(name, rides))
}

function rowOf(name: string, rides: readonly Compared[]): DiffRow {
  let [dearer, cheaper, beforeFen, afterFen] = [0, 0, 0, 0]
  for (const one of rides) {
    beforeFen += one.beforeFen
    afterFen += one.afterFen
    if (one.afterFen > one.beforeFen) dearer++
    if (one.afterFen < one.beforeFen) cheaper++
  }
  const same = rides.length - dearer - cheaper
  const changeFen = afterFen - beforeFen
  return { name, rides: rides.length, dearer, cheaper, same, beforeFen, afterFen, changeFen }
}

function ridersOf(all: readonly Compared[]): TariffDiff['riders'] {
  const changes = [...groupBy(all, ({ rider }) => rider).values()].map((rides) =>
    rides.reduce((sum, one) => sum + one.afterFen - one.beforeFen, 0),
  )
  return {
    dearer: changes.filter((change) => change > 0).length,
    cheaper: changes.filter((change) => change < 0).length,
    same: changes.filter((change) => change === 0).length,
  }
}

function examplesOf(
  all: readonly Compared[],
  before: CompiledTariff,
  after: CompiledTariff,
): DiffExample[] {
  const sorted = all
    .filter((one) => one.beforeFen !== one.afterFen)
    .toSorted((a, b) => b.afterFen - b.beforeFen - (a.afterFen - a.beforeFen))
  const chosen = [...new Set([...sorted.slice(0, 2), ...sorted.slice(-2)])]
  return chosen.map(({ rider, ride, beforeFen, afterFen, ...prices }) => ({
    rider,
    ride,
    beforeFen,
    afterFen,
    before: explain(prices.before, before.tariff),
    after: explain(prices.after, after.tariff),
  }))
}
