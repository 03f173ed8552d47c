import {
  type CardSlot,
  CITY_TRIP_NUMBER,
  CITY_UNION_AID,
  cityTripLayout,
  decodeEvidence,
  deriveCardKey,
  PURSE_AID,
  type TearPoint,
  tearing,
  verifyEvidence,
} from '@unifare/card'
import { ascii, fromHex, toHex } from '@unifare/core'
import type { Tap } from '@unifare/tap'
import { describe, expect, it } from 'vitest'
import {
  CITY_ISSUER,
  CITY_MASTERS,
  cityProfile,
  MASTERS,
  newCard,
  newCityCard,
  STORE,
  viewOf,
} from './cards.fixture.ts'
import type { TerminalConfig } from './config.ts'
import {
  AT,
  type Bench,
  beside,
  bundles,
  CONVERTING,
  DEBIT,
  DISTANCE_BUS,
  ENTRY_GATE,
  EXIT_GATE,
  openBench,
  recordsOf,
  tap,
} from './terminal.fixture.ts'

const BOTH = { schemes: ['mot', 'mohurd'] } as const
/** The same terminal in another city: city cards of Wuhan are strangers there. */
const ELSEWHERE = { ...BOTH, division: '440100' }
const THIRD = { name: ascii('PAY.SZT'), fci: fromHex('6F0984075041592E535A54') }

const dualCard = (profile: Parameters<typeof newCard>[0] = {}) =>
  newCard({ cityUnion: cityProfile(), ...profile })
const balancesOf = async (slot: CardSlot) => {
  const { memory } = slot.card()
  return [memory.balanceFen, memory.others[0]?.balanceFen]
}

/** Verdict of a tap's evidence under the keys of its own scheme, or of another. */
async function verified({ evidence: bytes }: Tap, masters: typeof MASTERS | typeof CITY_MASTERS) {
  const evidence = decodeEvidence(bytes)
  const keyOf = (ref: (typeof MASTERS)['tac']) =>
    deriveCardKey({ store: STORE, ref, identity: evidence })
  return verifyEvidence({
    evidence,
    purchaseKey: await keyOf(masters.purchase),
    tacKey: await keyOf(masters.tac),
  })
}

describe('the four kinds of card', () => {
  it('T-Union alone: under the keys of the 交通部, everywhere', async () => {
    for (const place of [BOTH, ELSEWHERE]) {
      const bench = await openBench(place)
      expect(await tap(bench, await newCard())).toMatchObject({ ok: true, amountFen: 200 })
      const [record] = await recordsOf(bench)
      expect(record?.key.scheme).toBe(1)
    }
  })

  it('a dual card: under the 交通部 where it is accepted; the other purse stays as it is', async () => {
    for (const place of [BOTH, ELSEWHERE, {}]) {
      const bench = await openBench(place)
      const slot = await dualCard()
      expect(await tap(bench, slot)).toMatchObject({ ok: true, balanceFen: 4_800 })
      expect(await balancesOf(slot)).toEqual([4_800, 3_000])
      const [record] = await recordsOf(bench)
      expect(record?.key.scheme).toBe(1)
    }
  })

  it('a city card: under the 住建部 at home', async () => {
    const bench = await openBench(BOTH)
    const slot = await newCityCard()
    expect(await tap(bench, slot)).toMatchObject({ ok: true, amountFen: 200, balanceFen: 2_800 })
    const [record] = await recordsOf(bench)
    expect(record).toMatchObject({
      issuer: CITY_ISSUER,
      account: '0000000000000000042',
      counter: 1,
      key: { scheme: 2 },
    })
    if (record === undefined) throw new Error('no record')
    expect(decodeEvidence(record.evidence).scheme).toBe('mohurd')
    expect(await verified(record, CITY_MASTERS)).toEqual({ tac: true, mac2: true })
    expect(await verified(record, MASTERS)).toEqual({ tac: false, mac2: false })
  })

  it.each([
    ['in another city', ELSEWHERE],
    ['where the PSAM holds no keys of the 住建部', {}],
  ])('a city card %s: refused, with what it is', async (_, place) => {
    const bench = await openBench(place)
    const slot = await newCityCard()
    expect(await tap(bench, slot)).toMatchObject({ ok: false, reason: 'medium.city-card' })
    expect(slot.card().memory.balanceFen).toBe(3_000)
  })

  it('a card of a third scheme: not even selected', async () => {
    const slot = await newCard({ foreign: [THIRD] })
    const selected: string[] = []
    const bench = await openBench(BOTH)
    const watching = {
      transmit(apdu: Uint8Array) {
        if (apdu[1] === 0xa4) selected.push(toHex(apdu.slice(5, 5 + (apdu[4] ?? 0))))
        return slot.transmit(apdu)
      },
    }
    expect(await bench.terminal.presentCard(watching)).toMatchObject({ ok: true })
    expect(selected).toEqual([toHex(PURSE_AID)])
    const stranger = { transmit: async () => Uint8Array.of(0x6a, 0x82) }
    expect(await bench.terminal.presentCard(stranger)).toMatchObject({ reason: 'medium.foreign' })
  })
})

