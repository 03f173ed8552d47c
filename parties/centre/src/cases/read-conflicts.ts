import type { Storage, Tx } from '@unifare/core'
import { chargeConflicts } from './charge-conflicts.ts'
import type { ConflictCase } from './conflict-case.ts'
import { forkedDeliveries } from './forked-deliveries.ts'

/**
 * All conflict cases of a centre, with both contents and who delivered them: those that closes
 * found among charges, and deliveries that came again with other content, from the journal.
 */
export async function readConflicts(tx: Tx, storage: Storage): Promise<ConflictCase[]> {
  return [...(await chargeConflicts(tx, storage)), ...(await forkedDeliveries(tx, storage))]
}
