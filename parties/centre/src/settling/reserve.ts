import type { ErrorText, Fen } from '@unifare/core'

/** What the scheme asks of a member's reserve account 备付金账户. */
export interface ReserveTerms {
  readonly member: string
  /** What must stay in the account. */
  readonly depositFen: Fen
  /** How much a member may owe before it is settled: the net debit cap. */
  readonly capFen: Fen
  /** Below this much available money an alarm is raised. */
  readonly lowFen: Fen
}

/** Money and debts of a member, as the ledger and the windows tell them. */
export interface ReserveState {
  /** Free money in the account. */
  readonly availableFen: Fen
  /** Set aside for payments that are with the bank. */
  readonly payableFen: Fen
  /** What the member owes, net, by windows that are open or closed. */
  readonly owedFen: Fen
}

/** A member's reserve account as people read it (reference clearing 1.6). */
export interface ReserveAccount extends ReserveTerms, ReserveState {
  /** `availableFen` and `payableFen` together. */
  readonly totalFen: Fen
  /** What the member may take out: what neither the deposit nor its debts need. */
  readonly withdrawableFen: Fen
  /** What counts against the cap: debts, and what is set aside for them. */
  readonly exposureFen: Fen
  readonly alarms: readonly ReserveAlarm[]
}

/** Why a member's account needs somebody's attention. None of them stops anything by itself. */
export const RESERVE_ALARMS = {
  'reserve.low': {
    en: 'little money is available: top the account up',
    zh: '备付金余额偏低，请补足',
  },
  'reserve.cap-reached': {
    en: 'the net debit cap is reached: staff decide whether the member is suspended',
    zh: '净借记限额已用尽，由人工决定是否暂停受理',
  },
  'reserve.short': {
    en: 'less is available than the member owes: its windows cannot settle',
    zh: '可用余额不足以支付应付款',
  },
} as const satisfies Record<string, ErrorText>

export type ReserveAlarm = keyof typeof RESERVE_ALARMS

/** The account of a member with everything that follows from its terms and its state. */
export function reserveAccount(terms: ReserveTerms, state: ReserveState): ReserveAccount {
  const { depositFen, capFen, lowFen } = terms
  const { availableFen, payableFen, owedFen } = state
  const exposureFen = owedFen + payableFen
  const raised = {
    'reserve.low': availableFen < lowFen,
    'reserve.cap-reached': exposureFen >= capFen,
    'reserve.short': availableFen < owedFen,
  } satisfies Record<ReserveAlarm, boolean>
  return {
    ...terms,
    ...state,
    totalFen: availableFen + payableFen,
    withdrawableFen: Math.max(0, availableFen - depositFen - owedFen),
    exposureFen,
    alarms: (Object.keys(raised) as ReserveAlarm[]).filter((alarm) => raised[alarm]),
  }
}

/**
 * Terms of the demonstration network, the same for every member: ours, far above what a day of it
 * moves.
 */
export const DEMONSTRATION_RESERVE = {
  depositFen: 10_000_000,
  capFen: 80_000_000,
  lowFen: 20_000_000,
} as const satisfies Omit<ReserveTerms, 'member'>

/** What every member of the demonstration brings at the beginning: ours. */
export const DEMONSTRATION_TOP_UP_FEN = 100_000_000