describe('a dual card whose T-Union purse is of no use here', () => {
  it.each([
    ['its issuer is not accepted', { issuer: CONVERTING }],
    ['it is not enabled for other cities', { interoperable: false }],
    ['it has expired', { validTo: '20251231' }],
  ] as const)('%s: the city purse pays at home', async (_, profile) => {
    const slot = await dualCard(profile)
    expect(await tap(await openBench(BOTH), slot)).toMatchObject({ ok: true, balanceFen: 2_800 })
    expect(await balancesOf(slot)).toEqual([5_000, 2_800])
  })

  it('and elsewhere: the reason is that of the T-Union purse', async () => {
    const slot = await dualCard({ issuer: CONVERTING })
    expect(await tap(await openBench(ELSEWHERE), slot)).toMatchObject({
      reason: 'acceptance.not-listed',
    })
    expect(await balancesOf(slot)).toEqual([5_000, 3_000])
  })

  it.each([
    ['empty: the rider tops it up', 100, 'card.insufficient-balance'],
    ['on the deny list', 5_000, 'deny.listed'],
  ] as const)('but not for money or a denial: %s', async (_, balanceFen, reason) => {
    const denied = reason === 'deny.listed' ? ['card/02205810/3120000001000000017'] : []
    const bench = await openBench(BOTH, { lists: await bundles(denied) })
    const slot = await dualCard({ balanceFen })
    expect(await tap(bench, slot)).toMatchObject({ reason })
    expect(await balancesOf(slot)).toEqual([balanceFen, 3_000])
    expect(await tap(bench, slot)).toMatchObject({ ok: false })
    expect((await balancesOf(slot))[1]).toBe(3_000)
  })
})

describe('rides on a city-union purse', () => {
  const stored = (slot: CardSlot, travel: keyof typeof CITY_TRIP_NUMBER) =>
    cityTripLayout.decode(
      slot.card().memory.variable[0x17]?.[CITY_TRIP_NUMBER[travel] - 1] ?? new Uint8Array(),
    )

  it('metro: in with 0, out with the fare of the place', async () => {
    const entry = await openBench({ ...ENTRY_GATE, ...BOTH })
    const exit = await beside(entry, { ...EXIT_GATE, ...BOTH })
    const slot = await newCityCard()
    expect(await tap(entry, slot)).toMatchObject({ ok: true, kind: 'entry', amountFen: 0 })
    expect(stored(slot, 'rail')).toMatchObject({ status: 1, station: 17, maxFareFen: 400 })
    entry.clock.set(AT + 1_200_000)
    // A card of this city: 10 per cent off.
    expect(await tap(exit, slot)).toMatchObject({ kind: 'exit', amountFen: 360 })
    expect(stored(slot, 'rail')).toMatchObject({ status: 2, endStation: 18, amountFen: 360 })
    expect((await viewOf(slot, 'mohurd')).lastLog?.amountFen).toBe(360)
  })

  it('distance bus: the marked amount is recovered from the purse that boarded', async () => {
    const lists = await bundles([], { tariffs: DISTANCE_BUS })
    const place = { ...BOTH, mode: 'bus', role: 'board', line: 7, station: 1 } as const
    const bench = await openBench(place, { lists })
    const slot = await newCityCard()
    await tap(bench, slot)
    bench.clock.set(AT + 3_600_000)
    expect(await tap(bench, slot)).toMatchObject({ ok: true, recoveredFen: 600 })
    expect(slot.card().memory.balanceFen).toBe(2_400)
  })

  it('bicycle and interchange are kept there, too', async () => {
    const rent = await openBench({ ...BOTH, mode: 'bicycle', role: 'rent', station: 1 })
    const dock = await beside(rent, { ...BOTH, mode: 'bicycle', role: 'return', station: 2 })
    const slot = await newCityCard()
    await tap(rent, slot)
    rent.clock.set(AT + 90 * 60_000)
    expect(await tap(dock, slot)).toMatchObject({ kind: 'return', amountFen: 100 })
    const entry = await beside(rent, { ...ENTRY_GATE, ...BOTH })
    const out = await beside(rent, { ...EXIT_GATE, ...BOTH, role: 'transfer' })
    const into = await beside(rent, { ...ENTRY_GATE, ...BOTH, line: 3, station: 19 })
    const exit = await beside(rent, { ...EXIT_GATE, ...BOTH, line: 3, station: 20 })
    await tap(entry, slot)
    expect(await tap(out, slot)).toMatchObject({ kind: 'transfer' })
    expect(await tap(into, slot)).toMatchObject({ kind: 'transfer' })
    expect(await tap(exit, slot)).toMatchObject({ kind: 'exit', amountFen: 360 })
  })

  it('a trip that it opened is ended by it, though T-Union is accepted by then', async () => {
    const entry = await openBench({ ...ENTRY_GATE, ...BOTH })
    const exit = await beside(entry, { ...EXIT_GATE, ...BOTH })
    const slot = await dualCard({ validFrom: '20261122' })
    expect(await tap(entry, slot)).toMatchObject({ ok: true, kind: 'entry' })
    entry.clock.set(AT + 24 * 3_600_000)
    expect(await tap(exit, slot)).toMatchObject({ ok: true, kind: 'exit' })
    const [tUnion, city] = await balancesOf(slot)
    expect(tUnion).toBe(5_000)
    expect(city).toBeLessThan(3_000)
  })
})

