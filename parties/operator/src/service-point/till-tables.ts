import { type Fen, type Instant, table } from '@unifare/core'

/** Where an order stands at the agent that took or gives cash for it. */
export type TillState =
  /** The agent has the rider's cash; the issuer has not said what became of the load. */
  | 'TAKEN'
  /** On the card: the agent owes the cash to the issuer. */
  | 'LOADED'
  /** Not on the card: the cash lies ready for the rider. */
  | 'OWED'
  | 'RETURNED'
  /** A refund that was begun; nothing is paid out yet. */
  | 'OPEN'
  /** Balance and deposit were paid out: the issuer owes them. */
  | 'PAID'
  /** The issuer takes no refund of this card: nothing was taken from it. */
  | 'REFUSED'

/** An order at a service point, written down before anybody else hears of it. */
export interface TillRow {
  readonly order: string
  readonly kind: 'load' | 'refund'
  readonly point: string
  readonly issuer: string
  readonly card: string
  readonly amountFen: Fen
  readonly state: TillState
  readonly openedAt: Instant
  readonly at: Instant
  /** A refund's prepared purchase (`encodePending`), hexadecimal; empty before it. */
  readonly pending: string
}

export const tillOrders = table<TillRow>({
  name: 'till_order',
  columns: {
    order: 'text',
    kind: 'text',
    point: 'text',
    issuer: 'text',
    card: 'text',
    amountFen: 'int',
    state: 'text',
    openedAt: 'int',
    at: 'int',
    pending: 'text',
  },
  key: ['order'],
  indexes: [['state'], ['card']],
})
