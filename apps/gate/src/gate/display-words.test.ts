import { REASONS, type Reason } from '@unifare/tap'
import type { Decision } from '@unifare/terminal'
import { describe, expect, it } from 'vitest'
import { displayWords } from './display-words.ts'
import { decided, READY, sensed } from './ride.ts'

const go = (kind: 'purchase' | 'entry' | 'exit'): Decision => ({
  ok: true,
  kind,
  sequence: 1,
  amountFen: 0,
  balanceFen: null,
  completed: false,
})
const no = (reason: Reason): Decision => ({ ok: false, reason, sequence: 1, detail: reason })
const shown = (decision: Decision, fareFen: number | null = null) => ({ decision, fareFen })

describe('what the display says', () => {
  it.each([
    [200, '2.00', '请上车，2元', 'Welcome aboard. 2 yuan'],
    [250, '2.50', '请上车，2.5元', 'Welcome aboard. 2.5 yuan'],
    [10_000, '100.00', '请上车，100元', 'Welcome aboard. 100 yuan'],
  ])('a bus states the fare of %i fen and speaks it', (fareFen, _, zh, en) => {
    const words = displayWords(decided(shown(go('purchase'), fareFen), 'bus', 0))
    expect(words).toMatchObject({ tone: 'go', sign: 'check', amountFen: fareFen, sound: 'go' })
    expect(words.spoken).toEqual({ zh, en })
  })

  it('a gate says which way, and that an entry is priced at its exit', () => {
    const enter = displayWords(decided(shown(go('entry')), 'metro', 0))
    expect([enter.head.zh, enter.detail?.zh]).toEqual(['请进站', '出站后计价'])
    const leave = displayWords(decided(shown(go('exit')), 'metro', 0))
    expect([leave.head.zh, leave.sign]).toEqual(['请出站', 'arrow'])
  })

  it('who was not let through hears that nothing is charged', () => {
    const ride = sensed(decided(shown(go('entry')), 'metro', 0), 'timed-out', 1)
    expect(displayWords(ride)).toMatchObject({
      tone: 'no',
      head: { en: 'Nobody passed: no charge' },
    })
  })

  it.each(Object.keys(REASONS) as Reason[])('has words, a sign and a sound for %s', (reason) => {
    const words = displayWords(decided(shown(no(reason)), 'bus', 0))
    expect(words).toMatchObject({ tone: 'no', sound: 'no', code: reason })
    expect(words.head.zh).toMatch(/\p{Script=Han}/u)
    expect(words.head.en).toMatch(/^[A-Z]/)
  })

  it('is silent when nothing happens', () => {
    expect(displayWords(READY)).toMatchObject({ sound: null, spoken: null })
  })
})
