import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  type CodePurpose,
  checkReplay,
  createReplayMemory,
  expire,
  forget,
  nextGenerationTime,
  type ReplayMemory,
  remember,
} from './index.ts'

const AT_S = 1_795_000_000
const rider = (generationTimeS: number, account = '3190000350000000013') => ({
  issuer: '02205810',
  account,
  generationTimeS,
})

/** A terminal that lets through what may pass. */
function terminal(purpose: CodePurpose = 'single', validityS = 120) {
  let memory = createReplayMemory()
  return {
    memory: () => memory,
    set: (next: ReplayMemory) => {
      memory = next
    },
    show: (identity: ReturnType<typeof rider>, atS: number, most?: number): string => {
      const companions = most === undefined ? {} : { companions: { most, withinS: validityS } }
      const answer = checkReplay(memory, identity, { atS, purpose, ...companions })
      if (!answer.ok) return answer.code
      memory = remember(memory, identity, { atS, purpose, validityS })
      return 'ok'
    },
  }
}

describe('one code, one use', () => {
  test('the same identity again is refused as long as it could be accepted', () => {
    const { show } = terminal()
    expect(show(rider(AT_S), AT_S)).toBe('ok')
    for (const later of [0, 3, 60, 120, 140]) {
      expect(show(rider(AT_S), AT_S + later)).toBe('code.replayed')
    }
  })

  test('A, B, A does not pass', () => {
    const { show } = terminal()
    expect(show(rider(AT_S), AT_S)).toBe('ok')
    expect(show(rider(AT_S, '3190000350000000021'), AT_S + 1)).toBe('ok')
    expect(show(rider(AT_S), AT_S + 10)).toBe('code.replayed')
  })

  test('another issuer, account or second is another code', () => {
    const { show } = terminal()
    expect(show(rider(AT_S), AT_S)).toBe('ok')
    expect(show({ ...rider(AT_S), issuer: '02002900' }, AT_S)).toBe('ok')
    expect(show(rider(AT_S, '3190000350000000021'), AT_S)).toBe('ok')
    expect(show(rider(AT_S + 30), AT_S + 30)).toBe('ok')
  })
})

describe('entry and exit need different codes', () => {
  test.each([
    ['entry', 'exit', 'code.wrong-state'],
    ['rent', 'return', 'code.wrong-state'],
    ['entry', 'entry', 'code.replayed'],
    ['exit', 'exit', 'code.replayed'],
    ['exit', 'entry', 'code.replayed'],
  ] as const)('%s, then %s', (first, second, expected) => {
    const seen = terminal(first)
    expect(seen.show(rider(AT_S), AT_S)).toBe('ok')
    const other = terminal(second)
    other.set(seen.memory())
    expect(other.show(rider(AT_S), AT_S + 30)).toBe(expected)
    expect(other.show(rider(AT_S + 30), AT_S + 30)).toBe('ok')
  })
})

describe('one rider, some seconds', () => {
  test('the next code of the same account waits five seconds', () => {
    const { show } = terminal()
    expect(show(rider(AT_S), AT_S)).toBe('ok')
    expect(show(rider(AT_S + 1), AT_S + 4)).toBe('code.too-soon')
    expect(show(rider(AT_S + 1), AT_S + 5)).toBe('ok')
  })

  test('a companion does not wait, but needs a code', () => {
    const { show } = terminal()
    expect(show(rider(AT_S), AT_S)).toBe('ok')
    expect(show(rider(AT_S), AT_S + 1, 1)).toBe('code.replayed')
    expect(show(rider(AT_S + 1), AT_S + 1, 1)).toBe('ok')
  })

  test('so many companions as the issuer states, and nobody beyond them within the validity', () => {
    const { show } = terminal('single', 60)
    for (const s of [0, 1, 2, 3]) expect(show(rider(AT_S + s), AT_S + s, 3)).toBe('ok')
    expect(show(rider(AT_S + 4), AT_S + 4, 3)).toBe('code.too-many')
    expect(show(rider(AT_S + 59), AT_S + 59, 3)).toBe('code.too-many')
    expect(show(rider(AT_S + 60), AT_S + 60, 3)).toBe('ok')
  })

  test('where the issuer states none, one ride within the validity', () => {
    const { show } = terminal('single', 60)
    expect(show(rider(AT_S), AT_S, 0)).toBe('ok')
    expect(show(rider(AT_S + 4), AT_S + 4, 0)).toBe('code.too-soon')
    expect(show(rider(AT_S + 59), AT_S + 59, 0)).toBe('code.too-soon')
    expect(show(rider(AT_S + 60), AT_S + 60, 0)).toBe('ok')
  })

  test('companions of the way in do not count on the way out', () => {
    const entered = terminal('entry', 60)
    for (const s of [0, 1]) expect(entered.show(rider(AT_S + s), AT_S + s, 1)).toBe('ok')
    const left = terminal('exit', 60)
    left.set(entered.memory())
    for (const s of [10, 11]) expect(left.show(rider(AT_S + s), AT_S + s, 1)).toBe('ok')
    expect(left.show(rider(AT_S + 12), AT_S + 12, 1)).toBe('code.too-many')
  })

  test('nor is a clock set back a way around', () => {
    const { show } = terminal()
    expect(show(rider(AT_S), AT_S)).toBe('ok')
    expect(show(rider(AT_S + 1), AT_S - 3)).toBe('code.too-soon')
  })

  test('a clock that was an hour ahead keeps nobody waiting', () => {
    const { show } = terminal()
    expect(show(rider(AT_S + 3600), AT_S + 3600)).toBe('ok')
    expect(show(rider(AT_S), AT_S)).toBe('ok')
  })

  test('the interval is a rule', () => {
    const memory = remember(createReplayMemory(), rider(AT_S), {
      atS: AT_S,
      purpose: 'single',
      validityS: 120,
    })
    const ask = (sameUserS: number) =>
      checkReplay(memory, rider(AT_S + 1), {
        atS: AT_S + 8,
        purpose: 'single',
        rules: { sameUserS, skewS: 20 },
      })
    expect(ask(8)).toEqual({ ok: true })
    expect(ask(9)).toEqual({ ok: false, code: 'code.too-soon', step: 14 })
  })
})

