import type { CardTransport, PsamReader } from '@unifare/card'
import type { TimeQuality } from '@unifare/core'
import type { TerminalConfig } from './config.ts'
import type { CardContext } from './plan-context.ts'
import type { LoggedTap, TapLog } from './tap-log.ts'

/** What the flow works with. */
export interface CardFlow {
  readonly transport: CardTransport
  readonly psam: PsamReader
  /** Behind a debit that cannot be proven: one card must not get two under one serial. */
  readonly advancePsam: (serial: number) => void
  readonly log: TapLog
  readonly config: TerminalConfig
  readonly context: CardContext
  readonly quality: TimeQuality
  readonly tariffVersion: number
}

/** A stored tap that may be shown as soon as it is synced; `completed` when it was paid at an earlier presentation. */
export interface Stored {
  readonly logged: LoggedTap
  readonly completed: boolean
  /** Recovered bus fares that are shown with it. */
  readonly besides?: readonly LoggedTap[]
}
