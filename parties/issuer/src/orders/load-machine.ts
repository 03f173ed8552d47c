import type { Fen, Instant } from '@unifare/core'

/**
 * A load order, in two phases: the money stands in a suspense account of the order until the card
 * is known to have it, or known not to have it.
 */
export type LoadState =
  /** Asked for; the rider's money is not here yet. */
  | 'REQUESTED'
  /** The money is in suspense; no MAC2 is out. */
  | 'RESERVED'
  /** MAC2 was given for one opening: the card may or may not have written it. */
  | 'AUTHORISED'
  /** On the card. */
  | 'CONFIRMED'
  /** Not on the card, and never will be: the money goes back. */
  | 'REVERSED'

/** Who brings the card to a reader, and where the money comes from. */
export type LoadWay =
  /** At a service point: the agent takes cash and owes it to the issuer. */
  | 'agent'
  /** A phone is the reader; the rider's payment channel pays. */
  | 'phone'
  /** Paid now, written at the next service reader that is online. */
  | 'next-reader'

/** What names an opening of a card: all that MAC2 was given for. */
export interface OpeningName {
  readonly onlineNumber: number
  /** Random of the card and the whole of the terms, as text. */
  readonly name: string
}

export interface LoadOrder {
  readonly order: string
  readonly card: string
  readonly amountFen: Fen
  readonly way: LoadWay
  readonly state: LoadState
  /** The opening that has a MAC2; kept when the order is closed. */
  readonly opening: OpeningName | null
  /** When the state was reached. */
  readonly at: Instant
}

export type LoadEvent =
  | { readonly kind: 'paid' }
  | { readonly kind: 'not-paid' }
  /** An opening whose MAC1 holds. */
  | { readonly kind: 'authorise'; readonly opening: OpeningName }
  /** The TAC of the opening that has a MAC2 holds. */
  | { readonly kind: 'tac' }
  /** The card's online counter, proved after MAC2 was given (`fresh`), or at some time. */
  | { readonly kind: 'counter'; readonly onlineNumber: number; readonly fresh: boolean }
  /** The buyer wants the money back, or the agent gives it back. */
  | { readonly kind: 'cancel' }
  /** The card is lost and its money is being paid out: no reader will ever see it. */
  | { readonly kind: 'lost' }

/** Which movement of money a step books. */
export type LoadPosting = 'reserve' | 'confirm' | 'reverse'

export type LoadStep =
  | {
      readonly ok: true
      readonly order: LoadOrder
      readonly postings: readonly LoadPosting[]
    }
  | { readonly ok: false; readonly code: LoadRefusal }

export type LoadRefusal =
  | 'issuer.load-not-paid'
  /** MAC2 of another opening is out: only a fresh counter tells what became of it. */
  | 'issuer.load-in-doubt'
  | 'issuer.load-closed'
  /** A counter or TAC that contradicts what is proved: a copied card, or a lost key. */
  | 'issuer.load-conflict'

/** One step of an order. Pure; a step that was made before changes nothing and succeeds again. */
export function stepLoad(order: LoadOrder, event: LoadEvent, at: Instant): LoadStep {
  switch (event.kind) {
    case 'paid':
      return order.state === 'REQUESTED' ? moved(order, 'RESERVED', at, ['reserve']) : same(order)
    case 'not-paid':
      return order.state === 'REQUESTED' ? moved(order, 'REVERSED', at, []) : same(order)
    case 'authorise':
      return authorise(order, event.opening, at)
    case 'tac':
      return confirm(order, at)
    case 'counter':
      return settleByCounter(order, event, at)
    case 'cancel':
      return cancel(order, at)
    case 'lost':
      // Written or not, it is the claimant's: what is in doubt goes into the card's books.
      return order.state === 'AUTHORISED' ? confirm(order, at) : closeOpen(order, at)
  }
}

function closeOpen(order: LoadOrder, at: Instant): LoadStep {
  return order.state === 'CONFIRMED' ? same(order) : cancel(order, at)
}

function authorise(order: LoadOrder, opening: OpeningName, at: Instant): LoadStep {
  switch (order.state) {
    case 'REQUESTED':
      return refused('issuer.load-not-paid')
    case 'RESERVED':
      return moved({ ...order, opening }, 'AUTHORISED', at, [])
    case 'AUTHORISED':
      return order.opening?.name === opening.name ? same(order) : refused('issuer.load-in-doubt')
    case 'CONFIRMED':
    case 'REVERSED':
      return refused('issuer.load-closed')
  }
}

function confirm(order: LoadOrder, at: Instant): LoadStep {
  if (order.state === 'CONFIRMED') return same(order)
  return order.state === 'AUTHORISED'
    ? moved(order, 'CONFIRMED', at, ['confirm'])
    : refused('issuer.load-conflict')
}

/**
 * The card counts every load it writes, and one card has one MAC2 out at most. So a counter above
 * the opening's confirms for ever; the same counter says "not written" only when it was proved
 * after MAC2 was given: the proof replaced the opening on the card, which can never be written now.
 */
function settleByCounter(
  order: LoadOrder,
  { onlineNumber, fresh }: { readonly onlineNumber: number; readonly fresh: boolean },
  at: Instant,
): LoadStep {
  if (order.state !== 'AUTHORISED' || order.opening === null) return same(order)
  const opened = order.opening.onlineNumber
  if (onlineNumber > opened) return moved(order, 'CONFIRMED', at, ['confirm'])
  if (!fresh) return refused('issuer.load-in-doubt')
  if (onlineNumber < opened) return refused('issuer.load-conflict')
  // An agent gives the cash back; who paid by channel has an open order again, and may cancel it.
  return order.way === 'agent'
    ? moved(order, 'REVERSED', at, ['reverse'])
    : moved({ ...order, opening: null }, 'RESERVED', at, [])
}

function cancel(order: LoadOrder, at: Instant): LoadStep {
  switch (order.state) {
    case 'REQUESTED':
      return moved(order, 'REVERSED', at, [])
    case 'RESERVED':
      return moved(order, 'REVERSED', at, ['reverse'])
    case 'AUTHORISED':
      return refused('issuer.load-in-doubt')
    case 'CONFIRMED':
      return refused('issuer.load-closed')
    case 'REVERSED':
      return same(order)
  }
}

function moved(
  order: LoadOrder,
  state: LoadState,
  at: Instant,
  postings: readonly LoadPosting[],
): LoadStep {
  return { ok: true, order: { ...order, state, at }, postings }
}

function same(order: LoadOrder): LoadStep {
  return { ok: true, order, postings: [] }
}

function refused(code: LoadRefusal): LoadStep {
  return { ok: false, code }
}
