import type { Fen } from '@unifare/core'
import type { FileFault } from '@unifare/tunion'

/** What a file brought, or all that is wrong with it. */
export type FileOutcome =
  | {
      readonly ok: true
      readonly records: number
      readonly repeated: number
      readonly amountFen: Fen
    }
  | { readonly ok: false; readonly faults: readonly FileFault[] }
