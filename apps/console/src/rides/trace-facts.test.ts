import { describe, expect, it } from 'vitest'
import { recordedTraces } from '../fixture/index.ts'
import type { TraceStage, TraceStep } from '../model.ts'
import { journalBytes, postingsOf, stageFacts, withoutBytes } from './trace-facts.ts'

const CARD_EXIT = '413100003008-3'
const REFUSED = '413100001032-5'

function stage(tap: string, name: TraceStage): TraceStep {
  const found = recordedTraces[tap]?.steps.find(({ step }) => step === name)
  if (found === undefined) throw new TypeError(`the recording has no ${name} of ${tap}`)
  return found
}

const shown = (tap: string, name: TraceStage) =>
  stageFacts(stage(tap, name)).map(({ label, value }) => [
    label,
    typeof value === 'string' ? value : value.en,
  ])

describe('what a stage tells', () => {
  it('follows a card from its record to both statements', () => {
    expect(shown(CARD_EXIT, 'journal')).toEqual([
      ['record', 'exit'],
      ['identity', 'card-01011000-3190000100000010045-5'],
      ['size', '192 B'],
    ])
    expect(shown(CARD_EXIT, 'operator')).toEqual([
      ['state', 'charged'],
      ['note', 'passed the gate'],
    ])
    expect(shown(CARD_EXIT, 'charge')).toEqual([
      ['charge', '12002902-30'],
      ['amount', '4.00'],
    ])
    expect(shown(CARD_EXIT, 'verdict')).toEqual([
      ['verdict', 'settled'],
      ['day', '2026-11-21'],
    ])
    expect(shown(CARD_EXIT, 'statement-operator')[0]).toEqual(['receives', '3.9796'])
    expect(shown(CARD_EXIT, 'statement-issuer')).toEqual([
      ['pays', '3.9880'],
      ['counterparty', '12002902'],
      ['rider', 'paid'],
    ])
  })

  it('tells why a tap was refused, and nothing of what never was', () => {
    expect(shown(REFUSED, 'operator')[1]?.[1]).toBe('no entry on this card: see the counter')
    expect(shown(REFUSED, 'charge')).toEqual([])
  })

  it('reads the postings of both members', () => {
    expect(postingsOf(stage(CARD_EXIT, 'ledger').data)).toContainEqual({
      account: 'member/12002902/receivable',
      amountFen: 11_441,
    })
  })

  it('shows bytes once, as bytes', () => {
    const journal = stage(CARD_EXIT, 'journal')
    expect(journalBytes(journal.data)).toMatch(/^0103/)
    expect(JSON.stringify(withoutBytes(journal))).not.toContain(journalBytes(journal.data))
  })

  it.each([null, 7, 'text', [], {}, { postings: 3 }, [{ postings: [null, { account: 1 }] }]])(
    'leaves out what is not there: %j',
    (data) => {
      const steps: TraceStage[] = ['journal', 'charge', 'verdict', 'statement-issuer']
      for (const step of steps) {
        const facts = stageFacts({ step, found: true, zh: '', en: '', data })
        expect(facts.filter(({ label }) => label !== 'size')).toEqual([])
      }
      expect(postingsOf(data)).toEqual([])
    },
  )
})
