import { type Storage, type Tx, toHex } from '@unifare/core'
import { sha256 } from '@unifare/crypto'
import { chargeId } from '@unifare/tap'
import { corrections, type SettledRow, settled, taps } from '../tables.ts'
import { settledRows } from './settled-rows.ts'

/**
 * Where identities settled first, in the order asked; undefined where one did not. Days that were
 * closed with objects have a row for each, those closed by segments have them in their verdict rows.
 * Throws `centre.no-closed-day` and `centre.damaged-file`.
 */
export async function settledMarks(
  tx: Tx,
  storage: Storage,
  identities: readonly string[],
): Promise<readonly (SettledRow | undefined)[]> {
  const kept = await tx.get(
    settled,
    identities.map((identity) => ({ identity })),
  )
  const wanted = new Set(identities.filter((_, i) => kept[i] === undefined))
  const own = new Map<string, Awaited<ReturnType<typeof settledRows>>[number]>()
  for (const row of await settledRows(tx, storage, { identities: [...wanted] })) {
    if (wanted.has(row.identity) && !own.has(row.identity)) own.set(row.identity, row)
  }
  const found = [...own.values()]
  const names = found.map(chargeId)
  const first = await tx.get(
    corrections,
    names.map((charge) => ({ charge })),
  )
  const records = await tx.get(
    taps,
    found.map(({ terminal, sequence }) => ({ terminal, sequence })),
  )
  const marks = new Map(
    found.map(({ identity, day }, i): [string, SettledRow] => {
      const raw = records[i]?.raw
      if (raw === undefined) throw new TypeError(`no record of ${identity}`)
      const charge = first[i]?.first ?? (names[i] as string)
      return [identity, { identity, charge, hash: toHex(sha256(raw)), day }]
    }),
  )
  return identities.map((identity, i) => kept[i] ?? marks.get(identity))
}
