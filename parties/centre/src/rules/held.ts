import { type Day, type ErrorText, requireData } from '@unifare/core'
import { type CodeRow, deadlineOf } from './code-list.ts'

/** What becomes of a suspicious charge. It changes by a new event only, never by an edit. */
export const HELD_STATES = {
  HELD: { en: 'waits: the record, a claim or the deadline decides it', zh: '暂挂' },
  RELEASED: { en: 'released: settled by what came for it', zh: '已释放' },
  REJECTED: { en: 'rejected: what came for it did not settle, or nothing came', zh: '已拒付' },
} as const satisfies Record<string, ErrorText>

export type HeldState = keyof typeof HELD_STATES

/** What can happen to a held charge. */
export type HeldEvent =
  /** The missing record came, and the operator asked again; the charge that it asked with. */
  | { readonly kind: 'record'; readonly day: Day; readonly settles: boolean; readonly by: string }
  /** A claim was decided. */
  | { readonly kind: 'claim'; readonly day: Day; readonly settles: boolean; readonly by: string }
  /** A business day closed. */
  | { readonly kind: 'day'; readonly day: Day }

/** A suspicious charge. */
export interface Held {
  readonly charge: string
  readonly verdict: string
  /** Settlement day of the verdict. */
  readonly day: Day
  readonly state: HeldState
  /** Last day on which something can come for it. */
  readonly deadline: Day
  /** What decided it: a charge, a claim or the deadline; empty while it is held. */
  readonly decidedBy: string
}

/** A charge that got a suspicious verdict. Throws `code-list.not-held`. */
export function hold(
  row: CodeRow,
  { charge, day }: { readonly charge: string; readonly day: Day },
): Held {
  requireData(row.group === 'suspicious', 'code-list.not-held', `${row.verdict} holds nothing`)
  const deadline = deadlineOf(row, day)
  return { charge, verdict: row.verdict, day, state: 'HELD', deadline, decidedBy: '' }
}

/**
 * The charge after an event. What is decided stays decided: nothing that comes later changes it. An
 * event of a day behind the deadline finds the charge rejected, in whatever order days are told.
 */
export function stepHeld(held: Held, event: HeldEvent): Held {
  if (held.state !== 'HELD') return held
  if (event.day > held.deadline) return { ...held, state: 'REJECTED', decidedBy: 'deadline' }
  if (event.kind === 'day') return held
  return { ...held, state: event.settles ? 'RELEASED' : 'REJECTED', decidedBy: event.by }
}
