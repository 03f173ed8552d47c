import { type ErrorText, requireData, UnifareError } from '@unifare/core'

/** What a settlement window can be. */
export const WINDOW_STATES = {
  OPEN: { en: 'takes closed days', zh: '开放' },
  CLOSED: { en: 'positions are fixed', zh: '已关窗' },
  PENDING: { en: 'instructions are with the bank', zh: '待结算' },
  SETTLED: { en: 'all instructions are booked', zh: '已结算' },
  ABORTED: { en: 'given up; its positions stand in the window after it', zh: '已中止' },
} as const satisfies Record<string, ErrorText>

export type WindowState = keyof typeof WINDOW_STATES

/** Who moves a window: the clock by the dated rule, staff of settlement, the settlement bank's word. */
export type WindowRole = 'clock' | 'settler' | 'bank'

/** What moves a window on. */
export type WindowAction = 'close' | 'instruct' | 'confirm' | 'abort'

/** One row of the state machine. */
export interface Transition {
  readonly from: readonly WindowState[]
  readonly to: WindowState
  readonly by: readonly WindowRole[]
  /** People it takes: with 2, another one than who orders it approves. */
  readonly people: 1 | 2
  readonly text: ErrorText
}

/** The whole state machine (reference clearing 1.9, 14). */
export const TRANSITIONS = {
  close: {
    from: ['OPEN'],
    to: 'CLOSED',
    by: ['clock', 'settler'],
    people: 1,
    text: { en: 'close the window', zh: '关窗' },
  },
  instruct: {
    from: ['CLOSED'],
    to: 'PENDING',
    by: ['clock', 'settler'],
    people: 1,
    text: { en: 'give the instructions to the bank', zh: '下达划拨指令' },
  },
  confirm: {
    from: ['PENDING'],
    to: 'SETTLED',
    by: ['bank'],
    people: 1,
    text: { en: 'the bank booked all instructions', zh: '银行确认划拨' },
  },
  abort: {
    from: ['CLOSED', 'PENDING'],
    to: 'ABORTED',
    by: ['settler'],
    people: 2,
    text: { en: 'give the window up', zh: '中止' },
  },
} as const satisfies Record<WindowAction, Transition>

/** Who gives an order, and who approved it. */
export interface Actor {
  readonly role: WindowRole
  readonly by: string
  readonly approvedBy?: string
}

/**
 * The state after an action; undefined when the window is there already, so that an order may be
 * given twice. Throws `window.wrong-state`, `window.wrong-role`, `window.needs-approval`.
 */
export function stepWindow(
  state: WindowState,
  action: WindowAction,
  { role, by, approvedBy }: Actor,
): WindowState | undefined {
  const { from, to, by: roles, people }: Transition = TRANSITIONS[action]
  if (!roles.includes(role)) {
    throw new UnifareError('window.wrong-role', `${role} may not ${action} a window`, { roles })
  }
  const approved = people === 1 || (approvedBy !== undefined && approvedBy !== by)
  requireData(approved, 'window.needs-approval', `another one than ${by} approves: ${action}`)
  if (state === to) return undefined
  requireData(from.includes(state), 'window.wrong-state', `${action}: the window is ${state}`, {
    state,
    from,
  })
  return to
}
