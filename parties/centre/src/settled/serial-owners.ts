import type { Day, Storage, Tx } from '@unifare/core'
import { serials } from '../tables.ts'
import { settledRows } from './settled-rows.ts'
import { doubtfulRecords, type SerialDoubtRow } from './terminal-serials.ts'

/** What is known of serials that terminals gave to several debits. */
export interface DoubtfulSerials {
  readonly records: readonly SerialDoubtRow[]
  /** The debit that settled under such a serial before a day, by serial; none for others. */
  readonly owners: ReadonlyMap<string, string>
}

/**
 * Serials that stand for several debits, and for which one each stands since days before the given
 * one, or since any. Throws `centre.no-closed-day` and `centre.damaged-file`.
 */
export async function doubtfulSerials(
  tx: Tx,
  storage: Storage,
  { before, keep }: { readonly before?: Day; readonly keep: boolean },
): Promise<DoubtfulSerials> {
  const records = await doubtfulRecords(tx, { keep })
  const keys = [...new Set(records.map(({ serial }) => serial))]
  const kept = await tx.get(
    serials,
    keys.map((serial) => ({ serial })),
  )
  const owners = new Map(
    kept.flatMap((row) =>
      row !== undefined && (before === undefined || row.day < before)
        ? [[row.serial, row.identity] as const]
        : [],
    ),
  )
  const open = records.filter(({ serial }) => !owners.has(serial))
  const byName = new Map(open.map((row) => [nameOf(row), row]))
  const rows = await settledRows(tx, storage, {
    identities: open.map(({ identity }) => identity),
    ...(before !== undefined && { before }),
  })
  for (const row of rows) {
    const record = byName.get(nameOf(row))
    if (record !== undefined) owners.set(record.serial, record.identity)
  }
  return { records, owners }
}

function nameOf({ terminal, sequence }: Pick<SerialDoubtRow, 'terminal' | 'sequence'>): string {
  return `${terminal}-${sequence}`
}
