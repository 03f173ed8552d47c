import type { Day, Tx } from '@unifare/core'
import { type Charge, mediumId, parseTap } from '@unifare/tap'
import { serialKey } from '../clearing.ts'
import { serials, taps } from '../tables.ts'
import type { RecordName } from './serial-owners.ts'

/**
 * Records of debits of charges whose terminal gave their serial to another debit of the card that settled on an
 * earlier day: columns keep no serials of closed days. It is the record that is in conflict: another one of the same debit may be the true one.
 */
export async function serialConflicts(
  tx: Tx,
  asked: readonly Charge[],
  day: Day,
): Promise<readonly RecordName[]> {
  const named = asked.filter(({ medium }) => medium === 'card').flatMap((charge) => charge.taps)
  const rows = await tx.get(
    taps,
    named.map(({ terminal, sequence }) => ({ terminal, sequence })),
  )
  const debits = rows.flatMap((row): readonly Debit[] => {
    // Without an identity it is no debit, or cannot be read.
    if (row === undefined || row.identity === '') return []
    const tap = parseTap(row.raw)
    const serial = serialKey(tap)
    return serial === undefined ? [] : [{ row, identity: mediumId(tap), serial }]
  })
  const known = await tx.get(
    serials,
    debits.map(({ serial }) => ({ serial })),
  )
  return debits.flatMap(({ row: { terminal, sequence }, identity }, i) => {
    const before = known[i]
    const isOther = before !== undefined && before.day < day && before.identity !== identity
    return isOther ? [{ terminal, sequence }] : []
  })
}

interface Debit {
  readonly row: RecordName
  readonly identity: string
  readonly serial: string
}
