import type { Fen } from '@unifare/core'
import type { CodeFamily } from '@unifare/ridecode'
import type { Reason, TapKind } from '@unifare/tap'

/** What a terminal shows: go, with what was paid; or no, with a reason that helps. */
export type Decision =
  | {
      readonly ok: true
      readonly kind: TapKind
      /** Sequence of the record in the terminal's journal. */
      readonly sequence: number
      readonly amountFen: Fen
      /** Balance left on the card; null for codes. */
      readonly balanceFen: Fen | null
      /** The ride was paid at an earlier presentation that was cut off: nothing was charged now. */
      readonly completed: boolean
      /** Debited before it, for a bus ride that was left open; absent where there was none. */
      readonly recoveredFen?: Fen
    }
  | {
      readonly ok: false
      readonly reason: Reason
      readonly sequence: number
      /** Code of the layer that refused, for staff. */
      readonly detail: string
      /** Whose code it is, where it is not a member's. */
      readonly family?: CodeFamily
    }

/** A refusal on its way up through a flow. */
export interface Refusal {
  readonly refused: Reason
  readonly detail: string
  readonly family?: CodeFamily
}

/** Makes a refusal. */
export function refuse(refused: Reason, detail: string = refused): Refusal {
  return { refused, detail }
}
