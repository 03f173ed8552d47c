import type { DenyEntry } from '@unifare/bundle'
import type { Instant, Tx } from '@unifare/core'
import { liveMediaOf } from './media.ts'
import { type PersonRow, persons } from './tables.ts'
import type { PeopleTerms } from './terms.ts'

/** Deny entries of frozen accounts: every number whose codes may still be shown. */
export async function frozenEntries(tx: Tx, issuer: string, at: Instant): Promise<DenyEntry[]> {
  const entries: DenyEntry[] = []
  for (const { account, frozenAt } of await tx.select(persons, { state: 'frozen' })) {
    for (const medium of await liveMediaOf(tx, account, at)) {
      const { account: number } = medium
      entries.push({ medium: 'code', issuer, account: number, reason: 'lost', since: frozenAt })
    }
  }
  return entries
}

/** How long a frozen account can still be ridden on. */
export interface FreezeInstants {
  readonly frozenAt: Instant
  /** From then on connected terminals refuse: their next list has come. */
  readonly connectedRefuseFrom: Instant
  /** From then on every terminal refuses, also one that was offline all the time. */
  readonly refusedBy: Instant
}

/** Instants of the freeze of a frozen account. */
export async function instantsOf(
  tx: Tx,
  { account, frozenAt }: Pick<PersonRow, 'account' | 'frozenAt'>,
  { listPeriodS }: Pick<PeopleTerms, 'listPeriodS'>,
): Promise<FreezeInstants> {
  const live = await liveMediaOf(tx, account, frozenAt)
  const refusedBy = Math.max(frozenAt, ...live.map(({ untilS }) => untilS * 1000))
  const connectedRefuseFrom = Math.min(refusedBy, frozenAt + listPeriodS * 1000)
  return { frozenAt, connectedRefuseFrom, refusedBy }
}
