import { decodeTrip, INDUSTRY } from '@unifare/card'
import { parseTap, REASONS } from '@unifare/tap'
import { describe, expect, it } from 'vitest'
import { NUMBER, newCard, VISITOR, viewOf } from './cards.fixture.ts'
import {
  AT,
  type Bench,
  beside,
  bundles,
  CONVERTING,
  ENTRY_GATE,
  EXIT_GATE,
  LOCAL,
  openBench,
  tap,
} from './terminal.fixture.ts'

const MINUTE_MS = 60_000

describe('what a role does with a card', () => {
  it('bus: one tap, the flat fare', async () => {
    const bench = await openBench()
    const slot = await newCard()
    expect(await tap(bench, slot)).toEqual({
      ok: true,
      kind: 'purchase',
      sequence: 1,
      amountFen: 200,
      balanceFen: 4_800,
      completed: false,
    })
    expect((await viewOf(slot)).balanceFen).toBe(4_800)
    const record = parseTap((await sync(bench, 1)) ?? new Uint8Array())
    expect(record).toMatchObject({
      terminal: bench.config.terminal,
      sequence: 1,
      at: AT,
      timeQuality: 'synced-2s',
      operator: bench.config.operator,
      medium: 'card',
      issuer: VISITOR,
      account: NUMBER,
      counter: 1,
      serial: 1,
      amountFen: 200,
      balanceFen: 4_800,
      tariffVersion: 1,
      key: { scheme: 1, use: 3, index: 1, version: 1, algorithm: 0 },
    })
    expect(record.evidence).toHaveLength(62)
  })

  it.each([
    ['a visitor pays the ladder', VISITOR, 400],
    ['a local card has 10 per cent off', LOCAL, 360],
  ])('metro: entry with 0, exit with the fare; %s', async (_, issuer, fare) => {
    const entry = await openBench(ENTRY_GATE)
    const slot = await newCard({ issuer })
    expect(await tap(entry, slot)).toMatchObject({ ok: true, kind: 'entry', amountFen: 0 })
    expect((await viewOf(slot)).rail).toMatchObject({ status: 1, maxFareFen: 400 })
    const exit = await beside(entry, { ...EXIT_GATE, terminal: '413100000001' })
    const enteredAt = entry.clock.now()
    entry.clock.set(enteredAt + 25 * MINUTE_MS)
    expect(await tap(exit, slot)).toMatchObject({
      ok: true,
      kind: 'exit',
      amountFen: fare,
      balanceFen: 5_000 - fare,
    })
    expect(parseTap((await sync(exit, 1)) ?? new Uint8Array()).entry).toEqual({
      city: '5210',
      line: 2,
      station: 17,
      at: enteredAt,
    })
    expect((await viewOf(slot)).rail).toMatchObject({ status: 2, chargedFen: fare })
  })

  it('taxi: by the metered distance', async () => {
    const bench = await openBench({ mode: 'taxi' })
    expect(await tap(bench, await newCard(), { distanceM: 8_000 })).toMatchObject({
      kind: 'purchase',
      amountFen: 2_300,
    })
    expect(parseTap((await sync(bench, 1)) ?? new Uint8Array()).distanceM).toBe(8_000)
  })

  it('ferry: one tap, written as a ferry trip', async () => {
    const slot = await newCard()
    expect(await tap(await openBench({ mode: 'ferry' }), slot)).toMatchObject({ amountFen: 200 })
    const { lastTrip } = await viewOf(slot)
    expect(decodeTrip(lastTrip ?? new Uint8Array())).toMatchObject({
      trip: { industry: INDUSTRY.ferry },
    })
  })

  it('bicycle: rented with 0, returned by the time', async () => {
    const rent = await openBench({ mode: 'bicycle', role: 'rent', station: 1 })
    const slot = await newCard()
    expect(await tap(rent, slot)).toMatchObject({ ok: true, kind: 'rent', amountFen: 0 })
    rent.clock.set(AT + 20 * MINUTE_MS)
    expect(await tap(rent, slot)).toMatchObject({ ok: false, reason: 'card.open-trip' })
    const dock = await beside(rent, { mode: 'bicycle', role: 'return', station: 2 })
    rent.clock.set(AT + 90 * MINUTE_MS)
    expect(await tap(dock, slot)).toMatchObject({ kind: 'return', amountFen: 100 })
    expect(parseTap((await sync(dock, 1)) ?? new Uint8Array())).toMatchObject({
      durationS: 5_400,
      entry: { station: 1, at: AT },
    })
    dock.clock.set(AT + 95 * MINUTE_MS)
    expect(await tap(dock, slot)).toMatchObject({ ok: false, reason: 'card.no-entry' })
  })
})

