import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { codeRowOf, DEMONSTRATION_CODES } from './code-list.ts'
import { type HeldEvent, hold, stepHeld } from './held.ts'

const DAY = '2026-11-20'
const DEADLINE = '2026-12-20'
const held = hold(codeRowOf(DEMONSTRATION_CODES, 'tap.missing', DAY), { charge: 'a-1', day: DAY })
const record = { kind: 'record', day: '2026-11-25', settles: true, by: 'a-2' } as const

describe('a held charge', () => {
  it('is one with a suspicious verdict', () => {
    expect(held).toMatchObject({ state: 'HELD', deadline: DEADLINE, decidedBy: '' })
    const normal = codeRowOf(DEMONSTRATION_CODES, 'card.bad-tac', DAY)
    const no = expect.objectContaining({ code: 'code-list.not-held' })
    expect(() => hold(normal, { charge: 'a-1', day: DAY })).toThrow(no)
  })

  it.each<[string, HeldEvent, string, string]>([
    ['the missing record', record, 'RELEASED', 'a-2'],
    ['a record that does not prove it', { ...record, settles: false }, 'REJECTED', 'a-2'],
    ['a claim that is accepted', { ...record, kind: 'claim', by: 'case-1' }, 'RELEASED', 'case-1'],
    [
      'a claim that is refused',
      { ...record, kind: 'claim', settles: false, by: 'case-1' },
      'REJECTED',
      'case-1',
    ],
    ['a day in time', { kind: 'day', day: DEADLINE }, 'HELD', ''],
    ['the day behind the deadline', { kind: 'day', day: '2026-12-21' }, 'REJECTED', 'deadline'],
    ['a record that comes too late', { ...record, day: '2026-12-21' }, 'REJECTED', 'deadline'],
  ])('after %s', (_, event, state, decidedBy) => {
    expect(stepHeld(held, event)).toEqual({ ...held, state, decidedBy })
  })

  it('stays what it was once decided, whatever comes', () => {
    const day = fc.integer({ min: 0, max: 60 }).map((days) => {
      return new Date(Date.UTC(2026, 10, 20 + days)).toISOString().slice(0, 10)
    })
    const event = fc.oneof(
      fc.record({ kind: fc.constant('day' as const), day }),
      fc.record({
        kind: fc.constantFrom('record' as const, 'claim' as const),
        day,
        settles: fc.boolean(),
        by: fc.constantFrom('a-2', 'case-1'),
      }),
    )
    fc.assert(
      fc.property(fc.array(event), (events) => {
        let now = held
        for (const one of events) {
          const next = stepHeld(now, one)
          if (now.state !== 'HELD') expect(next).toEqual(now)
          else if (next.state !== 'HELD') expect(next.decidedBy).not.toBe('')
          now = next
        }
      }),
    )
  })
})
