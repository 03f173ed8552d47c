import { type Instant, shanghaiDay, type Tx, table } from '@unifare/core'
import {
  type AccountRide,
  type CompiledTariff,
  type FareAccount,
  inForce,
  NEW_ACCOUNT,
  type Priced,
  priceNext,
  rate,
} from '@unifare/fares'
import { deliveryId, type Tap } from '@unifare/tap'
import { fareAccountOf, openAccountKeys } from './account-keys.ts'
import { passesOf, type SoldPass, withPasses } from './passes.ts'

/**
 * A ride that its rider's account remembers: what later rides of the period are priced by. Kept
 * with all that pricing needs, so that a month can be rated again.
 */
export interface RiddenRow {
  /** Card, or scheme token of a code, or the account of one (`openAccountKeys`). */
  readonly account: string
  readonly tariff: string
  readonly at: Instant
  /** Delivery of the ride's last tap. */
  readonly journey: string
  /** `AccountRide` */
  readonly ride: unknown
  /** Name of the journey that the ride is, and its latest charge; 0 before there is one. */
  readonly trip: string
  readonly charge: number
}

export const ridden = table<RiddenRow>({
  name: 'ridden',
  columns: {
    account: 'text',
    tariff: 'text',
    at: 'int',
    journey: 'text',
    ride: 'json',
    trip: 'text',
    charge: 'int',
  },
  key: ['account', 'journey'],
  indexes: [['account']],
})

/** A ride with its price behind all rides of its account that are known now. */
export interface Rerated {
  readonly row: RiddenRow
  readonly compiled: CompiledTariff
  readonly priced: Extract<Priced, { ok: true }>
}

/** Prices rides in the accounts of their riders. */
export interface FareAccounts {
  /**
   * The price behind all rides of the account that ended before; the ride then counts itself, in
   * place of what was known of a ride with the same last tap.
   */
  readonly price: (compiled: CompiledTariff, ride: AccountRide, last: Tap) => Priced
  /** Rides that were priced here, to be kept. */
  readonly fresh: () => readonly RiddenRow[]
  /** All rides from the first fresh one of their account on, rated again; many have their old price. */
  readonly rerated: () => readonly Rerated[]
  /** Rides that are none any more, since another one took their place. */
  readonly gone: () => readonly RiddenRow[]
}

/** Opens the accounts behind some taps. */
export async function openFareAccounts(
  tx: Tx,
  {
    operator,
    tariffs,
    taps,
    replaced = [],
  }: {
    readonly operator: string
    readonly tariffs: readonly CompiledTariff[]
    readonly taps: readonly Tap[]
    /** Last taps of rides in whose place others are priced now. */
    readonly replaced?: readonly Tap[]
  },
): Promise<FareAccounts> {
  const known = new Map<string, RiddenRow[]>()
  const passes = new Map<string, readonly SoldPass[]>()
  const keys = await openAccountKeys(tx, { operator, taps: [...taps, ...replaced] })
  for (const account of [...taps, ...replaced].flatMap(keys.all)) {
    if (known.has(account) || !tariffs.some(remembers)) continue
    known.set(account, await tx.select(ridden, { account }))
    passes.set(account, await passesOf(tx, account))
  }
  const fresh: RiddenRow[] = []
  const lost = new Set(replaced.map(deliveryId))
  const gone = [...known.values()].flat().filter(({ journey }) => lost.has(journey))
  for (const [account, rows] of known) {
    known.set(
      account,
      rows.filter(({ journey }) => !lost.has(journey)),
    )
  }
  /** From these rides on an account is rated again: fresh ones, and the old place of those that moved. */
  const touched: RiddenRow[] = [...gone]
  return {
    price(compiled, ride, last) {
      const account = keys.of(compiled, { tap: last, at: ride.at })
      const rows = known.get(account)
      if (rows === undefined || !isKept(compiled, tariffs)) {
        return priceNext(compiled, NEW_ACCOUNT, ride).priced
      }
      const holders = new Set([fareAccountOf(last, operator), account])
      const held = [...holders].flatMap((holder) => passes.get(holder) ?? [])
      const asked = withPasses(compiled, ride, held)
      const row: RiddenRow = {
        account,
        tariff: compiled.tariff.id,
        at: ride.at,
        journey: deliveryId(last),
        ride: asked,
        trip: '',
        charge: 0,
      }
      const others = rows.filter(({ journey }) => journey !== row.journey)
      const { priced } = priceNext(compiled, accountBefore(others, row, tariffs), asked)
      if (priced.ok) {
        known.set(account, [...others, row])
        fresh.push(row)
        touched.push(row, ...rows.filter(({ journey }) => journey === row.journey))
      }
      return priced
    },
    fresh: () => fresh,
    gone: () => gone,
    rerated: () => ratedBehind(touched, known, tariffs),
  }
}

