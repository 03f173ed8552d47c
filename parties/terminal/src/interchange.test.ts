import { decodeTrip, TRIP } from '@unifare/card'
import { describe, expect, it } from 'vitest'
import { newCard, viewOf } from './cards.fixture.ts'
import { AT, beside, ENTRY_GATE, EXIT_GATE, openBench, recordsOf, tap } from './terminal.fixture.ts'

const MINUTE_MS = 60_000
/** Out of line 2 at station 18; in again at 19 of line 3, over the street; out at 20. */
const OUT = { ...EXIT_GATE, role: 'transfer', terminal: '413100000021' } as const
const IN = { ...ENTRY_GATE, line: 3, station: 19, terminal: '413100000022' } as const
const EXIT = { ...EXIT_GATE, line: 3, station: 20, terminal: '413100000023' } as const

async function openLines() {
  const entry = await openBench(ENTRY_GATE)
  const later = (minutes: number) => entry.clock.set(entry.clock.now() + minutes * MINUTE_MS)
  return {
    entry,
    out: await beside(entry, OUT),
    into: await beside(entry, IN),
    exit: await beside(entry, EXIT),
    later,
  }
}

describe('an interchange over the street', () => {
  it('keeps one trip open: its fare is that of the whole way', async () => {
    const { entry, out, into, exit, later } = await openLines()
    const slot = await newCard()
    await tap(entry, slot)
    later(20)
    expect(await tap(out, slot)).toMatchObject({ ok: true, kind: 'transfer', amountFen: 0 })
    const { rail, lastTrip } = await viewOf(slot)
    expect(rail).toMatchObject({
      status: 1,
      entryTime: '20261121080000',
      exitStation: '0000000000020012',
      exitTime: '20261121082000',
    })
    expect(decodeTrip(lastTrip ?? new Uint8Array()).trip).toMatchObject({ type: TRIP.exit })
    later(29)
    expect(await tap(into, slot)).toMatchObject({ ok: true, kind: 'transfer', amountFen: 0 })
    expect((await viewOf(slot)).rail).toMatchObject({
      status: 1,
      entryTime: '20261121080000',
      exitTime: '0'.repeat(14),
    })
    later(10)
    // 9.5 and 1 km.
    expect(await tap(exit, slot)).toMatchObject({ kind: 'exit', amountFen: 400 })
    expect((await recordsOf(exit))[0]).toMatchObject({ entry: { station: 17, at: AT } })
    expect((await recordsOf(into))[0]).toMatchObject({
      kind: 'transfer',
      entry: { station: 17, at: AT },
      counter: 3,
    })
  })

  it('may end at the gate that it left by, or where it began', async () => {
    const { entry, out, later } = await openLines()
    const again = await beside(entry, { ...ENTRY_GATE, station: 18, terminal: '413100000024' })
    const slot = await newCard()
    await tap(entry, slot)
    later(20)
    await tap(out, slot)
    expect(await tap(again, slot)).toMatchObject({ ok: true, kind: 'transfer' })
  })

  it.each([
    ['too late', IN, 31],
    ['at a station that the network does not join', { ...IN, station: 20 }, 5],
  ] as const)('does not go on %s: the counter ends the trip', async (_, place, minutes) => {
    const { entry, out, later } = await openLines()
    const gate = await beside(entry, place)
    const desk = await beside(entry, { ...OUT, role: 'repair', terminal: '413100000025' })
    const slot = await newCard()
    await tap(entry, slot)
    later(20)
    await tap(out, slot)
    later(minutes)
    expect(await tap(gate, slot)).toMatchObject({ reason: 'card.open-trip' })
    const repair = { fix: 'exit', station: 18, leftAt: AT + 20 * MINUTE_MS } as const
    expect(await tap(desk, slot, { repair })).toMatchObject({ ok: true, amountFen: 400 })
    expect(await tap(gate, slot)).toMatchObject({ ok: true, kind: 'entry' })
  })

  it('needs an open trip of this network, and is passed once', async () => {
    const { entry, out } = await openLines()
    const slot = await newCard()
    expect(await tap(out, slot)).toMatchObject({ reason: 'card.no-entry' })
    await tap(entry, slot)
    await tap(out, slot)
    expect(await tap(out, slot)).toMatchObject({ reason: 'card.open-trip' })
  })

  it('is not seen in an exit that an acceptor left beside a newer entry', async () => {
    const { entry, into } = await openLines()
    const slot = await newCard()
    await tap(entry, slot)
    const record = slot.card().memory.variable[0x1a]?.[0]
    record?.set([0, 0, 0, 0, 0, 2, 0, 18], 43)
    record?.set([0x20, 0x26, 0x11, 0x21, 0x07, 0x59, 0x59], 74)
    expect(await tap(into, slot)).toMatchObject({ reason: 'card.open-trip' })
  })
})
