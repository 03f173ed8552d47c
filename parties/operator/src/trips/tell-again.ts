import type { Tx } from '@unifare/core'
import type { TripNotice } from '@unifare/tap'
import { told } from './trip-tables.ts'

/**
 * The next version of what was told of a journey; nothing when its rider was never told of it, or
 * was told so with the same claim before.
 */
export async function tellAgain(
  tx: Tx,
  journey: string,
  change: Partial<TripNotice>,
  claim = '',
): Promise<TripNotice | undefined> {
  const [known] = await tx.get(told, [{ journey }])
  if (known === undefined || (claim !== '' && known.claim === claim)) return undefined
  const version = known.version + 1
  const notice = { ...(known.notice as TripNotice), ...change, version }
  await tx.put(told, [{ journey, version, notice, claim: claim || known.claim }])
  return notice
}