describe('what a terminal refuses', () => {
  it('a purse that is short: never a smaller debit', async () => {
    const slot = await newCard({ balanceFen: 199 })
    const decision = await tap(await openBench(), slot)
    expect(decision).toMatchObject({ ok: false, reason: 'card.insufficient-balance' })
    expect((await viewOf(slot)).balanceFen).toBe(199)
  })

  it('a purse that is short at the exit, after an entry that was covered', async () => {
    const entry = await openBench(ENTRY_GATE)
    const slot = await newCard({ balanceFen: 399 })
    expect(await tap(entry, slot)).toMatchObject({ ok: true })
    const exit = await beside(entry, EXIT_GATE)
    expect(await tap(exit, slot)).toMatchObject({ reason: 'card.short-of-fare' })
    expect((await viewOf(slot)).balanceFen).toBe(399)
  })

  it('an entry with less than the lowest fare', async () => {
    const slot = await newCard({ balanceFen: 199 })
    expect(await tap(await openBench(ENTRY_GATE), slot)).toMatchObject({
      reason: 'card.insufficient-balance',
    })
    expect((await viewOf(slot)).rail).toMatchObject({ status: 0 })
  })

  it.each([
    ['an exit without an entry', EXIT_GATE, {}, 'card.no-entry'],
    ['a return without a rental', { mode: 'bicycle', role: 'return' }, {}, 'card.no-entry'],
    ['an expired card', {}, { validTo: '20261120' }, 'card.expired'],
    ['a card that is not valid yet', {}, { validFrom: '20261122' }, 'card.not-yet-valid'],
    ['a card whose issuer is converting', {}, { issuer: CONVERTING }, 'acceptance.not-listed'],
    ['a card of an issuer that is not listed', {}, { issuer: '99999999' }, 'acceptance.not-listed'],
    ['a visitor that only travels at home', {}, { interoperable: false }, 'card.not-interoperable'],
    ['a test card', {}, { cardKind: 4 }, 'card.kind-refused'],
  ] as const)('%s', async (_, place, profile, reason) => {
    const bench = await openBench(place)
    const slot = await newCard(profile)
    expect(await tap(bench, slot)).toMatchObject({ ok: false, reason, sequence: 1 })
    expect((await viewOf(slot)).balanceFen).toBe(5_000)
    expect(parseTap((await sync(bench, 1)) ?? new Uint8Array())).toMatchObject({
      kind: 'refused',
      reason: REASONS[reason].number,
      amountFen: 0,
    })
  })

  it('a local card that is not interoperable: it travels', async () => {
    const slot = await newCard({ issuer: LOCAL, interoperable: false })
    expect(await tap(await openBench(), slot)).toMatchObject({ ok: true })
  })

  it('a card that is not enabled', async () => {
    const slot = await newCard()
    const raw = {
      async transmit(apdu: Uint8Array) {
        const answer = await slot.transmit(apdu)
        const at = answer.findIndex(
          (_, i) => answer[i] === 0x02 && answer[i + 1] === 0x01 && answer[i + 2] === 0x03,
        )
        if (apdu[1] === 0xa4 && at >= 0) answer[at + 1] = 0
        return answer
      },
    }
    expect(await (await openBench()).terminal.presentCard(raw)).toMatchObject({
      reason: 'card.not-enabled',
    })
  })

  it('a second entry while the trip is open', async () => {
    const bench = await openBench(ENTRY_GATE)
    const slot = await newCard()
    await tap(bench, slot)
    bench.clock.set(AT + 5 * MINUTE_MS)
    expect(await tap(bench, slot)).toMatchObject({ ok: false, reason: 'card.open-trip' })
  })

  it('an entry made in the network of another operator', async () => {
    const elsewhere = await openBench(ENTRY_GATE)
    const slot = await newCard()
    await tap(elsewhere, slot)
    const { rail } = await viewOf(slot)
    expect(rail?.entryInstitution).toBe('15215211FFFFFFFF')
    const foreign = slot.card()
    const records = foreign.memory.variable[0x1a] ?? []
    for (const record of records) if (record[1] === 0x01) record.set([0x12, 0x00], 19)
    const exit = await beside(elsewhere, EXIT_GATE)
    expect(await tap(exit, slot)).toMatchObject({
      reason: 'card.no-entry',
      detail: 'fares.unknown-station',
    })
  })

  it('a card on the deny list', async () => {
    const bench = await openBench({}, { lists: await bundles([`card/${VISITOR}/${NUMBER}`]) })
    expect(await tap(bench, await newCard())).toMatchObject({ reason: 'deny.listed' })
    const other = await newCard({ number: '3120000001000000025' })
    expect(await tap(bench, other)).toMatchObject({ ok: true })
  })

  it('a card that is no T-Union card', async () => {
    const transport = { transmit: async () => Uint8Array.of(0x6a, 0x82) }
    expect(await (await openBench()).terminal.presentCard(transport)).toMatchObject({
      reason: 'medium.foreign',
    })
  })

  it('every card before it has lists', async () => {
    const bench = await openBench({}, { lists: false })
    expect(await tap(bench, await newCard())).toMatchObject({ reason: 'acceptance.not-listed' })
  })

  it('a card for which no tariff holds', async () => {
    const bench = await openBench({ mode: 'cableway' })
    expect(await tap(bench, await newCard())).toMatchObject({ reason: 'fare.unknown' })
  })
})

