import type { Day, Tx } from '@unifare/core'
import { type CardRow, cards, charges, corrections } from '../tables.ts'
import type { JudgedCharge } from './judged-pages.ts'

/**
 * Writes what a page of a day that closes now leaves: corrections and cards. What settled is told by
 * the verdict rows. All charges of an account stand on one page.
 */
export async function storePage(tx: Tx, page: readonly JudgedCharge[], day: Day): Promise<void> {
  await tx.put(
    corrections,
    page.flatMap(({ cleared: { id, reverses }, first }) =>
      reverses === undefined ? [] : [{ charge: id, corrects: reverses.charge, first, day }],
    ),
  )
  await storeCards(tx, page)
}

/**
 * Writes verdicts to the charges themselves, where a centre below sends some of an operator's only:
 * their numbers have gaps.
 */
export async function storeVerdicts(
  tx: Tx,
  page: readonly JudgedCharge[],
  day: Day,
): Promise<void> {
  await tx.put(
    charges,
    page.map(({ row, cleared }) => ({ ...row, day, verdict: cleared.verdict })),
  )
}

/** A card's shadow only goes forward: a late tap of an older counter leaves it alone. */
async function storeCards(tx: Tx, page: readonly JudgedCharge[]): Promise<void> {
  const seen = new Map<string, CardRow>()
  for (const { cleared, last } of page) {
    const { medium, issuer, account } = cleared.charge
    if (medium !== 'card' || cleared.verdict !== 'normal') continue
    const card = `${issuer}/${account}`
    if (last.counter <= (seen.get(card)?.counter ?? -1)) continue
    seen.set(card, { card, counter: last.counter, balanceFen: last.balanceFen })
  }
  const known = await tx.get(
    cards,
    [...seen.keys()].map((card) => ({ card })),
  )
  const rows = [...seen.values()].filter(({ counter }, i) => counter > (known[i]?.counter ?? -1))
  await tx.put(cards, rows)
}
