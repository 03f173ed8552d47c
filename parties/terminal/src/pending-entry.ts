import { decodePending, encodePending, type PendingPurchase, type PurseScheme } from '@unifare/card'
import { concat, fromUtf8, type Instant, utf8 } from '@unifare/core'
import type { EntryReference, Reason, TapKind } from '@unifare/tap'
import type { CardPlan } from './plan-context.ts'

/** What the tap of a prepared debit will say besides the purchase. */
export interface PendingTap {
  readonly kind: TapKind
  readonly at: Instant
  readonly line: number
  readonly station: number
  readonly entry: EntryReference | null
  readonly durationS: number
  readonly distanceM: number
  readonly reason: Reason | null
  readonly flags: number
  /** Of the tariff that priced the debit; another may be in force when it is healed. */
  readonly tariffVersion: number
  /** Key system of the purse. */
  readonly scheme: PurseScheme
  /** Of the card's holder, where it is no ordinary one. */
  readonly holderKind?: number
}

/** APPLICATION BLOCK that a card was sent. */
interface PendingBlock {
  readonly kind: 'block'
  readonly at: Instant
  readonly issuer: string
  readonly account: string
}

/** What stands in the journal before a card is changed. */
export type PendingEntry =
  | { readonly tap: PendingTap; readonly purchase: PendingPurchase }
  | { readonly block: PendingBlock }

/** A line of JSON, and behind it the bytes of the purchase. */
export function encodePendingEntry(entry: PendingEntry): Uint8Array {
  const head = 'tap' in entry ? entry.tap : entry.block
  const line = utf8(`${JSON.stringify(head)}\n`)
  return 'tap' in entry ? concat(line, encodePending(entry.purchase)) : line
}

/** Reads a prepared change back from the journal. */
export function decodePendingEntry(bytes: Uint8Array): PendingEntry {
  const end = bytes.indexOf(0x0a)
  const head = JSON.parse(fromUtf8(bytes.subarray(0, end))) as PendingTap | PendingBlock
  if ('issuer' in head) return { block: head }
  return { tap: head, purchase: decodePending(bytes.subarray(end + 1)) }
}

/** The same of a plan, before its purchase is known. */
export function pendingTap(
  plan: CardPlan,
  known: Pick<PendingTap, 'at' | 'tariffVersion' | 'scheme' | 'holderKind'>,
): PendingTap {
  const { kind, line, station, entry, durationS, distanceM, reason, flags } = plan
  return { kind, line, station, entry, durationS, distanceM, reason, flags, ...known }
}
