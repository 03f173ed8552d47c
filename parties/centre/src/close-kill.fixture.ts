import { canonicalJson, type Table, toHex, utf8 } from '@unifare/core'
import { sha256 } from '@unifare/crypto'
import { outbox } from '@unifare/institution'
import { ledgerTables } from '@unifare/ledger'
import type { Centre } from './centre.ts'
import { DAY } from './clearing.fixture.ts'
import { dayLines } from './proof/line-table.ts'
import { suspenseItems } from './reconciliation/item-table.ts'
import { windowDays, windows } from './settling/tables.ts'
import { statementPages } from './statement-pages.ts'
import { cards, charges, days, serials, settled, statements } from './tables.ts'

/** Closes the day of the tests and reconciles it, unless an earlier life did so. */
export async function closeAndReconcile(centre: Centre): Promise<void> {
  const [closed] = await centre.read((tx) => tx.get(days, [{ day: DAY }]))
  if (closed === undefined) await centre.command({ do: 'close-day', day: DAY })
  await centre.command({ do: 'reconcile', day: DAY })
}

/** Everything that a closed day leaves: what members are sent, what is booked, what is known later. */
const OUTPUTS: readonly Table<Record<string, unknown>>[] = [
  days,
  dayLines,
  statements,
  statementPages,
  charges,
  settled,
  serials,
  cards,
  windows,
  windowDays,
  suspenseItems,
  ledgerTables.entries,
  ledgerTables.balances,
  outbox,
] as unknown as readonly Table<Record<string, unknown>>[]

/** The root of the day, and a hash over all its outputs, table by table. */
export async function outcomeOf(
  centre: Centre,
): Promise<{ readonly root: string; readonly tables: Readonly<Record<string, string>> }> {
  return centre.read(async (tx) => {
    const [row] = await tx.get(days, [{ day: DAY }])
    const tables: Record<string, string> = {}
    for (const table of OUTPUTS) tables[table.name] = hashOf(await tx.select(table, {}))
    return { root: row?.root ?? '', tables }
  })
}

function hashOf(rows: readonly object[]): string {
  const plain = rows.map((row) =>
    Object.fromEntries(
      Object.entries(row).map(([name, value]) => [
        name,
        value instanceof Uint8Array ? toHex(value) : (value as unknown),
      ]),
    ),
  )
  return toHex(sha256(utf8(canonicalJson(plain))))
}
