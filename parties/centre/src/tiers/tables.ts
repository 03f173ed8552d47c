import { type Day, type Fen, table } from '@unifare/core'

/** A charge that a centre above clears: kept as it came, with the verdict that comes down. */
export interface TierChargeRow {
  readonly operator: string
  readonly number: number
  readonly raw: Uint8Array
  /** Day on which the centre above settled it; empty while it waits. */
  readonly day: string
  readonly verdict: string
}

/** Where the first charge of a tap went: all later ones that name it go there, too. */
export interface TierTapRow {
  readonly terminal: string
  readonly sequence: number
  readonly up: boolean
}

/** A message with taps: its bytes are kept until it is forwarded, or too old. */
export interface TierBatchRow {
  readonly terminal: string
  readonly first: number
  readonly end: number
  /** Business day in which it came. */
  readonly day: Day
  readonly forwarded: boolean
  readonly bytes: Uint8Array
}

/** A page of a member's statement that a parent handed down. */
export interface TierPageRow {
  readonly centre: string
  readonly day: Day
  readonly member: string
  readonly part: number
  readonly statement: unknown
}

/** What a parent's closed day comes to for this centre's members. */
export interface TierResultRow {
  readonly centre: string
  readonly day: Day
  readonly root: string
  readonly netFen: Fen
  /** Sum to `netFen`. */
  readonly members: unknown
  /** Own day on whose statements it stands; empty while it waits. */
  readonly stated: string
}

/** An entry of the deny list that another centre gives to its terminals; as `DenyRow`. */
export interface TierDenyRow {
  readonly list: string
  readonly key: string
  readonly version: number
  /** 0 while the entry stands. */
  readonly until: number
}

export const tierCharges = table<TierChargeRow>({
  name: 'tier_charge',
  columns: { operator: 'text', number: 'int', raw: 'bytes', day: 'text', verdict: 'text' },
  key: ['operator', 'number'],
})

export const tierTaps = table<TierTapRow>({
  name: 'tier_tap',
  columns: { terminal: 'text', sequence: 'int', up: 'bool' },
  key: ['terminal', 'sequence'],
})

export const tierBatches = table<TierBatchRow>({
  name: 'tier_batch',
  columns: {
    terminal: 'text',
    first: 'int',
    end: 'int',
    day: 'text',
    forwarded: 'bool',
    bytes: 'bytes',
  },
  key: ['terminal', 'first', 'end'],
  indexes: [['day']],
})

export const tierPages = table<TierPageRow>({
  name: 'tier_page',
  columns: { centre: 'text', day: 'text', member: 'text', part: 'int', statement: 'json' },
  key: ['centre', 'day', 'member', 'part'],
})

export const tierResults = table<TierResultRow>({
  name: 'tier_result',
  columns: {
    centre: 'text',
    day: 'text',
    root: 'text',
    netFen: 'int',
    members: 'json',
    stated: 'text',
  },
  key: ['centre', 'day'],
  indexes: [['stated']],
})

export const tierDenies = table<TierDenyRow>({
  name: 'tier_deny',
  columns: { list: 'text', key: 'text', version: 'int', until: 'int' },
  key: ['list', 'key', 'version'],
})
