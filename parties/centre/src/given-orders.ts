import { requireData, type Tx, table, toHex, utf8 } from '@unifare/core'
import { sha256 } from '@unifare/crypto'

/** An order that staff signed, and that was carried out. */
interface GivenOrder {
  /** SHA-256 of what was signed, hexadecimal. */
  readonly hash: string
  /** Its place in the centre's journal. */
  readonly journalIndex: number
}

const givenOrders = table<GivenOrder>({
  name: 'given_order',
  columns: { hash: 'text', journalIndex: 'int' },
  key: ['hash'],
})

/**
 * Notes an order with the evidence of its staff (`staff`, with the text that was signed) as carried
 * out; others pass. Who has seen an order could bring it again: signatures tell who meant it, and not
 * how often. Throws `centre.given-before`, and `message.malformed` for evidence without a text.
 */
export async function giveOnce(
  tx: Tx,
  order: Readonly<Record<string, unknown>>,
  journalIndex: number,
): Promise<void> {
  const { staff } = order
  if (staff === undefined) return
  const text = (staff as { readonly text?: unknown } | null)?.text
  requireData(
    typeof text === 'string',
    'message.malformed',
    'the order does not show what is signed',
  )
  const hash = toHex(sha256(utf8(text)))
  const [before] = await tx.get(givenOrders, [{ hash }])
  requireData(
    before === undefined,
    'centre.given-before',
    'this order was carried out: sign another',
  )
  await tx.put(givenOrders, [{ hash, journalIndex }])
}
