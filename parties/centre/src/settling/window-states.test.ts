import { describe, expect, it } from 'vitest'
import {
  stepWindow,
  TRANSITIONS,
  WINDOW_STATES,
  type WindowAction,
  type WindowRole,
  type WindowState,
} from './window-states.ts'

const STATES = Object.keys(WINDOW_STATES) as WindowState[]
const ACTIONS = Object.keys(TRANSITIONS) as WindowAction[]
const ROLES: readonly WindowRole[] = ['clock', 'settler', 'bank']

/** What every order does in every state: the specification, written out. */
const TABLE: Record<WindowAction, Partial<Record<WindowState, WindowState>>> = {
  close: { OPEN: 'CLOSED' },
  instruct: { CLOSED: 'PENDING' },
  confirm: { PENDING: 'SETTLED' },
  abort: { CLOSED: 'ABORTED', PENDING: 'ABORTED' },
}
const MAY: Record<WindowAction, readonly WindowRole[]> = {
  close: ['clock', 'settler'],
  instruct: ['clock', 'settler'],
  confirm: ['bank'],
  abort: ['settler'],
}

describe.each(ACTIONS)('%s', (action) => {
  const [role] = MAY[action] as [WindowRole]
  const actor = { role, by: 'Li', approvedBy: 'Wang' }

  it.each(STATES)('of a window that is %s', (state) => {
    const after = TABLE[action][state]
    if (after !== undefined) expect(stepWindow(state, action, actor)).toBe(after)
    else if (state === TRANSITIONS[action].to) {
      expect(stepWindow(state, action, actor)).toBeUndefined()
    } else {
      const step = () => stepWindow(state, action, actor)
      expect(step).toThrow(expect.objectContaining({ code: 'window.wrong-state' }))
    }
  })

  it.each(ROLES.filter((one) => !MAY[action].includes(one)))('is not for the %s', (other) => {
    const [state] = TRANSITIONS[action].from
    const step = () => stepWindow(state, action, { ...actor, role: other })
    expect(step).toThrow(expect.objectContaining({ code: 'window.wrong-role' }))
  })
})

it('takes two different people to give a window up', () => {
  const refused = expect.objectContaining({ code: 'window.needs-approval' })
  expect(() => stepWindow('CLOSED', 'abort', { role: 'settler', by: 'Li' })).toThrow(refused)
  const same = { role: 'settler', by: 'Li', approvedBy: 'Li' } as const
  expect(() => stepWindow('CLOSED', 'abort', same)).toThrow(refused)
})