describe('a gate that nobody passed', () => {
  it('lets the same card enter again for some minutes, with a new entry', async () => {
    const bench = await openBench(ENTRY_GATE)
    const slot = await newCard()
    const first = await tap(bench, slot)
    await bench.terminal.gateEvent(first.sequence, 'timed-out')
    bench.clock.set(AT + MINUTE_MS)
    expect(await tap(bench, slot)).toMatchObject({ ok: true, kind: 'entry', completed: false })
    expect((await viewOf(slot)).rail?.entryTime).toBe('20261121080100')
    bench.clock.set(AT + 2 * MINUTE_MS)
    expect(await tap(bench, slot)).toMatchObject({ reason: 'card.open-trip' })
  })

  it('remembers that through a restart, and not for ever', async () => {
    const bench = await openBench(ENTRY_GATE)
    const slot = await newCard()
    const first = await tap(bench, slot)
    await bench.terminal.gateEvent(first.sequence, 'timed-out')
    await bench.terminal.close()
    const again = await bench.restart()
    bench.clock.set(AT + 21 * MINUTE_MS)
    expect(await tap(again, slot)).toMatchObject({ reason: 'card.open-trip' })
    bench.clock.set(AT + 20 * MINUTE_MS)
    expect(await tap(again, slot)).toMatchObject({ ok: true })
  })
})

/** A record as the disk holds it. */
async function sync({ terminal }: Bench, sequence: number): Promise<Uint8Array | undefined> {
  await terminal.upload()
  return terminal.record(sequence)
}
