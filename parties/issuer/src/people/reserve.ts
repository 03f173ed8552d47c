import type { Fen, Instant, Tx } from '@unifare/core'
import type { AccountRow } from '../tables.ts'
import { personOf } from './person.ts'
import { dueFenOf } from './standing.ts'
import type { PeopleTerms } from './terms.ts'

/** Prepaid money of an account. */
export interface Prepaid {
  readonly balanceFen: Fen
  /** Kept for rides that settled and are not paid, and for those that may still come in. */
  readonly reservedFen: Fen
  readonly freeFen: Fen
  /** When the part for late rides becomes free; 0 when nothing is kept for them. */
  readonly reservedUntil: Instant
}

const DAY_MS = 86_400_000

/** What of the prepaid money is reserved: the rides of a credential may come in late. */
export async function reserveOf(
  tx: Tx,
  row: Pick<AccountRow, 'account' | 'credentialUntilS'>,
  { terms, at }: { readonly terms: PeopleTerms; readonly at: Instant },
): Promise<Prepaid> {
  const { prepaidFen: balanceFen } = await personOf(tx, row.account)
  const until =
    row.credentialUntilS === 0 ? 0 : row.credentialUntilS * 1000 + terms.lateRideDays * DAY_MS
  const reservedUntil = until > at ? until : 0
  const lateFen = reservedUntil === 0 ? 0 : terms.reserveFen
  const reservedFen = Math.min(balanceFen, (await dueFenOf(tx, row.account)) + lateFen)
  return { balanceFen, reservedFen, freeFen: balanceFen - reservedFen, reservedUntil }
}
