import { fromHex, view } from '@unifare/core'
import { MEDIA } from '@unifare/tap'
import { TAP_LINE } from './lines.ts'
import type { History, RiddenCards } from './past.ts'
import { NO_FEE_ROW, VERDICT_NUMBERS, verdictRow } from './verdict-rows.ts'

/** The purchase that emptied a card's purse when its balance was paid out: no charge can bring it. */
export interface RefundedTap {
  readonly issuer: string
  readonly account: string
  readonly counter: number
}

/** What earlier days know, with the purchases that were paid out. */
export function withRefunds(
  { cards, history }: { readonly cards: RiddenCards; readonly history: History },
  refunded: readonly RefundedTap[],
): { readonly cards: RiddenCards; readonly history: History } {
  if (refunded.length === 0) return { cards, history }
  const names = new Set<string>()
  const rows = new Map<string, Uint8Array[]>()
  for (const one of refunded) {
    const account = fromHex(`${one.issuer}${one.account}F`)
    const key = keyAt(view(account))
    names.add(`${key}/${one.counter}`)
    rows.set(key, [...(rows.get(key) ?? []), rowOf(one)])
  }
  return {
    cards: {
      ...cards,
      isNew: (lines, tap) =>
        !names.has(`${keyOfLine(lines, tap)}/${lines[tap + TAP_LINE.counter]}`) &&
        cards.isNew(lines, tap),
    },
    async history(accounts) {
      const own = accounts.flatMap(({ account, medium }) =>
        medium === MEDIA.card ? (rows.get(keyAt(view(account))) ?? []) : [],
      )
      const first = own.map((row) => ({ rows: row, fees: [] }))
      return [...first, ...(await history(accounts))]
    },
  }
}

/** It settled under no charge, and no delivery is its own: whatever comes for it is a conflict. */
function rowOf({ issuer, account, counter }: RefundedTap): Uint8Array {
  return verdictRow.encode({
    operator: '00000000',
    number: 0,
    corrects: 0,
    medium: MEDIA.card,
    mode: 0,
    issuer,
    account,
    verdict: VERDICT_NUMBERS.normal,
    // Behind a first row that is not there: corrections do not see it.
    place: 1,
    feeRow: NO_FEE_ROW,
    amountFen: 0,
    balanceFen: 0,
    terminal: '000000000000',
    sequence: 0,
    counter,
    at: 0,
    tapDay: '00000000',
  })
}

function keyAt(words: DataView): string {
  const [a, b, c] = [0, 4, 8].map((at) => words.getUint32(at))
  return `${a}/${b}/${c}/${words.getUint16(12)}`
}

function keyOfLine(lines: Uint32Array, tap: number): string {
  const at = tap + TAP_LINE.issuer
  return `${lines[at]}/${lines[at + 1]}/${lines[at + 2]}/${lines[at + 3]! >>> 16}`
}
