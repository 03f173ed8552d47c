import { type Tx, table } from '@unifare/core'
import type { BankLine } from './bank/bank-line.ts'
import { differenceKey } from './difference.ts'
import type { SuspenseItem } from './suspense.ts'

interface ItemRow {
  readonly key: string
  readonly item: unknown
  /** Empty while it stands. */
  readonly closedOn: string
}

interface LineRow {
  readonly reference: string
  readonly line: unknown
}

/** Items of suspense by the name of their difference. */
export const suspenseItems = table<ItemRow>({
  name: 'suspense_item',
  columns: { key: 'text', item: 'json', closedOn: 'text' },
  key: ['key'],
  indexes: [['closedOn']],
})

/** Lines of bank statements by the bank's reference. */
export const bankLines = table<LineRow>({
  name: 'bank_line',
  columns: { reference: 'text', line: 'json' },
  key: ['reference'],
})

/** All items, or those that stand. */
export async function loadItems(
  tx: Tx,
  only: 'all' | 'open' = 'all',
): Promise<ReadonlyMap<string, SuspenseItem>> {
  const rows = await tx.select(suspenseItems, only === 'open' ? { closedOn: '' } : {})
  return new Map(rows.map(({ key, item }) => [key, item as SuspenseItem]))
}

/** Stores items that changed. */
export async function storeItems(tx: Tx, items: readonly SuspenseItem[]): Promise<void> {
  await tx.put(
    suspenseItems,
    items.map((item) => ({ key: differenceKey(item), item, closedOn: item.closedOn })),
  )
}

/** Bank lines that were stored. */
export async function loadBankLines(tx: Tx): Promise<BankLine[]> {
  return (await tx.select(bankLines, {})).map(({ line }) => line as BankLine)
}
