import { type Instant, shanghaiDay, type Tx, table } from '@unifare/core'
import {
  type AccountRide,
  type CompiledTariff,
  type FareAccount,
  inForce,
  NEW_ACCOUNT,
  type Priced,
  priceNext,
} from '@unifare/fares'
import { decodeCustomField, parseCode } from '@unifare/ridecode'
import { deliveryId, type Tap } from '@unifare/tap'

/**
 * A ride that its rider's account remembers: what later rides of the period are priced by. Kept
 * with all that pricing needs, so that a month can be rated again.
 */
export interface RiddenRow {
  /** Card, or scheme token of a code, or the account of one (`fareAccountOf`). */
  readonly account: string
  readonly tariff: string
  readonly at: Instant
  /** Delivery of the ride's last tap. */
  readonly journey: string
  /** `AccountRide` */
  readonly ride: unknown
}

export const ridden = table<RiddenRow>({
  name: 'ridden',
  columns: { account: 'text', tariff: 'text', at: 'int', journey: 'text', ride: 'json' },
  key: ['account', 'journey'],
  indexes: [['account']],
})

/** Prices rides in the accounts of their riders. */
export interface FareAccounts {
  /** The price behind all rides of the account that ended before; the ride then counts itself. */
  readonly price: (compiled: CompiledTariff, ride: AccountRide, last: Tap) => Priced
  /** Rides that were priced here, to be kept. */
  readonly fresh: () => readonly RiddenRow[]
}

/** Opens the accounts behind some taps. */
export async function openFareAccounts(
  tx: Tx,
  {
    operator,
    tariffs,
    taps,
  }: {
    readonly operator: string
    readonly tariffs: readonly CompiledTariff[]
    readonly taps: readonly Tap[]
  },
): Promise<FareAccounts> {
  const known = new Map<string, RiddenRow[]>()
  for (const tap of taps) {
    const account = fareAccountOf(tap, operator)
    if (known.has(account) || !tariffs.some(remembers)) continue
    known.set(account, await tx.select(ridden, { account }))
  }
  const fresh: RiddenRow[] = []
  return {
    price(compiled, ride, last) {
      const account = fareAccountOf(last, operator)
      const rows = known.get(account)
      if (rows === undefined || !remembers(compiled)) {
        return priceNext(compiled, NEW_ACCOUNT, ride).priced
      }
      const row = {
        account,
        tariff: compiled.tariff.id,
        at: ride.at,
        journey: deliveryId(last),
        ride,
      }
      const { priced } = priceNext(compiled, accountBefore(rows, row, tariffs), ride)
      if (priced.ok) {
        rows.push(row)
        fresh.push(row)
      }
      return priced
    },
    fresh: () => fresh,
  }
}

/**
 * Whose account a ride counts in: the card; of a code the token of the scheme that its rider joined
 * at this operator, else the account that it shows, which may be of a day.
 */
export function fareAccountOf(tap: Tap, operator: string): string {
  const { medium, issuer, account, evidence } = tap
  if (medium === 'code') {
    const read = parseCode(evidence)
    const custom = read.ok ? decodeCustomField(read.code.custom) : undefined
    const scheme = custom?.schemes.find((one) => one.operator === operator)
    if (scheme !== undefined) return `token/${issuer}/${scheme.token}`
  }
  return `${medium}/${issuer}/${account}`
}

/** Whether earlier rides change a price under a tariff. */
function remembers({ accumulation, caps, transfers, discounts }: CompiledTariff): boolean {
  return (
    accumulation.length > 0 ||
    caps.length > 0 ||
    transfers.length > 0 ||
    discounts.some(({ policy }) => policy.effect.kind === 'free-rides')
  )
}

/** The account as the rides of the same tariff and year made it that ended before this one. */
function accountBefore(
  rows: readonly RiddenRow[],
  row: RiddenRow,
  tariffs: readonly CompiledTariff[],
): FareAccount {
  const year = yearOf(row.at)
  return rows
    .filter((one) => one.tariff === row.tariff && yearOf(one.at) === year && isBefore(one, row))
    .toSorted((a, b) => (isBefore(a, b) ? -1 : 1))
    .reduce<FareAccount>((account, one) => {
      const compiled = versionAt(tariffs, one)
      const ride = one.ride as AccountRide
      return compiled === undefined ? account : priceNext(compiled, account, ride).account
    }, NEW_ACCOUNT)
}

/** The version of its tariff that was in force when a ride ended. */
function versionAt(tariffs: readonly CompiledTariff[], row: RiddenRow): CompiledTariff | undefined {
  return tariffs
    .filter(({ tariff }) => tariff.id === row.tariff && inForce(tariff, row.at))
    .toSorted((a, b) => b.tariff.version - a.tariff.version)[0]
}

function isBefore(one: RiddenRow, other: RiddenRow): boolean {
  return one.at < other.at || (one.at === other.at && one.journey < other.journey)
}

function yearOf(at: Instant): string {
  return shanghaiDay(at).slice(0, 4)
}
