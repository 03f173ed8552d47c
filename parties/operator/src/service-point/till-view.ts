import type { ErrorText, Instant, Tx } from '@unifare/core'
import { type TillRow, type TillState, tillOrders } from './till-tables.ts'

/** An order as the agent's staff see it. */
export interface TillView extends Pick<TillRow, 'order' | 'kind' | 'card' | 'amountFen' | 'state'> {
  readonly at: Instant
  /** What happens next, or what staff have to do. */
  readonly next: ErrorText
}

const NEXT = {
  TAKEN: {
    en: 'cash taken; ask the issuer, or hold the card to any reader',
    zh: '已收款，请查询发卡机构或将卡片放到任一读卡器上',
  },
  LOADED: { en: 'on the card; due to the issuer', zh: '已写卡，应付发卡机构' },
  OWED: { en: 'not on the card: give the cash back', zh: '未写卡，请退还现金' },
  RETURNED: { en: 'cash given back', zh: '现金已退还' },
  OPEN: {
    en: 'refund begun; hold the card to the reader until it ends',
    zh: '退卡中，请将卡片放到读卡器上直至完成',
  },
  REFUSED: { en: 'the issuer takes no refund of this card', zh: '发卡机构不受理该卡退卡' },
  PAID: { en: 'paid out; due from the issuer', zh: '已付款，应收发卡机构' },
} as const satisfies Record<TillState, ErrorText>

/** Orders at the agent's tills, oldest first. */
export async function tillViews(tx: Tx): Promise<readonly TillView[]> {
  const rows = await tx.select(tillOrders, {})
  return rows
    .map(({ order, kind, card, amountFen, state, at }) => {
      return { order, kind, card, amountFen, state, at, next: NEXT[state] }
    })
    .toSorted((a, b) => a.at - b.at)
}
