/** Where the day stands. */
export type Phase = 'preparing' | 'riding' | 'closing' | 'settled'

/** An operator on the map. */
export interface OverviewOperator {
  readonly id: string
  readonly nameZh: string
  readonly nameEn: string
  readonly modes: readonly string[]
}

/** A city with its operators and what happened there so far. */
export interface OverviewCity {
  /** GB/T 2260 division, 6 digits. */
  readonly division: string
  readonly nameZh: string
  readonly nameEn: string
  readonly lon: number
  readonly lat: number
  readonly operators: readonly OverviewOperator[]
  readonly accepted: number
  readonly refused: number
  /** Taps of the newest stretch of the day. */
  readonly lastMinute: number
}

/** One step of a price: what a rule added or took away. */
export interface PricePart {
  readonly rule: string
  readonly amountFen: number
  readonly zh: string
  readonly en: string
}

/** What the operator asks for a journey; the parts sum to the amount. */
export interface OverviewCharge {
  readonly id: string
  readonly amountFen: number
  readonly parts: readonly PricePart[]
  readonly from?: string
  readonly to?: string
  readonly distanceM?: number
  readonly tariff: { readonly id: string; readonly version: number }
  /** Where the tariff comes from. */
  readonly sourceZh?: string
  readonly verdict?: string
}

/** One tap, as the terminal decided it. */
export interface OverviewRide {
  readonly tap: string
  /** ISO instant, UTC. */
  readonly at: string
  /** Division of the operator's city. */
  readonly city: string
  readonly operator: string
  readonly operatorZh: string
  readonly operatorEn: string
  readonly mode: string
  readonly line: number
  readonly medium: 'card' | 'code'
  readonly issuerZh: string
  readonly issuerEn: string
  /** Division of the issuer's city, where the rider comes from. */
  readonly issuerCity?: string
  readonly kind: string
  readonly ok: boolean
  readonly reason?: string
  readonly reasonZh?: string
  readonly reasonEn?: string
  /** Price, or what a card was debited; null while unknown. */
  readonly amountFen: number | null
  readonly charge?: OverviewCharge
}

/** A member's position of the day; the nets of all members sum to zero. */
export interface MemberPosition {
  readonly id: string
  readonly nameZh: string
  readonly nameEn: string
  readonly role: string
  /** Division of its city. */
  readonly division?: string
  readonly receivableFen: number
  readonly payableFen: number
  readonly netFen: number
}

/** Who rode where: `amountsFen[issuer][operator]`, cleared charges only. */
export interface SettlementMatrix {
  readonly issuers: readonly string[]
  readonly operators: readonly string[]
  readonly amountsFen: readonly (readonly number[])[]
}

/** The closed day. */
export interface OverviewSettlement {
  readonly day: string
  /** Hash over the day's outputs, and the same from a second run. */
  readonly root: string
  readonly rerunRoot: string
  readonly settledFen: number
  /** Sum of all nets: zero. */
  readonly sumFen: number
  readonly members: readonly MemberPosition[]
  readonly matrix: SettlementMatrix
  /** Charges that were not cleared, counted by verdict. */
  readonly rejected: Readonly<Record<string, number>>
  readonly collected: { readonly paid: number; readonly advanced: number }
}

/** Everything the page shows: answer of `GET /api/overview` and of the `overview` event. */
export interface Overview {
  readonly seed: string
  /** Business day, `YYYY-MM-DD`. */
  readonly day: string
  readonly phase: Phase
  /** The accelerated clock, ISO instant. */
  readonly at: string
  readonly progress: { readonly done: number; readonly steps: number }
  readonly accepted: number
  /** Refused taps, counted by reason. */
  readonly refused: Readonly<Record<string, number>>
  readonly riders: number
  readonly cities: readonly OverviewCity[]
  /** The last taps, newest first. */
  readonly rides: readonly OverviewRide[]
  readonly settlement: OverviewSettlement | null
}

/** Stages on the way from a tap's bytes to two statements. */
export type TraceStage =
  | 'journal'
  | 'operator'
  | 'charge'
  | 'verdict'
  | 'ledger'
  | 'statement-operator'
  | 'statement-issuer'

/** One stage, with what was found there. */
export interface TraceStep {
  readonly step: TraceStage
  readonly found: boolean
  readonly zh: string
  readonly en: string
  readonly data: unknown
}

/** The way of one tap: answer of `GET /api/trace/:tap`. */
export interface TapTrace {
  readonly tap: string
  readonly steps: readonly TraceStep[]
}
