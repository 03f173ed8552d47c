import { type CardSlot, createCardSlot, readCard, type TearPoint, tearing } from '@unifare/card'
import { createMemoryStorage } from '@unifare/core'
import { REASONS } from '@unifare/tap'
import { describe, expect, it } from 'vitest'
import { newCard, VISITOR } from './cards.fixture.ts'
import { codeFixture } from './code.fixture.ts'
import {
  AT,
  type Bench,
  bundles,
  DEBIT,
  ENTRY_GATE,
  EXIT_GATE,
  openBench,
  tap,
} from './terminal.fixture.ts'

const AT_S = AT / 1000
/** GET TRANSACTION PROVE. */
const PROVE = 0x5a

const codeAt = (s: number) => codeFixture.code(AT_S + s, { issuer: VISITOR })
const atDebit = (point: TearPoint) => (apdu: Uint8Array) => (apdu[1] === DEBIT ? point : undefined)

/** Opens a terminal whose process ends in the moment before "go" number `n` is given. */
async function dyingBeforeGo(place: Parameters<typeof openBench>[0], n = 1) {
  const storage = createMemoryStorage()
  let left = n
  const bench = await openBench(place, {
    storage,
    indicate: () => {
      left -= 1
      if (left > 0) return
      storage.kill()
      throw new Error('killed')
    },
  })
  return bench
}

async function kinds({ terminal, operator, clock }: Bench): Promise<string[]> {
  clock.set(clock.now() + 121_000)
  while ((await terminal.upload()) > 0);
  return operator.taps().map(({ kind, reason, refersTo }) => {
    const why = Object.entries(REASONS).find(([, { number }]) => number === reason)?.[0]
    return [kind, why, refersTo === 0 ? undefined : refersTo].filter((part) => part).join(' ')
  })
}

