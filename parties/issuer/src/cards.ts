import { type Fen, type Instant, requireData, type Tx } from '@unifare/core'
import { postEntries } from '@unifare/ledger'
import { makeCardNumber } from '@unifare/registry'
import { FIRST_CODE_SERIAL } from './accounts.ts'
import { cards } from './tables.ts'

/** A card that leaves the house with money on it. */
interface IssuedCard {
  readonly number: string
  readonly loadedFen: Fen
}

/** Cards leave the house with money on them: the float owes it to their holders. */
export async function bookIssuedCards(
  tx: Tx,
  order: Readonly<Record<string, unknown>>,
  { iin, at }: { readonly iin: string; readonly at: Instant },
): Promise<{ readonly cards: number; readonly loadedFen: Fen }> {
  const issued = new Map(readCards(order['cards'], iin).map((card) => [card.number, card]))
  const known = await tx.get(
    cards,
    [...issued.keys()].map((number) => ({ number })),
  )
  const fresh = [...issued.values()].filter((_, index) => known[index] === undefined)
  await tx.put(
    cards,
    fresh.map((card) => ({ ...card, issuedAt: at, spentFen: 0 })),
  )
  const loadedFen = fresh.reduce((sum, card) => sum + card.loadedFen, 0)
  if (loadedFen > 0) {
    await postEntries(tx, [
      {
        id: `issued/${fresh[0]?.number}`,
        day: String(order['day']),
        kind: 'issued',
        postings: [
          { account: 'sales/received', amountFen: loadedFen },
          { account: 'cards/float', amountFen: -loadedFen },
        ],
        refs: {},
        textKey: 'issuer.issued',
      },
    ])
  }
  return { cards: fresh.length, loadedFen }
}

function readCards(value: unknown, iin: string): IssuedCard[] {
  requireData(Array.isArray(value), 'message.malformed', 'the order lists the cards')
  const firstCodeNumber = makeCardNumber({ iin, serial: FIRST_CODE_SERIAL })
  return value.map((card: Partial<Record<string, unknown>> | null): IssuedCard => {
    const { number, loadedFen } = card ?? {}
    requireData(
      typeof number === 'string' && /^\d{19}$/.test(number) && isAmount(loadedFen),
      'message.malformed',
      `a card has 19 digits and an amount in fen, not ${String(number)} and ${String(loadedFen)}`,
    )
    requireData(
      number.startsWith(iin) && number.slice(0, -1) < firstCodeNumber.slice(0, -1),
      'issuer.code-number',
      `${number} is no card number of this issuer`,
    )
    return { number, loadedFen }
  })
}

function isAmount(value: unknown): value is Fen {
  return Number.isSafeInteger(value) && Number(value) >= 0
}
