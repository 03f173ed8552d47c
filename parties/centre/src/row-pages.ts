import type { Table, Tx } from '@unifare/core'

/** Rows that are read at once. */
const PAGE_ROWS = 1_000

/** Rows of a table in the order of their keys, page by page. */
export async function* pagesOf<Row extends object>(
  tx: Tx,
  table: Table<Row>,
  where: Partial<Row>,
): AsyncGenerator<Row[]> {
  for (let after: Row | undefined; ; ) {
    const page = await tx.select(table, where, {
      limit: PAGE_ROWS,
      ...(after && { after: keyOf(table, after) }),
    })
    if (page.length > 0) yield page
    after = page.at(-1)
    if (after === undefined || page.length < PAGE_ROWS) return
  }
}

function keyOf<Row extends object>({ key }: Table<Row>, row: Row): Partial<Row> {
  return Object.fromEntries(key.map((column) => [column, row[column]])) as Partial<Row>
}