describe('one tap never charges twice', () => {
  const cutAtDebit = (slot: CardSlot, point: TearPoint) =>
    tearing(slot, (apdu) => (apdu[1] === DEBIT ? point : undefined))

  it.each(['before', 'after'] as const)(
    'a city card cut %s the debit is healed under its own keys, also after a restart',
    async (point) => {
      const bench = await openBench(BOTH)
      const slot = await newCityCard()
      await bench.terminal.presentCard(cutAtDebit(slot, point))
      const again = await bench.restart()
      expect(await tap(again, slot)).toMatchObject({ ok: true, completed: point === 'after' })
      expect(slot.card().memory.balanceFen).toBe(2_800)
      const records = await recordsOf(again)
      const paid = records.find(({ kind }) => kind === 'purchase')
      if (paid === undefined) throw new Error('no purchase')
      expect(await verified(paid, CITY_MASTERS)).toEqual({ tac: true, mac2: true })
    },
  )

  it.each([
    ['before', [4_800, 3_000]],
    ['after', [5_000, 2_800]],
  ] as const)(
    'a dual card cut %s the debit of its city purse, and T-Union is accepted by then',
    async (point, balances) => {
      const bench = await openBench(BOTH)
      const slot = await dualCard({ validFrom: '20261122' })
      await bench.terminal.presentCard(cutAtDebit(slot, point))
      bench.clock.set(AT + 24 * 3_600_000)
      expect(await tap(bench, slot)).toMatchObject({ ok: true, completed: point === 'after' })
      expect(await balancesOf(slot)).toEqual(balances)
    },
  )

  it('a dual card whose debit was stored and never shown completes it, whatever purse is right now', async () => {
    let broken = true
    const indicate = () => {
      if (broken) throw new Error('lamp broken')
    }
    const bench = await openBench(BOTH, { indicate })
    const slot = await dualCard({ validFrom: '20261122' })
    bench.clock.set(Date.UTC(2026, 10, 21, 15, 59))
    await expect(tap(bench, slot)).rejects.toThrow('lamp')
    broken = false
    bench.clock.set(bench.clock.now() + 90_000)
    expect(await tap(bench, slot)).toMatchObject({ ok: true, completed: true })
    expect(await balancesOf(slot)).toEqual([5_000, 2_800])
  })

  it('a dual card cut anywhere pays once, from one purse', async () => {
    const runs: Promise<void>[] = []
    const once = async (place: Partial<TerminalConfig>, at: number, point: TearPoint) => {
      const bench: Bench = await openBench(place)
      const slot = await dualCard()
      let commands = 0
      const first = await bench.terminal.presentCard(
        tearing(slot, () => (++commands === at ? point : undefined)),
      )
      if (!first.ok) expect(await tap(bench, slot)).toMatchObject({ ok: true })
      expect(await balancesOf(slot), `command ${at} ${point}`).toEqual([4_800, 3_000])
    }
    for (let at = 1; at <= 10; at++) {
      for (const point of ['before', 'after'] as const) runs.push(once(BOTH, at, point))
    }
    await Promise.all(runs)
  })

  it('application of the city purse is named only when it is needed', async () => {
    const names: string[] = []
    const slot = await dualCard()
    const bench = await openBench(BOTH)
    await bench.terminal.presentCard({
      transmit(apdu) {
        if (apdu[1] === 0xa4) names.push(toHex(apdu.slice(5, -1)))
        return slot.transmit(apdu)
      },
    })
    expect(names).not.toContain(toHex(CITY_UNION_AID))
  })
})
