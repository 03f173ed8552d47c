import type { Day, Fen } from '@unifare/core'
import type { Entry, Posting } from '@unifare/ledger'
import type { Position } from '../netting.ts'
import { paymentsOf } from './instructions.ts'
import type { Obligation } from './obligations.ts'

/** A window as its entries name it. */
export interface BookedWindow {
  readonly window: string
  /** Business day of the booking. */
  readonly day: Day
  readonly centre: string
}

/** Account of a member's money in a window; all of them are at zero when it is settled or given up. */
export function positionAccount(window: string, member: string): string {
  return `window/${window}/${member}/position`
}

/** Accounts of a member's reserve: liabilities of the centre, so money in them is below zero. */
export function reserveAccounts(member: string): { available: string; payable: string } {
  return { available: `reserve/${member}/available`, payable: `reserve/${member}/payable` }
}

/** CLOSED: what members receive and pay becomes one position of the window. */
export function closingEntries(at: BookedWindow, positions: readonly Position[]): Entry[] {
  return entries(at, 'closed', fixed(at, positions))
}

function fixed({ window, centre }: BookedWindow, positions: readonly Position[]): Posting[] {
  return positions.flatMap(({ id, receivableFen, payableFen, netFen }): Posting[] => [
    ...(id === centre
      ? [{ account: 'centre/collected', amountFen: -netFen }]
      : [
          { account: `member/${id}/receivable`, amountFen: -receivableFen },
          { account: `member/${id}/payable`, amountFen: payableFen },
        ]),
    { account: positionAccount(window, id), amountFen: netFen },
  ])
}

/** PENDING: what members pay is set aside in their reserve accounts. */
export function instructingEntries(at: BookedWindow, payments: readonly Obligation[]): Entry[] {
  const postings = [...membersPaying(at, payments)].flatMap(([member, amountFen]) =>
    setAside(member, amountFen),
  )
  return entries(at, 'pending', postings)
}

/** SETTLED: what was set aside goes to those who receive it, and the positions end at zero. */
export function settlingEntries(
  at: BookedWindow,
  {
    payments,
    positions,
  }: {
    readonly payments: readonly Obligation[]
    readonly positions: readonly Pick<Position, 'id' | 'netFen'>[]
  },
): Entry[] {
  const moved = payments.flatMap(({ debtor, creditor, amountFen }): Posting[] => {
    const from = reserveAccounts(debtor)
    return [
      { account: debtor === at.centre ? from.available : from.payable, amountFen },
      { account: reserveAccounts(creditor).available, amountFen: -amountFen },
    ]
  })
  const ended = positions.map(({ id, netFen }) => ({
    account: positionAccount(at.window, id),
    amountFen: -netFen,
  }))
  return entries(at, 'settled', [...merged(moved), ...ended])
}

/**
 * ABORTED: what was set aside is free again, and what members receive and pay stands as it did before
 * the window closed; the window that takes over closes it anew.
 */
export function abortingEntries(
  at: BookedWindow,
  {
    payments,
    positions,
  }: {
    /** What was set aside; nothing before PENDING. */
    readonly payments: readonly Obligation[]
    readonly positions: readonly Position[]
  },
): Entry[] {
  const freed = [...membersPaying(at, payments)].flatMap(([member, amountFen]) =>
    setAside(member, -amountFen),
  )
  const back = fixed(at, positions).map(({ account, amountFen }) => ({
    account,
    amountFen: -amountFen,
  }))
  return entries(at, 'aborted', [...freed, ...back])
}

/** Money that came to a member's reserve from its bank, or went back. */
export function reserveEntry(move: {
  readonly member: string
  readonly day: Day
  readonly reference: string
  /** Below zero for a withdrawal. */
  readonly amountFen: Fen
}): Entry {
  const { member, day, reference, amountFen } = move
  const kind = amountFen > 0 ? 'reserve-top-up' : 'reserve-withdrawal'
  return {
    id: `reserve/${member}/${reference}`,
    day,
    kind,
    postings: [
      { account: 'bank/settlement', amountFen },
      { account: reserveAccounts(member).available, amountFen: -amountFen },
    ],
    refs: { member, reference },
    textKey: `centre.${kind}`,
  }
}

/** The centre pays out of what it collects: it sets nothing aside. */
function membersPaying(
  { centre }: BookedWindow,
  payments: readonly Obligation[],
): ReadonlyMap<string, Fen> {
  return paymentsOf(payments.filter(({ debtor }) => debtor !== centre))
}

function setAside(member: string, amountFen: Fen): Posting[] {
  const { available, payable } = reserveAccounts(member)
  return [
    { account: available, amountFen },
    { account: payable, amountFen: -amountFen },
  ]
}

function merged(postings: readonly Posting[]): Posting[] {
  const sums = new Map<string, Fen>()
  for (const { account, amountFen } of postings) {
    sums.set(account, (sums.get(account) ?? 0) + amountFen)
  }
  return [...sums].map(([account, amountFen]) => ({ account, amountFen }))
}

/** One entry, or none where no money moves. */
function entries(
  { window, day }: BookedWindow,
  step: string,
  postings: readonly Posting[],
): Entry[] {
  const moving = postings.filter(({ amountFen }) => amountFen !== 0)
  if (moving.length === 0) return []
  const kind = `window-${step}`
  return [
    {
      id: `window/${window}/${step}`,
      day,
      kind,
      postings: moving,
      refs: { window },
      textKey: `centre.${kind}`,
    },
  ]
}
