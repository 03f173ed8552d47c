import { concat } from '@unifare/core'
import { describe, expect, test } from 'vitest'
import { createCardFuzz } from '../fuzz/card-fuzz.ts'
import { createDice } from '../fuzz/dice.ts'
import { fuzz } from '../fuzz/fuzz.ts'
import { cardTargets } from '../fuzz/targets.ts'
import { resetCard, transmit } from './chip/card.ts'
import type { CardMemory } from './chip/card-state.ts'
import { readU16 } from './words.ts'

const COMMANDS = 100_000

describe(`${COMMANDS} hostile commands`, () => {
  test('break no rule on any kind of card, in the PSAM or in our reader', async () => {
    const summary = await fuzz({ seed: 20261121, count: COMMANDS, nowMs: () => performance.now() })
    expect(summary.fault).toBeNull()
    // A run that never gets past the first check would prove nothing.
    const { card, psam, reader } = summary
    expect(card.debits).toBeGreaterThan(1000)
    expect(card.loads).toBeGreaterThan(100)
    expect(card.writes).toBeGreaterThan(500)
    expect(card.revived).toBeGreaterThan(1000)
    expect(psam.credits).toBeGreaterThan(50)
    expect(reader.purchasesOpened).toBeGreaterThan(50)
  })

  test('the same seed sends the same commands', async () => {
    const run = () => fuzz({ seed: 7, count: 2000, nowMs: () => 0 })
    expect(await run()).toEqual(await run())
  })
})

describe('a bad card is found', () => {
  /** What the fuzz says of a card that answers as `run` does. */
  async function ruleOf(run: typeof transmit): Promise<string | undefined> {
    const targets = await cardTargets()
    const bad = createCardFuzz({
      targets,
      dice: createDice(1),
      nowMs: () => 0,
      run,
    })
    let fault: ReturnType<typeof bad.session>
    while (!fault && bad.figures.commands < 20_000) fault = bad.session()
    return fault?.rule
  }

  const isRefused = (response: Uint8Array, sw: number) =>
    readU16(response, response.length - 2) === sw
  const patched = (
    step: ReturnType<typeof transmit>,
    change: (old: CardMemory) => Partial<CardMemory>,
  ) => {
    const { memory } = step.card
    return { ...step, card: { ...step.card, memory: { ...memory, ...change(memory) } } }
  }

  test('that debits under a wrong MAC', async () => {
    const rule = await ruleOf((card, apdu, random) => {
      const step = transmit(card, apdu, random)
      if (!isRefused(step.response, 0x9302)) return step
      return patched(step, ({ balanceFen }) => ({ balanceFen: balanceFen - 1 }))
    })
    expect(rule).toMatch(/MAC|changes/)
  })

  test('that lets a challenge serve twice', async () => {
    const rule = await ruleOf((card, apdu, random) => {
      const step = transmit(card, apdu, random)
      const { challenge } = card.session
      const session = { ...step.card.session, challenge: step.card.session.challenge ?? challenge }
      return { ...step, card: { ...step.card, session } }
    })
    expect(rule).toBe('writes without a MAC')
  })

  test('that gives half a key away', async () => {
    const rule = await ruleOf((card, apdu, random) => {
      const step = transmit(card, apdu, random)
      const key = card.memory.keys.find(({ use }) => use === 'tac')!.key
      const told = concat(key.slice(8), step.response)
      return apdu[1] === 0x5a ? { ...step, response: told } : step
    })
    expect(rule).toBe('gives the tac key away')
  })

  test('that throws, that answers too much, that stays stuck', async () => {
    const throws = await ruleOf((card, apdu, random) => {
      if (apdu.length > 200) throw new RangeError('too long')
      return transmit(card, apdu, random)
    })
    expect(throws).toMatch(/throws RangeError/)
    const long = await ruleOf((card, apdu, random) => {
      const step = transmit(card, apdu, random)
      return apdu[1] === 0xb2 ? { ...step, response: new Uint8Array(259) } : step
    })
    expect(long).toBe('answers 259 bytes')
    const stuck = await ruleOf((card, apdu, random) => {
      const step = transmit(card, apdu, random)
      return isRefused(step.response, 0x9302)
        ? patched(step, ({ keys }) => ({ keys: keys.filter(({ use }) => use !== 'purchase') }))
        : step
    })
    expect(stuck).toMatch(/changes keys|stuck/)
  })
})

test('a megabyte of nested lengths is refused at once', async () => {
  const bomb = Uint8Array.from({ length: 1 << 20 }, (_, i) => (i % 2 ? 0x82 : 0x6f))
  for (const { card } of await cardTargets()) {
    for (const head of [[], [0x00, 0xa4, 0x04, 0x00], [0x00, 0xa4, 0x04, 0x00, 0x00, 0xff, 0xff]]) {
      const apdu = concat(Uint8Array.from(head), bomb)
      const from = performance.now()
      expect(transmit(resetCard(card), apdu, (n) => new Uint8Array(n)).response).toHaveLength(2)
      expect(performance.now() - from).toBeLessThan(250)
    }
  }
})
