import type { Charge } from '@unifare/tap'
import { DAY, dayOf } from './clearing.fixture.ts'
import { type CheckedTap, type Cleared, type ClearingInput, clearDay } from './clearing.ts'
import type { PastCharge } from './corrections.ts'

export const NEXT = '2026-11-21'
export const CODE = { medium: 'code', amountFen: 0, balanceFen: 0, serial: 0 } as const

/** Days one behind the other on one state, as a centre keeps it. */
export function days() {
  const past = new Map<string, PastCharge>()
  const settled = new Map<string, { charge: string; hash: string }>()
  const corrections = new Map<string, { corrects: string; first: string }>()
  const inputs: ClearingInput[] = []
  return {
    inputs,
    clear(charges: readonly Charge[], taps: readonly CheckedTap[], day = DAY): Cleared {
      const state = { past, settled, corrections }
      const [a, b, c] = [new Map(past), new Map(settled), new Map(corrections)]
      const input = dayOf(charges, taps, { day, past: a, settled: b, corrections: c })
      inputs.push(input)
      const cleared = clearDay(input)
      for (const { id, charge, verdict, fee } of cleared.charges) {
        state.past.set(id, { charge, verdict, fee })
      }
      for (const [identity, one] of cleared.closing.settled) state.settled.set(identity, one)
      for (const [name, one] of cleared.closing.corrections) state.corrections.set(name, one)
      return cleared
    },
  }
}