describe('the memory', () => {
  test('drops a code when no terminal would take it, not before', () => {
    const { show, memory } = terminal()
    show(rider(AT_S), AT_S)
    expect(expire(memory(), AT_S + 140)).toBe(memory())
    expect(expire(memory(), AT_S + 141).seen).toEqual([])
  })

  test('does not grow: a new code makes room', () => {
    const { show, memory } = terminal()
    for (let code = 0; code < 100; code++) {
      expect(show(rider(AT_S + 10 * code), AT_S + 10 * code)).toBe('ok')
    }
    expect(memory().seen.length).toBe(15)
  })

  test('a code whose tap was void may be shown again', () => {
    const seen = terminal()
    expect(seen.show(rider(AT_S), AT_S)).toBe('ok')
    seen.set(forget(seen.memory(), rider(AT_S)))
    expect(seen.show(rider(AT_S), AT_S + 2)).toBe('ok')
  })

  test('survives storage as JSON', () => {
    const seen = terminal('entry')
    seen.show(rider(AT_S), AT_S)
    const restored = terminal('exit')
    restored.set(JSON.parse(JSON.stringify(seen.memory())) as ReplayMemory)
    expect(restored.show(rider(AT_S), AT_S + 20)).toBe('code.wrong-state')
  })

  test('never takes one identity twice while it is valid, in any order of riders and times', () => {
    const shows = fc.array(
      fc.record({ generated: fc.nat(40), delay: fc.nat(140), who: fc.constantFrom('1', '2') }),
      { maxLength: 60 },
    )
    fc.assert(
      fc.property(shows, (list) => {
        const { show, memory } = terminal()
        const taken = new Set<string>()
        const ordered = list
          .map(({ generated, delay, who }) => ({ generated, at: generated + delay, who }))
          .sort((a, b) => a.at - b.at)
        for (const { generated, at, who } of ordered) {
          const name = `${who} ${generated}`
          const answer = show(rider(AT_S + generated, who), AT_S + at)
          if (answer === 'ok') expect(taken.has(name)).toBe(false)
          if (answer === 'ok') taken.add(name)
          expect(memory().seen.length).toBeLessThanOrEqual(taken.size)
        }
      }),
    )
  })
})

describe('the wallet never signs two codes of an account in one second', () => {
  test('now, or one second after the last', () => {
    expect(nextGenerationTime(null, AT_S)).toBe(AT_S)
    expect(nextGenerationTime(AT_S - 60, AT_S)).toBe(AT_S)
    expect(nextGenerationTime(AT_S, AT_S)).toBe(AT_S + 1)
    expect(nextGenerationTime(AT_S + 3600, AT_S)).toBe(AT_S + 3601)
  })

  test('whatever the clock of the phone does', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: AT_S - 100, max: AT_S + 100 })), (clock) => {
        let last: number | null = null
        for (const nowS of clock) {
          const next = nextGenerationTime(last, nowS)
          expect(next).toBeGreaterThanOrEqual(nowS)
          if (last !== null) expect(next).toBeGreaterThan(last)
          last = next
        }
      }),
    )
  })
})
