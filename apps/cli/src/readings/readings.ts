import { readAlarms } from './alarms.ts'
import { readBoard } from './board.ts'
import { readDifferences } from './differences.ts'
import { readHeld } from './held.ts'
import { readPayments } from './payments.ts'
import { readReserves } from './reserves.ts'
import { readStatistics } from './statistics.ts'
import { readSuspense } from './suspense.ts'
import { readWindows } from './windows.ts'

/**
 * What may be asked of a party, by name: commands ask it of stored data and of a network that runs,
 * and the page of the network asks it too. Questions and answers are JSON.
 */
export const READINGS = {
  alarms: readAlarms,
  board: readBoard,
  differences: readDifferences,
  held: readHeld,
  payments: readPayments,
  reserves: readReserves,
  statistics: readStatistics,
  suspense: readSuspense,
  windows: readWindows,
} as const

export type ReadingName = keyof typeof READINGS
export type Question<Name extends ReadingName> = Parameters<(typeof READINGS)[Name]>[1]
export type Answer<Name extends ReadingName> = Awaited<ReturnType<(typeof READINGS)[Name]>>
