import { type Fen, type Instant, type Tx, table } from '@unifare/core'
import { type AccountRide, type CompiledTariff, startOf } from '@unifare/fares'

/** A pass (定期票) that was sold: whose it is and which rides it covers. */
export interface SoldPass {
  /** Name of the order, the seller's. */
  readonly order: string
  /** Tariff and, in it, the pass. */
  readonly tariff: string
  readonly pass: string
  /** Account that its rides count in: `card/…`, `code/…` or `token/…`. */
  readonly holder: string
  readonly riderClass: string
  /** Service point that took the money. */
  readonly point: string
  readonly priceFen: Fen
  readonly soldAt: Instant
  /** Rides that begin from here on, and before `validTo`. */
  readonly validFrom: Instant
  readonly validTo: Instant
  /** When its price was given back: it is worth nothing any more; 0 while it holds. */
  readonly returnedAt: Instant
}

export const soldPasses = table<SoldPass>({
  name: 'sold_pass',
  columns: {
    order: 'text',
    tariff: 'text',
    pass: 'text',
    holder: 'text',
    riderClass: 'text',
    point: 'text',
    priceFen: 'int',
    soldAt: 'int',
    validFrom: 'int',
    validTo: 'int',
    returnedAt: 'int',
  },
  key: ['order'],
  indexes: [['holder']],
})

/** Passes of a holder that were not given back. */
export async function passesOf(tx: Tx, holder: string): Promise<readonly SoldPass[]> {
  return (await tx.select(soldPasses, { holder })).filter(({ returnedAt }) => returnedAt === 0)
}

/**
 * A ride with the passes that its rider held when it began. A pass counts from its sale on, in
 * whatever order taps and sales become known: a ride before it costs what it cost.
 */
export function withPasses(
  compiled: CompiledTariff,
  ride: AccountRide,
  held: readonly SoldPass[],
): AccountRide {
  const passes = held
    .filter((one) => one.tariff === compiled.tariff.id && isWithin(one, startOf(ride)))
    .map(({ pass }) => pass)
  return passes.length === 0 ? ride : { ...ride, passes }
}

/** Whether a ride was priced by a pass that its rider held. */
export function covers(compiled: CompiledTariff, sold: SoldPass, ride: AccountRide): boolean {
  return (
    sold.tariff === compiled.tariff.id &&
    isWithin(sold, startOf(ride)) &&
    ride.passes?.includes(sold.pass) === true &&
    compiled.passes.some(({ policy, holds }) => policy.id === sold.pass && holds(ride))
  )
}

function isWithin({ validFrom, validTo }: SoldPass, at: Instant): boolean {
  return at >= validFrom && at < validTo
}
