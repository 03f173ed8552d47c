import type { Day, Fen } from '@unifare/core'
import { DIFFERENCE_KINDS, type DifferenceName } from './kinds.ts'

/** Two records of the same money that do not say the same. */
export interface Difference {
  readonly kind: DifferenceName
  /** What it is about: a tap, charge, card, member, account or end-to-end id. */
  readonly subject: string
  /** What each side says; null where a side says nothing. */
  readonly leftFen: Fen | null
  readonly rightFen: Fen | null
  /** Day of the older side: how long the difference has been there. */
  readonly since: Day
  /** Whom to ask: the member on whose side it is; empty for the centre itself. */
  readonly member: string
}

/** Name of a difference: the same one again is no second one. */
export function differenceKey({ kind, subject }: Pick<Difference, 'kind' | 'subject'>): string {
  return `${kind}/${subject}`
}

/** The money in doubt: left less right. */
export function doubtFen({ leftFen, rightFen }: Pick<Difference, 'leftFen' | 'rightFen'>): Fen {
  return (leftFen ?? 0) - (rightFen ?? 0)
}

const DAY_MS = 86_400_000

/** Whole days from one day to another. */
export function ageDays(since: Day, day: Day): number {
  return Math.max(0, Math.round((Date.parse(day) - Date.parse(since)) / DAY_MS))
}

/** Whether a difference stands longer than its kind should. */
export function isOverdue({ kind, since }: Pick<Difference, 'kind' | 'since'>, day: Day): boolean {
  return ageDays(since, day) > DIFFERENCE_KINDS[kind].limitDays
}
