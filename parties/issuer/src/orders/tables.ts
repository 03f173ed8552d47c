import { type Day, type Fen, type Instant, table } from '@unifare/core'

/** A load order with what its steps rest on. */
export interface LoadRow {
  readonly order: string
  /** Who asked for it: a rider's key, an agent, or this issuer for a claim that is moved. */
  readonly owner: string
  readonly card: string
  readonly amountFen: Fen
  readonly way: string
  readonly state: string
  /** Ledger account that the money came from; it goes back there. */
  readonly source: string
  readonly requestedAt: Instant
  readonly at: Instant
  /** The opening that has a MAC2, as orders carry it; null before. */
  readonly opening: unknown
  /** MAC2 given for it, hexadecimal. */
  readonly mac2: string
  /** What a probe of the card's counter must name as terminal, 12 digits. */
  readonly challenge: string
  /** The agent's signed message, hexadecimal: with it the centre settles. */
  readonly warrant: string
}

/** A card given back at a service point. */
export interface RefundRow {
  readonly order: string
  readonly agent: string
  readonly card: string
  /** PSAM terminal that takes the purse's whole balance. */
  readonly terminal: string
  readonly state: string
  readonly requestedAt: Instant
  readonly at: Instant
  readonly balanceFen: Fen
  readonly depositFen: Fen
}

/** A card that is lost: frozen, then paid or moved. */
export interface ClaimRow {
  readonly card: string
  readonly claimant: string
  /** `registered` to its owner's account, or `anonymous` and claimed by its secret. */
  readonly kind: string
  readonly state: string
  readonly reportedAt: Instant
  /** Day from which what the system holds is paid. */
  readonly payFrom: Day
  /** Card that the money moves to; empty when it is paid out. */
  readonly to: string
  readonly residualFen: Fen
}

/** What serving a card needs to know, beside its money. */
export interface ServiceRow {
  readonly number: string
  readonly state: string
  /** Online counter as proved last; −1 before the first order. */
  readonly onlineNumber: number
  readonly depositFen: Fen
  /** Rider whose card it is; empty for an anonymous card. */
  readonly rider: string
  /** Who wants to register it, and the challenge that the card must answer. */
  readonly asker: string
  readonly challenge: string
  /** Salt of the claim secret, and SHA-256 of its slow hash; empty without one. */
  readonly claimSalt: string
  readonly claimHash: string
  readonly wrongSecrets: number
  readonly lockedUntil: Instant
}

export const loads = table<LoadRow>({
  name: 'load_order',
  columns: {
    order: 'text',
    owner: 'text',
    card: 'text',
    amountFen: 'int',
    way: 'text',
    state: 'text',
    source: 'text',
    requestedAt: 'int',
    at: 'int',
    opening: 'json',
    mac2: 'text',
    challenge: 'text',
    warrant: 'text',
  },
  key: ['order'],
  indexes: [['card'], ['owner'], ['state']],
})

export const refunds = table<RefundRow>({
  name: 'refund_order',
  columns: {
    order: 'text',
    agent: 'text',
    card: 'text',
    terminal: 'text',
    state: 'text',
    requestedAt: 'int',
    at: 'int',
    balanceFen: 'int',
    depositFen: 'int',
  },
  key: ['order'],
  indexes: [['card']],
})

export const claims = table<ClaimRow>({
  name: 'loss_claim',
  columns: {
    card: 'text',
    claimant: 'text',
    kind: 'text',
    state: 'text',
    reportedAt: 'int',
    payFrom: 'text',
    to: 'text',
    residualFen: 'int',
  },
  key: ['card'],
  indexes: [['state'], ['claimant']],
})

/** Money that a channel paid to a rider. */
export interface PayoutRow {
  readonly name: string
  readonly amountFen: Fen
  readonly at: Instant
}

export const payouts = table<PayoutRow>({
  name: 'payout',
  columns: { name: 'text', amountFen: 'int', at: 'int' },
  key: ['name'],
})

export const services = table<ServiceRow>({
  name: 'card_service',
  columns: {
    number: 'text',
    state: 'text',
    onlineNumber: 'int',
    depositFen: 'int',
    rider: 'text',
    asker: 'text',
    challenge: 'text',
    claimSalt: 'text',
    claimHash: 'text',
    wrongSecrets: 'int',
    lockedUntil: 'int',
  },
  key: ['number'],
  indexes: [['rider']],
})
