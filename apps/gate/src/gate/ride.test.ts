import type { Decision } from '@unifare/terminal'
import { describe, expect, it } from 'vitest'
import { decided, elapsed, HOLD_MS, overdue, READY, sensed, takesNoCode } from './ride.ts'

const go: Decision = {
  ok: true,
  kind: 'entry',
  sequence: 7,
  amountFen: 0,
  balanceFen: null,
  completed: false,
}
const no: Decision = { ok: false, reason: 'code.replayed', sequence: 8, detail: 'code.replayed' }
const shown = { decision: go, fareFen: null }

describe('a validator', () => {
  it('says go, takes the next code at once, and is ready again after a while', () => {
    const ride = decided(shown, 'bus', 1_000)
    expect(ride.state).toBe('go')
    expect(takesNoCode(ride)).toBe(false)
    expect(elapsed(ride, 1_000 + HOLD_MS.go - 1)).toBe(ride)
    expect(elapsed(ride, 1_000 + HOLD_MS.go)).toBe(READY)
    expect(overdue(ride, 1e9)).toBeUndefined()
  })

  it('knows no gate: sensors change nothing', () => {
    const ride = decided(shown, 'bus', 0)
    expect(sensed(ride, 'passed', 5)).toBe(ride)
  })
})

describe('a gate', () => {
  const accepted = decided(shown, 'metro', 0)

  it('tells accepted, released and passed apart, and looks at one rider at a time', () => {
    expect([accepted.state, takesNoCode(accepted)]).toEqual(['accepted', true])
    const released = sensed(accepted, 'released', 400)
    expect([released.state, takesNoCode(released)]).toEqual(['released', true])
    const passed = sensed(released, 'passed', 900)
    expect([passed.state, takesNoCode(passed)]).toEqual(['passed', false])
    expect(elapsed(passed, 900 + HOLD_MS.passed)).toBe(READY)
  })

  it.each([
    ['accepted', accepted, HOLD_MS.accepted],
    ['released', sensed(accepted, 'released', 100), 100 + HOLD_MS.released],
  ] as const)('gives up when nobody passes after %s', (_, ride, atMs) => {
    expect(overdue(ride, atMs - 1)).toBeUndefined()
    expect(overdue(ride, atMs)).toBe('timed-out')
    expect(elapsed(ride, 1e9)).toBe(ride)
    expect(sensed(ride, 'timed-out', atMs).state).toBe('timed-out')
  })

  it('hears nothing of a ride that is over', () => {
    const over = sensed(accepted, 'timed-out', 10)
    expect(sensed(over, 'passed', 20)).toBe(over)
    expect(sensed(READY, 'passed', 20)).toBe(READY)
    const refused = decided({ decision: no, fareFen: null }, 'metro', 0)
    expect(refused.state).toBe('refused')
    expect(sensed(refused, 'released', 1)).toBe(refused)
    expect(takesNoCode(refused)).toBe(false)
  })
})