describe('a card that leaves the field at DEBIT', () => {
  it('before the card saw it: nothing was debited, and the next presentation pays', async () => {
    const bench = await openBench()
    const slot = await newCard()
    expect(await bench.terminal.presentCard(tearing(slot, atDebit('before')))).toMatchObject({
      reason: 'card.torn',
    })
    expect(slot.card().memory.balanceFen).toBe(5_000)
    expect(await tap(bench, slot)).toMatchObject({ ok: true, completed: false, amountFen: 200 })
    expect(slot.card().memory.balanceFen).toBe(4_800)
    expect(await kinds(bench)).toEqual(['refused card.torn', 'purchase'])
  })

  it.each([false, true])('after: it is completed, not repeated (restart: %s)', async (restarts) => {
    const bench = await openBench()
    const slot = await newCard()
    await bench.terminal.presentCard(tearing(slot, atDebit('after')))
    expect(slot.card().memory.balanceFen).toBe(4_800)
    const next = restarts ? await bench.restart() : bench
    bench.clock.set(AT + 30_000)
    expect(await tap(next, slot)).toMatchObject({ ok: true, completed: true, amountFen: 200 })
    expect(slot.card().memory.balanceFen).toBe(4_800)
    await next.terminal.upload()
    const healed = next.operator.taps().find(({ kind }) => kind === 'purchase')
    expect(healed).toMatchObject({ at: AT, flags: 2, tariffVersion: 1, amountFen: 200 })
  })

  it('another card pays meanwhile: serials are counted by card', async () => {
    const bench = await openBench()
    const [slot, other] = [await newCard(), await newCard({ number: '3120000001000000025' })]
    await bench.terminal.presentCard(tearing(slot, atDebit('after')))
    expect(await tap(bench, other)).toMatchObject({ ok: true, completed: false })
    expect(await tap(bench, slot)).toMatchObject({ ok: true, completed: true })
    await bench.terminal.upload()
    const paid = bench.operator.taps().filter(({ kind }) => kind === 'purchase')
    expect(paid.map(({ account, serial }) => [account.at(-1), serial])).toEqual([
      ['5', 1],
      ['7', 1],
    ])
  })

  it('and pays elsewhere first, with the old proof at hand: stored, and the new ride is paid', async () => {
    const bench = await openBench()
    const slot = await newCard()
    await bench.terminal.presentCard(tearing(slot, atDebit('after')))
    // A card that keeps older proofs: PROVE is answered by the card as it was after the debit.
    const then = createCardSlot({ card: slot.card(), random: (length) => new Uint8Array(length) })
    await readCard(then)
    const elsewhere = await openBench({}, { lists: await bundles() })
    elsewhere.clock.set(AT + 60_000)
    await tap(elsewhere, slot)
    bench.clock.set(AT + 300_000)
    slot.reset()
    const decision = await bench.terminal.presentCard({
      transmit: (apdu) => (apdu[1] === PROVE ? then.transmit(apdu) : slot.transmit(apdu)),
    })
    expect(decision).toMatchObject({ ok: true, completed: false, balanceFen: 4_400 })
    expect(await kinds(bench)).toEqual(['refused card.torn', 'purchase', 'purchase'])
  })

  it.each([1, 10])(
    'and pays elsewhere %i times, so that nothing proves the debit: it is reported',
    async (rides) => {
      const bench = await openBench()
      const slot = await newCard()
      await bench.terminal.presentCard(tearing(slot, atDebit('after')))
      const elsewhere = await openBench({}, { lists: await bundles() })
      for (let ride = 1; ride <= rides; ride++) {
        elsewhere.clock.set(AT + ride * 1_000)
        await tap(elsewhere, slot)
      }
      bench.clock.set(AT + 300_000)
      expect(await tap(bench, slot)).toMatchObject({ ok: true, completed: false })
      expect(await tap(bench, slot)).toMatchObject({ ok: true })
      const records = await kinds(bench)
      expect(records).toEqual(['refused card.torn', 'pending card.torn', 'purchase', 'purchase'])
      expect(bench.operator.taps()[1]).toMatchObject({
        counter: 1,
        amountFen: 200,
        serial: 1,
        at: AT,
      })
    },
  )

  it('in every other command: nothing is debited, and the next presentation pays once', async () => {
    const count = await commandsOf(await newCard())
    for (let at = 1; at <= count; at++) {
      for (const point of ['before', 'after'] as const) {
        const bench = await openBench()
        const slot = await newCard()
        let command = 0
        const torn = tearing(slot, () => (++command === at ? point : undefined))
        const first = await bench.terminal.presentCard(torn)
        const second = first.ok ? first : await tap(bench, slot)
        expect(second, `command ${at} ${point}`).toMatchObject({ ok: true, amountFen: 200 })
        expect(slot.card().memory.balanceFen, `command ${at} ${point}`).toBe(4_800)
        const records = await kinds(bench)
        expect(
          records.filter((kind) => kind === 'purchase'),
          `command ${at} ${point}`,
        ).toHaveLength(1)
      }
    }
  })

  it.each([false, true])(
    'a false proof is not believed, the true one is (restart: %s)',
    async (restarts) => {
      const live = await openBench()
      const slot = await newCard()
      await live.terminal.presentCard(tearing(slot, atDebit('after')))
      const bench = restarts ? await live.restart() : live
      const forged = {
        async transmit(apdu: Uint8Array) {
          const answer = await slot.transmit(apdu)
          if (apdu[1] === PROVE) answer[0] = (answer[0] ?? 0) ^ 1
          return answer
        },
      }
      expect(await bench.terminal.presentCard(forged)).toMatchObject({
        reason: 'card.torn',
        detail: 'card.bad-mac',
      })
      expect(await tap(bench, slot)).toMatchObject({ ok: true, completed: true })
      expect(slot.card().memory.balanceFen).toBe(4_800)
    },
  )
})

