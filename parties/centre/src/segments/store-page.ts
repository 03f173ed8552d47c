import type { Day, Tx } from '@unifare/core'
import { type CardRow, cards, charges, corrections, serials, settled } from '../tables.ts'
import type { JudgedCharge } from './judged-pages.ts'

/**
 * Writes what a page of a day that closes now leaves: verdicts, identities, serials, corrections,
 * cards. All charges of an account stand on one page.
 */
export async function storePage(tx: Tx, page: readonly JudgedCharge[], day: Day): Promise<void> {
  await tx.put(
    charges,
    page.map(({ row, cleared }) => ({ ...row, day, verdict: cleared.verdict })),
  )
  await storeIdentities(tx, page, day)
  await tx.put(
    serials,
    page.flatMap((one) =>
      one.taps.flatMap(({ serial, identity }) =>
        serial === undefined ? [] : [{ serial, identity, day }],
      ),
    ),
  )
  await tx.put(
    corrections,
    page.flatMap(({ cleared: { id, reverses }, first }) =>
      reverses === undefined ? [] : [{ charge: id, corrects: reverses.charge, first, day }],
    ),
  )
  await storeCards(tx, page)
}

/** A tap stays settled on the day of its first charge: a later day adds the new taps alone. */
async function storeIdentities(tx: Tx, page: readonly JudgedCharge[], day: Day): Promise<void> {
  const rows = page.flatMap(({ taps, first }) =>
    taps.map(({ identity, hash }) => ({ identity, charge: first, hash, day })),
  )
  const known = await tx.get(
    settled,
    rows.map(({ identity }) => ({ identity })),
  )
  await tx.put(
    settled,
    rows.filter((_, i) => known[i] === undefined),
  )
}

/** A card's shadow only goes forward: a late tap of an older counter leaves it alone. */
async function storeCards(tx: Tx, page: readonly JudgedCharge[]): Promise<void> {
  const seen = new Map<string, CardRow>()
  for (const { card, serial, counter, balanceFen } of page.flatMap(({ taps }) => taps)) {
    if (serial === undefined || counter <= (seen.get(card)?.counter ?? -1)) continue
    seen.set(card, { card, counter, balanceFen })
  }
  const known = await tx.get(
    cards,
    [...seen.keys()].map((card) => ({ card })),
  )
  const rows = [...seen.values()].filter(({ counter }, i) => counter > (known[i]?.counter ?? -1))
  await tx.put(cards, rows)
}
