import type { Mode } from '@unifare/tap'

/** What a terminal does with a presentation. */
export type Role = 'single' | 'entry' | 'exit' | 'rent' | 'return'

/** Where a terminal stands and for whom it works; set when it is installed. */
export interface TerminalConfig {
  /** Terminal number, 12 digits: the PSAM's. */
  readonly terminal: string
  /** Operator, 8 digits. */
  readonly operator: string
  /** City code of cards, 4 digits. */
  readonly city: string
  /** GB/T 2260 code of the city, 6 digits. */
  readonly division: string
  readonly mode: Mode
  readonly line: number
  readonly station: number
  readonly vehicle: string
  readonly role: Role
  /** A gate reports whether somebody passed; a bus validator's indication is the ride itself. */
  readonly gate: boolean
  readonly test: boolean
}

/** Bounds and times of a terminal, in one place (reference ride code 1.8, 1.9; reliability 10.4). */
export const LIMITS = {
  /**
   * A tap that was stored and maybe never shown waits so long for its rider: the same medium
   * completes it, a fresh code of the rider makes it void.
   */
  completionMs: 120_000,
  /** An entry whose gate nobody passed may be tried again at the same gate within this time. */
  reentryMs: 20 * 60_000,
  /** Lists older than this: codes are refused, cards go on. */
  codeListAgeMs: 7 * 86_400_000,
  /** Records of one batch. */
  batchRecords: 500,
} as const
