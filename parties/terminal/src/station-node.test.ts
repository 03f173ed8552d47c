import { encodeCustomField } from '@unifare/ridecode'
import { FLAGS } from '@unifare/tap'
import { describe, expect, it } from 'vitest'
import { VISITOR } from './cards.fixture.ts'
import { codeFixture } from './code.fixture.ts'
import { createStationNode, type StationNode } from './station-node.ts'
import {
  AT,
  type Bench,
  beside,
  bundles,
  ENTRY_GATE,
  EXIT_GATE,
  openBench,
  recordsOf,
} from './terminal.fixture.ts'

const FAMILY = encodeCustomField({ companions: 1, riskClass: 'standard', schemes: [] })

const codeAt = (s: number, changes: object = {}) =>
  codeFixture.code(AT / 1000 + s, { issuer: VISITOR, ...changes })

/** Two ways in and one way out of a station, linked by a node. */
async function openStation(station: StationNode = createStationNode()) {
  const left = await openBench(ENTRY_GATE, { station })
  const lists = await bundles()
  const right = await beside(left, { ...ENTRY_GATE, terminal: '413100000002' }, { station, lists })
  const out = { ...EXIT_GATE, station: 17, terminal: '413100000003' } as const
  const exit = await beside(left, out, { station, lists })
  return { left, right, exit, clock: left.clock }
}

const show = async ({ terminal }: Bench, s: number, changes?: object) =>
  terminal.presentCode(await codeAt(s, changes))

describe('terminals of one station', () => {
  it('let a code through once, whichever gate it is shown at, and to leave takes another', async () => {
    const { left, right, exit } = await openStation()
    expect(await show(left, 0)).toMatchObject({ ok: true, kind: 'entry' })
    expect(await show(right, 0)).toMatchObject({ reason: 'code.replayed' })
    expect(await show(exit, 0)).toMatchObject({ reason: 'code.wrong-state' })
  })

  it('let an account in once: a phone that is passed back over the gate is refused', async () => {
    const { left, right, exit, clock } = await openStation()
    expect(await show(left, 0)).toMatchObject({ ok: true })
    clock.set(AT + 40_000)
    expect(await show(right, 40)).toMatchObject({ reason: 'code.passed-back' })
    expect(await show(left, 41)).toMatchObject({ reason: 'code.passed-back' })
    expect(await show(exit, 42)).toMatchObject({ ok: true, kind: 'exit' })
    clock.set(AT + 80_000)
    expect(await show(right, 80)).toMatchObject({ ok: true })
  })

  it('take a companion along on an account of its own: each of them leaves by it', async () => {
    const { left, right, exit, clock } = await openStation()
    const friend = { cardAccount: '3190000350000000021', custom: FAMILY }
    expect(await show(left, 0, { custom: FAMILY })).toMatchObject({ ok: true })
    clock.set(AT + 2_000)
    expect(await show(left, 2, { custom: FAMILY })).toMatchObject({ reason: 'code.too-soon' })
    expect(await show(right, 2, { custom: FAMILY })).toMatchObject({ reason: 'code.passed-back' })
    expect(await show(right, 2, friend)).toMatchObject({ ok: true })
    clock.set(AT + 600_000)
    expect(await show(exit, 600, { custom: FAMILY })).toMatchObject({ ok: true })
    expect(await show(exit, 600, friend)).toMatchObject({ ok: true })
  })

  it.each([
    ['waits', async () => undefined],
    ['has travelled', (bench: Bench) => bench.terminal.upload()],
  ])('forget the code of a rider who did not get through, whose record %s', async (_, before) => {
    const { left, right, clock } = await openStation()
    const { sequence } = await show(left, 0)
    await before(left)
    await left.terminal.gateEvent(sequence, 'timed-out')
    clock.set(AT + 20_000)
    expect(await show(right, 20)).toMatchObject({ ok: true })
  })

  it('take the same code again at the gate that was cut off before its go', async () => {
    const station = createStationNode()
    const dark = async () => {
      throw new Error('the light fails')
    }
    const bench = await openBench(ENTRY_GATE, { station, indicate: dark })
    await expect(show(bench, 0)).rejects.toThrow('the light fails')
    const again = await bench.restart({ station })
    expect(await show(again, 0)).toMatchObject({ ok: true, completed: true })
  })
})

describe('a station without its node', () => {
  it.each([
    ['refuses the connection', () => Promise.reject(new Error('unreachable'))],
    ['does not answer', () => new Promise<never>(() => {})],
  ])('that %s: every gate decides alone, and its record says so', async (_, away) => {
    const { left, right, clock } = await openStation({ claim: away, release: away })
    const waiting = async (bench: Bench) => {
      const shown = show(bench, 0)
      for (let turn = 0; turn < 20; turn++) await clock.advance(10)
      return shown
    }
    expect(await waiting(left)).toMatchObject({ ok: true })
    expect(await waiting(right)).toMatchObject({ ok: true })
    expect(await waiting(left)).toMatchObject({ reason: 'code.replayed' })
    const [first] = await recordsOf(right)
    expect((first?.flags ?? 0) & FLAGS.unlinked).toBe(FLAGS.unlinked)
  })

  it('cards and codes at a terminal of no station ask nobody', async () => {
    const bench = await openBench()
    expect(await show(bench, 0)).toMatchObject({ ok: true })
    const [record] = await recordsOf(bench)
    expect(record?.flags).toBe(0)
  })
})
