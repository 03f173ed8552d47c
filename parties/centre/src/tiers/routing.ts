import type { Tx } from '@unifare/core'
import { type Charge, type ChargeBatch, deliveryId } from '@unifare/tap'
import { charges } from '../tables.ts'
import type { TierPlace } from './place.ts'
import { type TierChargeRow, tierCharges, tierTaps } from './tables.ts'

/** Place of a charge in a batch: cleared here, or by a centre above. */
export interface Routed {
  readonly charge: Charge
  readonly raw: Uint8Array
  readonly up: boolean
}

/**
 * Decides where charges are cleared: by the rule of their day, but a correction goes where the charge
 * went that it names, and every charge of a tap where the first one went. So a dated rule moves rides
 * from its day on alone, and no tap is cleared twice. A charge whose taps went to two centres stays
 * here, where those of the other one count as missing (`goneUp`). Throws as `TierPlace.goesUp` does.
 */
export async function routeCharges(
  tx: Tx,
  place: TierPlace,
  { charges: all, records }: Pick<ChargeBatch, 'charges' | 'records'>,
  handed?: ReadonlySet<number>,
): Promise<Routed[]> {
  const asked = all.flatMap((charge, index) => {
    const raw = records[index]
    const own = handed === undefined || handed.has(charge.number)
    return raw === undefined || !own ? [] : [{ charge, raw }]
  })
  const placed = await placesBefore(
    tx,
    asked.map(({ charge }) => charge),
  )
  const named = asked.flatMap(({ charge }) => charge.taps)
  const pins = await pinsOf(tx, named)
  return asked.map(({ charge, raw }) => {
    const before = [
      placed.get(charge.corrects),
      ...charge.taps.map((tap) => pins.get(deliveryId(tap))),
    ].filter((one) => one !== undefined)
    const up = before.length === 0 ? place.goesUp(charge) : before.every((one) => one)
    placed.set(charge.number, up)
    for (const tap of charge.taps) {
      if (!pins.has(deliveryId(tap))) pins.set(deliveryId(tap), up)
    }
    return { charge, raw, up }
  })
}

/** Keeps where charges and their taps go. */
export async function keepRoutes(tx: Tx, routed: readonly Routed[]): Promise<void> {
  const pins = await pinsOf(
    tx,
    routed.flatMap(({ charge }) => charge.taps),
  )
  for (const { charge, up } of routed) {
    for (const { terminal, sequence } of charge.taps) {
      const delivery = deliveryId({ terminal, sequence })
      if (pins.has(delivery)) continue
      pins.set(delivery, up)
      await tx.put(tierTaps, [{ terminal, sequence, up }])
    }
  }
  const above = routed.filter(({ up }) => up)
  await tx.put(
    tierCharges,
    above.map(({ charge: { operator, number }, raw }) => {
      return { operator, number, raw, day: '', verdict: '' }
    }),
  )
}

/** Deliveries among those named whose ride a centre above clears. */
export async function goneUp(
  tx: Tx,
  named: readonly { readonly terminal: string; readonly sequence: number }[],
): Promise<ReadonlySet<string>> {
  return new Set([...(await pinsOf(tx, named))].flatMap(([delivery, up]) => (up ? [delivery] : [])))
}

/** Where the charges went that corrections name, by number; all are of one operator. */
async function placesBefore(tx: Tx, asked: readonly Charge[]): Promise<Map<number, boolean>> {
  const keys = asked
    .filter(({ corrects }) => corrects > 0)
    .map(({ operator, corrects: number }) => ({ operator, number }))
  const here = await tx.get(charges, keys)
  const above = await tx.get(tierCharges, keys)
  return new Map(
    keys.flatMap(({ number }, index): [number, boolean][] =>
      above[index] !== undefined ? [[number, true]] : here[index] ? [[number, false]] : [],
    ),
  )
}

async function pinsOf(
  tx: Tx,
  named: readonly { readonly terminal: string; readonly sequence: number }[],
): Promise<Map<string, boolean>> {
  const keys = named.map(({ terminal, sequence }) => ({ terminal, sequence }))
  const rows = await tx.get(tierTaps, keys)
  return new Map(rows.flatMap((row) => (row === undefined ? [] : [[deliveryId(row), row.up]])))
}

/** What the intake of charges asks a centre among others. */
export interface ChargeRouting {
  /** Charges may be left out: a centre below clears them. */
  readonly gaps: boolean
  /** Numbers of the charges that are cleared here; keeps where the others go. */
  own(batch: Pick<ChargeBatch, 'charges' | 'records'>): Promise<ReadonlySet<number>>
  /** Charges that went to another centre, as they came. */
  sentOn(keys: readonly ChargeKey[]): Promise<readonly (TierChargeRow | undefined)[]>
}

type ChargeKey = Pick<TierChargeRow, 'operator' | 'number'>
