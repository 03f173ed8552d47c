import type { Fen } from '@unifare/core'
import type { Position } from './netting.ts'

/** Money that an order about a card moved between an agent and an issuer: part of no charge. */
export interface OrderMove {
  readonly issuer: string
  readonly order: string
  /** `load`: the agent took cash for the issuer; `refund`: it paid cash out for it. */
  readonly kind: 'load' | 'refund'
  readonly agent: string
  readonly amountFen: Fen
}

/** An order on a member's statement. */
export interface OrderLine {
  readonly order: string
  readonly kind: OrderMove['kind']
  readonly side: 'receive' | 'pay'
  readonly counterparty: string
  readonly amountFen: Fen
  /** The centre above that settled it, where it was not the one that states it. */
  readonly clearedBy?: string
}

/** Who gets the money of an order, and who gives it. */
export function partiesOf({ kind, issuer, agent }: Omit<OrderMove, 'amountFen'>): {
  readonly creditor: string
  readonly debtor: string
} {
  return kind === 'load' ? { creditor: issuer, debtor: agent } : { creditor: agent, debtor: issuer }
}

/** Positions with the orders of the day: what one member pays more, another receives. */
export function withOrders(
  positions: readonly Position[],
  moves: readonly OrderMove[],
): readonly Position[] {
  const all = new Map(positions.map((position) => [position.id, position]))
  const add = (id: string, receivableFen: Fen, payableFen: Fen) => {
    const before = all.get(id) ?? { id, receivableFen: 0, payableFen: 0, netFen: 0 }
    all.set(id, {
      id,
      receivableFen: before.receivableFen + receivableFen,
      payableFen: before.payableFen + payableFen,
      netFen: before.netFen + receivableFen - payableFen,
    })
  }
  for (const move of moves) {
    const { creditor, debtor } = partiesOf(move)
    add(creditor, move.amountFen, 0)
    add(debtor, 0, move.amountFen)
  }
  return [...all.values()].sort((a, b) => (a.id < b.id ? -1 : 1))
}

/** What one member reads of the day's orders. */
export function orderLinesOf(member: string, moves: readonly OrderMove[]): OrderLine[] {
  return moves.flatMap((move): OrderLine[] => {
    const { order, kind, amountFen } = move
    const { creditor, debtor } = partiesOf(move)
    if (member === creditor) {
      return [{ order, kind, side: 'receive', counterparty: debtor, amountFen }]
    }
    return member === debtor
      ? [{ order, kind, side: 'pay', counterparty: creditor, amountFen }]
      : []
  })
}
