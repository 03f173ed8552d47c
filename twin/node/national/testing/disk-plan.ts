import type { NationalPlan } from '../../../src/national/national-plan.ts'

/** The day that is cleared on a full disk. */
export const DISK_PLAN: NationalPlan = {
  seed: 'full disk',
  day: '2026-11-20',
  taps: 3_000,
  codesPpm: 0,
  nodes: 2,
  cities: 6,
  tapsPerFault: 300,
}

/** A clearing that met a full disk. */
export interface DiskTrial {
  readonly code: string
  readonly message: string
  /** Files under their final names, and what they hold. */
  readonly files: Readonly<Record<string, string>>
}

/** What a day on a full disk came to. */
export interface DiskReport {
  readonly trials: readonly DiskTrial[]
  readonly root: string
  readonly files: Readonly<Record<string, string>>
}
