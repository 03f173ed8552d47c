import { describe, expect, test } from 'vitest'
import {
  claimAtStation,
  createStationMemory,
  PASS_BACK_S,
  releaseAtStation,
  type StationClaim,
} from './index.ts'

const AT_S = 1_795_219_200
const RIDER = { issuer: '02205810', account: '3190000350000000013' }

/** A station that hears claims one after the other. */
function station() {
  let memory = createStationMemory()
  const claimOf = (terminal: string, madeS: number, changes: Partial<StationClaim> = {}) => ({
    ...RIDER,
    generationTimeS: AT_S + madeS,
    atS: AT_S + madeS,
    validityS: 60,
    purpose: 'entry' as const,
    terminal,
    ...changes,
  })
  return {
    size: () => memory.seen.length,
    claim: (...asked: Parameters<typeof claimOf>): string => {
      const answer = claimAtStation(memory, claimOf(...asked))
      memory = answer.memory
      return answer.ok ? 'ok' : answer.code
    },
    release: (...asked: Parameters<typeof claimOf>): void => {
      memory = releaseAtStation(memory, claimOf(...asked))
    },
  }
}

describe('what the gates of one station know together', () => {
  test('a code passes one of them; the one that took it may ask again', () => {
    const { claim } = station()
    expect(claim('A', 0)).toBe('ok')
    expect(claim('B', 0, { atS: AT_S + 1 })).toBe('code.replayed')
    expect(claim('B', 0, { atS: AT_S + 1, purpose: 'exit' })).toBe('code.wrong-state')
    expect(claim('A', 0, { atS: AT_S + 2 })).toBe('ok')
  })

  test('an account enters once within five minutes: no passing back of the phone', () => {
    const { claim } = station()
    expect(claim('A', 0)).toBe('ok')
    expect(claim('B', 20)).toBe('code.passed-back')
    expect(claim('A', PASS_BACK_S - 1)).toBe('code.passed-back')
    expect(claim('B', PASS_BACK_S)).toBe('ok')
  })

  test('with companions that the issuer states, so many more enter', () => {
    const { claim } = station()
    const companions = { most: 2 }
    for (const [at, gate] of ['A', 'B', 'C'].entries()) {
      expect(claim(gate, at, { companions })).toBe('ok')
    }
    expect(claim('D', 5, { companions })).toBe('code.passed-back')
  })

  test('who left may enter again, and whose gate timed out as well', () => {
    const { claim, release } = station()
    expect(claim('A', 0)).toBe('ok')
    expect(claim('X', 60, { purpose: 'exit' })).toBe('ok')
    expect(claim('B', 120)).toBe('ok')
    release('B', 120)
    expect(claim('C', 130)).toBe('ok')
    expect(claim('A', 140)).toBe('code.passed-back')
  })

  test('one gate does not release what another took', () => {
    const { claim, release } = station()
    expect(claim('A', 0)).toBe('ok')
    release('B', 0)
    expect(claim('B', 0)).toBe('code.replayed')
  })

  test('other accounts are other riders, and what nobody could show again is forgotten', () => {
    const { claim, size } = station()
    for (let at = 0; at < 20; at++) {
      expect(claim('A', at * 60, { account: String(3190000350000000013n + BigInt(at)) })).toBe('ok')
    }
    expect(size()).toBeLessThanOrEqual(7)
  })
})
