import type { ErrorText, Instant, Tx } from '@unifare/core'
import { type ClaimRow, claims, type LoadRow, loads, refunds } from './tables.ts'

/** An order as riders and staff see it. */
export interface OrderView {
  readonly order: string
  readonly kind: 'load' | 'refund' | 'loss'
  readonly card: string
  readonly amountFen: number
  readonly state: string
  readonly at: Instant
  /** True when the doubt window is over: somebody has to look. */
  readonly doubtful: boolean
  readonly next: ErrorText
}

const LOAD_NEXT = {
  REQUESTED: { en: 'waits for the payment channel', zh: '等待支付渠道扣款' },
  RESERVED: { en: 'paid; hold the card to a reader', zh: '已付款，请将卡片放到读卡器上' },
  AUTHORISED: {
    en: 'being written; if the card was taken away, hold it to any reader again',
    zh: '写卡中；若卡片曾移开，请再次放到任一读卡器上',
  },
  CONFIRMED: { en: 'on the card', zh: '已到账' },
  REVERSED: { en: 'not written; the money goes back', zh: '未写卡，款项退回' },
} as const satisfies Record<string, ErrorText>

const REFUND_NEXT = {
  OPEN: { en: 'the agent empties the purse', zh: '服务点正在清退余额' },
  PAID: { en: 'balance and deposit paid out', zh: '余额和押金已退' },
} as const satisfies Record<string, ErrorText>

const UNKNOWN: ErrorText = { en: 'ask the issuer', zh: '请联系发卡机构' }

/** Orders and claims, newest last: of one rider or agent, or all. */
export async function orderViews(
  tx: Tx,
  options: { readonly at: Instant; readonly doubtS: number; readonly owner?: string },
): Promise<readonly OrderView[]> {
  const { at, doubtS, owner } = options
  const loadRows = await tx.select(loads, owner === undefined ? {} : { owner })
  const refundRows = (await tx.select(refunds, {})).filter(
    ({ agent }) => owner === undefined || agent === owner,
  )
  const claimRows = await tx.select(claims, owner === undefined ? {} : { claimant: owner })
  const views = [
    ...loadRows.map((row) => loadView(row, at - doubtS * 1_000)),
    ...refundRows.map(
      ({ order, card, balanceFen, depositFen, state, at: since }): OrderView => ({
        order,
        kind: 'refund',
        card,
        amountFen: balanceFen + depositFen,
        state,
        at: since,
        doubtful: false,
        next: textOf(REFUND_NEXT, state),
      }),
    ),
    ...claimRows.map(claimView),
  ]
  return views.toSorted((a, b) => a.at - b.at)
}

function loadView(row: LoadRow, doubtBefore: Instant): OrderView {
  const { order, card, amountFen, state, at } = row
  const doubtful = state === 'AUTHORISED' && at < doubtBefore
  return {
    order,
    kind: 'load',
    card,
    amountFen,
    state,
    at,
    doubtful,
    next: textOf(LOAD_NEXT, state),
  }
}

function claimView(row: ClaimRow): OrderView {
  const { card, residualFen, state, reportedAt, payFrom, to } = row
  const next = {
    FROZEN: {
      en: `frozen; ${to === '' ? 'paid' : `moved to ${to}`} from ${payFrom} on`,
      zh: `已挂失，${payFrom} 起${to === '' ? '退款' : `转入新卡 ${to}`}`,
    },
    PAID: { en: 'paid', zh: '已退款' },
    MOVED: { en: `hold card ${to} to a reader`, zh: `请将新卡 ${to} 放到读卡器上` },
  }
  return {
    order: `claim-${card}`,
    kind: 'loss',
    card,
    amountFen: residualFen,
    state,
    at: reportedAt,
    doubtful: false,
    next: textOf(next, state),
  }
}

function textOf(texts: Readonly<Record<string, ErrorText>>, state: string): ErrorText {
  return texts[state] ?? UNKNOWN
}
