import type { Direction, PurseScheme } from '@unifare/card'
import type { Mode } from '@unifare/tap'

/**
 * What a terminal does with a presentation: a ride of one tap, in and out of a metro, an
 * interchange gate, hire and return, on and off a distance bus, the counter (补票).
 */
export type Role =
  | 'single'
  | 'entry'
  | 'exit'
  | 'transfer'
  | 'rent'
  | 'return'
  | 'board'
  | 'alight'
  | 'repair'

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
  /**
   * Key systems whose purchase keys its PSAM holds; T-Union alone unless told otherwise. City
   * cards (住建部) are taken only where their issuer is at home.
   */
  readonly schemes?: readonly PurseScheme[]
  /** Operators besides its own for which it recovers marked bus fares, by agreement. */
  readonly recoversFor?: readonly string[]
  /** Metres of each stop of a bus line from its beginning, from stop 1 on. */
  readonly stopsM?: readonly number[]
  /** Way of a bus along its line; up unless told otherwise. */
  readonly direction?: Direction
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
  /** Who left through an interchange gate is in the same journey for this long. */
  transferMs: 30 * 60_000,
  /** A second tap on the bus that was just boarded is the same boarding for this long. */
  boardingMs: 5 * 60_000,
  /** A rider is kept waiting for the station's node no longer than this. */
  stationAnswerMs: 100,
  /** Records of one batch. */
  batchRecords: 500,
} as const
