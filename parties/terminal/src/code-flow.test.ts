import { createMemoryStorage } from '@unifare/core'
import { parseTap } from '@unifare/tap'
import { describe, expect, it } from 'vitest'
import { VISITOR } from './cards.fixture.ts'
import { ACCOUNT, CAP_FEN, codeFixture } from './code.fixture.ts'
import { AT, bundles, CONVERTING, ENTRY_GATE, EXIT_GATE, openBench } from './terminal.fixture.ts'

const AT_S = AT / 1000

const codeAt = (s: number, changes = {}) =>
  codeFixture.code(AT_S + s, { issuer: VISITOR, ...changes })

describe('a ride code at a terminal', () => {
  it('is let through offline, is not debited, and is stored raw', async () => {
    const { terminal } = await openBench()
    const code = await codeAt(0)
    expect(await terminal.presentCode(code)).toEqual({
      ok: true,
      kind: 'purchase',
      sequence: 1,
      amountFen: 0,
      balanceFen: null,
      completed: false,
    })
    expect(parseTap((await terminal.record(1)) ?? new Uint8Array())).toMatchObject({
      medium: 'code',
      issuer: VISITOR,
      account: ACCOUNT,
      counter: AT_S,
      amountFen: 0,
      evidence: code,
    })
  })

  it.each([
    ['entry', ENTRY_GATE],
    ['exit', EXIT_GATE],
    ['rent', { mode: 'bicycle', role: 'rent' }],
    ['return', { mode: 'bicycle', role: 'return' }],
  ] as const)('makes an %s at such a place', async (kind, place) => {
    const { terminal } = await openBench(place)
    expect(await terminal.presentCode(await codeAt(0))).toMatchObject({ ok: true, kind })
  })

  it('is refused when it comes again, also as A, B, A and after a restart', async () => {
    const bench = await openBench()
    const [a, b] = [await codeAt(0), await codeAt(6)]
    await bench.terminal.presentCode(a)
    bench.clock.set(AT + 6_000)
    expect(await bench.terminal.presentCode(b)).toMatchObject({ ok: true })
    expect(await bench.terminal.presentCode(a)).toMatchObject({ reason: 'code.replayed' })
    await bench.terminal.close()
    const { terminal } = await bench.restart()
    expect(await terminal.presentCode(a)).toMatchObject({ reason: 'code.replayed' })
  })

  it('is refused within seconds of the same rider, whose next one passes', async () => {
    const { terminal, clock } = await openBench()
    await terminal.presentCode(await codeAt(0))
    clock.set(AT + 4_000)
    expect(await terminal.presentCode(await codeAt(4))).toMatchObject({ reason: 'code.too-soon' })
    clock.set(AT + 5_000)
    expect(await terminal.presentCode(await codeAt(5))).toMatchObject({ ok: true })
  })

  it('does not close at a gate what it opened there', async () => {
    const gate = await openBench(ENTRY_GATE)
    const code = await codeAt(0)
    await gate.terminal.presentCode(code)
    await gate.terminal.close()
    const { clock, storage, operator } = gate
    clock.set(AT + 10_000)
    const turned = await openBench({ ...ENTRY_GATE, role: 'exit' }, { clock, storage, operator })
    expect(await turned.terminal.presentCode(code)).toMatchObject({ reason: 'code.wrong-state' })
    expect(await turned.terminal.presentCode(await codeAt(10))).toMatchObject({ ok: true })
  })

  it('is presented twice at once: one passes', async () => {
    const { terminal } = await openBench()
    const code = await codeAt(0)
    const both = await Promise.all([terminal.presentCode(code), terminal.presentCode(code)])
    expect(both.map(({ ok }) => ok)).toEqual([true, false])
  })
})

describe('what a terminal refuses of codes', () => {
  it.each([
    ['one that is no code', async () => Uint8Array.of(1, 2, 3), 'code.invalid'],
    [
      'one of an issuer that is no member',
      () => codeAt(0, { issuer: '99999999' }),
      'medium.foreign',
    ],
    [
      'one of an issuer that is converting',
      () => codeAt(0, { issuer: CONVERTING }),
      'medium.foreign',
    ],
    ['one that is over', () => codeAt(-61), 'code.expired'],
    ['one from the future', () => codeAt(21), 'code.expired'],
    [
      'one that ends before its authorisation',
      () => codeAt(-50, { authorisationExpiryS: AT_S - 1 }),
      'code.expired',
    ],
    ['one of a suspended account', () => codeAt(0, { accountType: 0xdd }), 'code.invalid'],
  ])('%s', async (_, make, reason) => {
    const { terminal } = await openBench()
    expect(await terminal.presentCode(await make())).toMatchObject({ ok: false, reason })
  })

  it('one bit flipped, wherever it is', async () => {
    const { terminal } = await openBench()
    const code = await codeAt(0)
    for (let at = 0; at < code.length; at += 13) {
      const flipped = code.slice()
      flipped[at] = (flipped[at] ?? 0) ^ (1 << (at % 8))
      expect(await terminal.presentCode(flipped), `byte ${at}`).toMatchObject({ ok: false })
    }
    expect(await terminal.presentCode(code)).toMatchObject({ ok: true })
  })

  it('an account on the deny list', async () => {
    const lists = await bundles([`code/${VISITOR}/${ACCOUNT}`])
    const { terminal } = await openBench({}, { lists })
    expect(await terminal.presentCode(await codeAt(0))).toMatchObject({ reason: 'deny.listed' })
  })

  it('a fare above what the code allows, and one that is exactly that', async () => {
    const { terminal, clock } = await openBench({ mode: 'taxi' })
    const metered = { distanceM: 8_000 }
    expect(CAP_FEN).toBe(3_000)
    const dear = await codeAt(0, { capFen: 2_299 })
    expect(await terminal.presentCode(dear, metered)).toMatchObject({ reason: 'code.over-cap' })
    clock.set(AT + 10_000)
    const enough = await codeAt(10, { capFen: 2_300 })
    expect(await terminal.presentCode(enough, metered)).toMatchObject({ ok: true })
  })

  it('every code before it has lists', async () => {
    const { terminal } = await openBench({}, { lists: false })
    expect(await terminal.presentCode(await codeAt(0))).toMatchObject({ reason: 'bundle.stale' })
  })
})

describe('what a terminal remembers of codes', () => {
  it('outlives a loss of power and a killed process for as long as they could be shown', async () => {
    const storage = createMemoryStorage()
    const bench = await openBench({}, { storage })
    const long = await codeAt(0, { validityS: 1_200 })
    expect(await bench.terminal.presentCode(long)).toMatchObject({ ok: true })
    bench.clock.set(AT + 130_000)
    for (const [after, end] of [
      [600, () => storage.crash()],
      [1_200, () => storage.kill()],
    ] as const) {
      end()
      const { terminal } = await bench.restart()
      bench.clock.set(AT + after * 1_000)
      expect(await terminal.presentCode(long), `${after} s`).toMatchObject({
        reason: 'code.replayed',
      })
    }
    const last = await bench.restart()
    last.clock.set(AT + 1_201_000)
    expect(await last.terminal.presentCode(long)).toMatchObject({ reason: 'code.expired' })
  })
})
