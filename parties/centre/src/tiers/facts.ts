import type { Tx } from '@unifare/core'
import { type Charge, deliveryId, parseCharge, type Tap } from '@unifare/tap'
import { days } from '../tables.ts'
import type { TierRules } from './money.ts'
import { tierCharges, tierTaps } from './tables.ts'

/** What a comparison of a centre's books has to know of other centres. */
export interface RoutedFacts {
  readonly among: boolean
  /** Charges that a centre above clears: what became of them is for its books to tell. */
  readonly sentUp: readonly {
    readonly charge: Charge
    readonly verdict: ''
    readonly day: ''
  }[]
  /** False for what came along in a forwarded message, and is cleared below. */
  readonly isOwn: (tap: Tap) => boolean
}

/** Reads what other centres have to do with this one, as of the last closed day. */
export async function routedFacts(tx: Tx): Promise<RoutedFacts> {
  const last = (await tx.select(days, {})).at(-1)?.rules as
    | { readonly tiers?: TierRules }
    | undefined
  if (last?.tiers === undefined) return { among: false, sentUp: [], isOwn: () => true }
  const { lists } = last.tiers
  const named = new Set((await tx.select(tierTaps, {})).map(deliveryId))
  const rows = await tx.select(tierCharges, {})
  return {
    among: true,
    sentUp: rows.map(({ raw }) => ({ charge: parseCharge(raw), verdict: '', day: '' })),
    isOwn: (tap) => lists[tap.operator] === undefined || named.has(deliveryId(tap)),
  }
}
