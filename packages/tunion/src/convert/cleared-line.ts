import type { Day, Fen } from '@unifare/core'
import type { Mode, Tap } from '@unifare/tap'

/** One charge of a closed day as result files tell it. */
export interface ClearedLine {
  /** Number of the charge at its operator: with it the serial of the centre, for ever. */
  readonly number: number
  /** Settlement day. */
  readonly day: Day
  readonly operator: string
  readonly issuer: string
  readonly medium: 'card' | 'code'
  readonly mode: Mode
  readonly verdict: string
  readonly test: boolean
  /** Takes back what a corrected charge had settled: all amounts are negative. */
  readonly reversal: boolean
  readonly amountFen: Fen
  readonly feeMicro: bigint
  readonly issuerMicro: bigint
  readonly acquirerMicro: bigint
  readonly centreMicro: bigint
  /** Taps behind the charge, in its order; those that were never delivered are missing. */
  readonly taps: readonly Tap[]
}

/** What has no place in a file, and why: its own statement tells it. */
export interface LeftOut {
  /** `<operator>-<number>` of a charge, or an issuer. */
  readonly item: string
  readonly code: string
}
