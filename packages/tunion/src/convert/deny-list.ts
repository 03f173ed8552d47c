import type { DenyEntry } from '@unifare/bundle'
import type { Instant } from '@unifare/core'
import type { RecordOfKind } from '../read-file.ts'
import { type Misfit, misfit } from './answer.ts'
import { denyMedia, denyReasons } from './numbers.ts'

/** UC record of a deny entry: in force until a later full list leaves it out. */
export function ucOf({ medium, account, issuer, reason, since }: DenyEntry): RecordOfKind<'UC'> {
  return {
    medium: denyMedia.code(medium),
    card: account,
    issuer,
    reason: denyReasons.code(reason),
    effective: since,
    expiry: null,
  }
}

/** Deny entry of a UC record; null for one whose time is over. */
export function denyEntryOf(
  { medium, card, issuer, reason, effective, expiry }: RecordOfKind<'UC'>,
  at: Instant,
): { readonly ok: true; readonly entry: DenyEntry | null } | Misfit {
  const word = denyMedia.word(medium)
  const why = denyReasons.word(reason)
  if (word === undefined) return misfit('tunion.unknown-type', 'medium')
  if (why === undefined) return misfit('tunion.unknown-reason', 'reason')
  if (!/^\d{1,19}$/.test(card)) return misfit('tunion.bad-code', 'card')
  if (!/^\d{8}$/.test(issuer)) return misfit('tunion.bad-code', 'issuer')
  if (effective === null) return misfit('tunion.bad-time', 'effective')
  if (expiry !== null && expiry <= at) return { ok: true, entry: null }
  // An entry of ours has no end: it stands until a list leaves it out.
  if (expiry !== null) return misfit('tunion.does-not-fit', 'expiry')
  return { ok: true, entry: { medium: word, issuer, account: card, reason: why, since: effective } }
}