/** All rides from the first touched one of each account on, rated again by the rides known of it. */
export function ratedBehind(
  touched: readonly RiddenRow[],
  known: ReadonlyMap<string, readonly RiddenRow[]>,
  tariffs: readonly CompiledTariff[],
): readonly Rerated[] {
  const first = new Map<string, RiddenRow>()
  for (const row of touched) {
    const key = keyOf(row, tariffs)
    const other = first.get(key)
    if (other === undefined || isBefore(row, other)) first.set(key, row)
  }
  return [...first.values()].flatMap((from) =>
    ratedFrom(known.get(from.account) ?? [], from, tariffs),
  )
}

/** Rides of one tariff from a ride on, each with its price behind all before it. */
function ratedFrom(
  rows: readonly RiddenRow[],
  from: RiddenRow,
  tariffs: readonly CompiledTariff[],
): Rerated[] {
  const later = rows
    .filter(
      (row) =>
        keyOf(row, tariffs) === keyOf(from, tariffs) &&
        !isBefore(row, from) &&
        yearOf(row) <= yearOf(from) + 1,
    )
    .toSorted((a, b) => (isBefore(a, b) ? -1 : 1))
    .flatMap((row) => {
      const compiled = versionAt(tariffs, row)
      return compiled === undefined ? [] : [{ row, compiled }]
    })
  const rerated: Rerated[] = []
  let account = accountBefore(rows, from, tariffs)
  // Rides under one version are rated at once; a new version goes on with the same account.
  for (let at = 0; at < later.length; ) {
    const { compiled } = later[at] as (typeof later)[number]
    const end = later.findIndex((one, index) => index > at && one.compiled !== compiled)
    const part = later.slice(at, end < 0 ? later.length : end)
    const rides = part.map(({ row }) => row.ride as AccountRide)
    const rated = rate(compiled, rides, account)
    account = rated.account
    part.forEach(({ row }, index) => {
      const priced = rated.priced[index]
      if (priced?.ok === true) rerated.push({ row, compiled, priced })
    })
    at += part.length
  }
  return rerated
}

/** Whether earlier rides change a price under a tariff, or whether they used a pass. */
function remembers(compiled: CompiledTariff): boolean {
  const { accumulation, caps, transfers, discounts, passes } = compiled
  return (
    accumulation.length > 0 ||
    caps.length > 0 ||
    transfers.length > 0 ||
    passes.length > 0 ||
    discounts.some(({ policy }) => policy.effect.kind === 'free-rides')
  )
}

/**
 * The account as the rides of the same tariff made it that ended before this one, from the year
 * before on: a transfer, or a week's cap, may begin in the old year and end in the new one.
 */
function accountBefore(
  rows: readonly RiddenRow[],
  row: RiddenRow,
  tariffs: readonly CompiledTariff[],
): FareAccount {
  return rows
    .filter(
      (one) =>
        keyOf(one, tariffs) === keyOf(row, tariffs) &&
        isBefore(one, row) &&
        yearOf(one) >= yearOf(row) - 1,
    )
    .toSorted((a, b) => (isBefore(a, b) ? -1 : 1))
    .reduce<FareAccount>((account, one) => {
      const compiled = versionAt(tariffs, one)
      const ride = one.ride as AccountRide
      return compiled === undefined ? account : priceNext(compiled, account, ride).account
    }, NEW_ACCOUNT)
}

/** The version of its tariff that was in force when a ride ended. */
export function versionAt(
  tariffs: readonly CompiledTariff[],
  row: RiddenRow,
): CompiledTariff | undefined {
  return tariffs
    .filter(({ tariff }) => tariff.id === row.tariff && inForce(tariff, row.at))
    .toSorted((a, b) => b.tariff.version - a.tariff.version)[0]
}

function isBefore(one: RiddenRow, other: RiddenRow): boolean {
  return one.at < other.at || (one.at === other.at && one.journey < other.journey)
}

/** What an account is kept for: a tariff, or all that name one, as bus and metro of a city. */
function keyOf({ account, tariff: id }: RiddenRow, tariffs: readonly CompiledTariff[]): string {
  const found = tariffs.find(({ tariff }) => tariff.id === id)
  return `${account}/${found === undefined ? id : sharedOf(found)}`
}

function sharedOf({ tariff: { id, account } }: CompiledTariff): string {
  return account ?? id
}

/** Whether rides under a tariff are kept: it or one that shares its account remembers them. */
function isKept(compiled: CompiledTariff, tariffs: readonly CompiledTariff[]): boolean {
  return [compiled, ...tariffs].some(
    (one) => sharedOf(one) === sharedOf(compiled) && remembers(one),
  )
}

function yearOf({ at }: RiddenRow): number {
  return Number(shanghaiDay(at).slice(0, 4))
}
