import type { Day, Fen, Tx } from '@unifare/core'
import { postEntries } from '@unifare/ledger'
import type { CardRow } from '../tables.ts'
import { systemBalance } from './order-context.ts'
import { services } from './tables.ts'

/**
 * Taps of a card whose money was paid out already. They settle as ever, and what the books do not
 * hold for the card any more is the issuer's loss: it takes rides of the time before the denial
 * reached the terminal, and has paid what it believed to be left.
 */
export async function bookLateTaps(
  tx: Tx,
  statement: { readonly day: Day; readonly part: number },
  changed: readonly { readonly before: CardRow; readonly after: CardRow }[],
): Promise<void> {
  const short = changed
    .map(({ before, after }) => ({
      number: after.number,
      lossFen: missingFen(after) - missingFen(before),
    }))
    .filter(({ lossFen }) => lossFen > 0)
  const states = await tx.get(
    services,
    short.map(({ number }) => ({ number })),
  )
  const { day, part } = statement
  await postEntries(
    tx,
    short.flatMap(({ number, lossFen }, index) => {
      // A live card that spends more than the books hold has a load in doubt: its proof will come.
      if ((states[index]?.state ?? 'live') === 'live') return []
      return [
        {
          id: `${day}/late-taps/${part}/${number}`,
          day,
          kind: 'late-taps',
          postings: [
            { account: 'losses/late-taps', amountFen: lossFen },
            { account: 'cards/float', amountFen: -lossFen },
          ],
          refs: { card: number },
          textKey: 'issuer.late-taps',
        },
      ]
    }),
  )
}

function missingFen(card: CardRow): Fen {
  return Math.max(0, -systemBalance(card))
}