describe('killed between PERSISTED and the go', () => {
  it.each([
    ['bus', {}, 4_800],
    ['gate', ENTRY_GATE, 5_000],
  ] as const)('%s, card: the same card completes its tap', async (_, place, balance) => {
    const bench = await dyingBeforeGo(place)
    const slot = await newCard()
    await expect(tap(bench, slot)).rejects.toThrow('killed')
    expect(slot.card().memory.balanceFen).toBe(balance)
    const again = await bench.restart()
    bench.clock.set(AT + 60_000)
    expect(await again.terminal.upload()).toBe(0)
    expect(again.operator.taps()).toEqual([])
    expect(await tap(again, slot)).toMatchObject({ ok: true, sequence: 1, completed: true })
    expect(slot.card().memory.balanceFen).toBe(balance)
    expect(await kinds(again)).toHaveLength(1)
  })

  it.each([
    ['bus', {}, 'purchase'],
    ['entry gate', ENTRY_GATE, 'entry'],
    ['exit gate', EXIT_GATE, 'exit'],
    ['dock', { mode: 'bicycle', role: 'return' }, 'return'],
  ] as const)('%s, code: a fresh code pays, the first tap is void', async (_, place, kind) => {
    const bench = await dyingBeforeGo(place)
    await expect(bench.terminal.presentCode(await codeAt(0))).rejects.toThrow('killed')
    const again = await bench.restart()
    bench.clock.set(AT + 2_000)
    expect(await again.terminal.presentCode(await codeAt(2))).toMatchObject({
      ok: true,
      sequence: 3,
    })
    expect(await kinds(again)).toEqual([kind, 'timed-out tap.not-indicated 1', kind])
  })

  it('bus, the same code: its tap is completed, and it does not pass a third time', async () => {
    const bench = await dyingBeforeGo({})
    const code = await codeAt(0)
    await expect(bench.terminal.presentCode(code)).rejects.toThrow('killed')
    const again = await bench.restart()
    expect(await again.terminal.presentCode(code)).toMatchObject({
      ok: true,
      sequence: 1,
      completed: true,
    })
    expect(await again.terminal.presentCode(code)).toMatchObject({ reason: 'code.replayed' })
    expect(await kinds(again)).toEqual(['purchase', 'refused code.replayed'])
  })

  it('a void code does not pass again', async () => {
    const bench = await dyingBeforeGo({})
    const [first, fresh] = [await codeAt(0), await codeAt(2)]
    await expect(bench.terminal.presentCode(first)).rejects.toThrow('killed')
    const again = await bench.restart()
    bench.clock.set(AT + 2_000)
    await again.terminal.presentCode(fresh)
    bench.clock.set(AT + 20_000)
    expect(await again.terminal.presentCode(first)).toMatchObject({ reason: 'code.replayed' })
  })

  it('bus, code, and the rider does not come back: the ride counts, since most likely it was ridden', async () => {
    const bench = await dyingBeforeGo({})
    await expect(bench.terminal.presentCode(await codeAt(0))).rejects.toThrow('killed')
    expect(await kinds(await bench.restart())).toEqual(['purchase'])
  })

  it('exit gate, code: void at once, since the rider may leave by the next gate', async () => {
    const bench = await dyingBeforeGo(EXIT_GATE)
    await expect(bench.terminal.presentCode(await codeAt(0))).rejects.toThrow('killed')
    expect(await kinds(await bench.restart())).toEqual(['exit', 'timed-out tap.not-indicated 1'])
  })

  it('a tap that was shown is not void, whatever became of its mark', async () => {
    const gate = await openBench(EXIT_GATE, { storage: createMemoryStorage() })
    const shown = await gate.terminal.presentCode(await codeAt(0))
    await gate.terminal.gateEvent(shown.sequence, 'passed')
    const again = await gate.restart()
    expect(await kinds(again)).toEqual(['exit', 'passed 1'])
  })

  it('a tap that waits for its rider holds the later ones back, for a while', async () => {
    const bench = await dyingBeforeGo({})
    await expect(tap(bench, await newCard())).rejects.toThrow('killed')
    const again = await bench.restart()
    await tap(again, await newCard({ number: '3120000001000000025' }))
    bench.clock.set(AT + 120_000)
    expect(await again.terminal.upload()).toBe(0)
    expect(again.operator.batches).toEqual([])
    bench.clock.set(AT + 120_001)
    await again.terminal.upload()
    expect(again.operator.taps()).toHaveLength(2)
  })
})

describe('a terminal that cannot give the go', () => {
  it('does not charge twice when the rider tries again', async () => {
    let broken = true
    const bench = await openBench(
      {},
      {
        indicate: () => {
          if (broken) throw new Error('lamp broken')
        },
      },
    )
    await expect(bench.terminal.presentCode(await codeAt(0))).rejects.toThrow('lamp')
    broken = false
    bench.clock.set(AT + 2_000)
    expect(await bench.terminal.presentCode(await codeAt(2))).toMatchObject({ ok: true })
    expect(await kinds(bench)).toEqual(['purchase', 'timed-out tap.not-indicated 1', 'purchase'])
  })
})

/** How many commands an undisturbed presentation takes. */
async function commandsOf(slot: CardSlot): Promise<number> {
  let commands = 0
  const counting = createCardSlot({ card: slot.card(), random: (length) => new Uint8Array(length) })
  await (await openBench()).terminal.presentCard({
    transmit(apdu) {
      commands += 1
      return counting.transmit(apdu)
    },
  })
  return commands
}
