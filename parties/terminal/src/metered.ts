import type { Fen, Instant } from '@unifare/core'

/** What the vehicle, the driver or the counter tells about a presentation. */
export interface Metered {
  /** Metres ridden, where the vehicle measures them. */
  readonly distanceM?: number
  /** Stop where a bus stands, 1 to 255; the place of the terminal unless told. */
  readonly stop?: number
  /** Amount that a taxi driver keyed in, and what was confirmed on the rider's display. */
  readonly keyed?: { readonly amountFen: Fen; readonly confirmedFen: Fen }
  /** What the counter (补票) shall do with the card. */
  readonly repair?: RepairOrder
}

/** Who pays a repair: the card; the rider in cash at the counter; nobody, by leave of staff. */
export type RepairPayment = 'card' | 'cash' | 'waived'

/** An order of the counter. Cash and leave end the ride on the card and debit nothing. */
export type RepairOrder =
  /** The rider is inside and has no entry: it is written, at the station that the rider states. */
  | { readonly fix: 'entry'; readonly line: number; readonly station: number }
  /**
   * The rider left without an exit, or is short of money at one: the fare from the entry to the
   * stated station, or the highest fare where it is not known (`station` null).
   */
  | {
      readonly fix: 'exit'
      readonly station: number | null
      /** When the rider left; now unless stated. */
      readonly leftAt?: Instant
      readonly payment?: RepairPayment
    }
  /** A bus ride without tapping off: its marked amount. */
  | { readonly fix: 'bus'; readonly payment?: RepairPayment }
