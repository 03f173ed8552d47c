import { bicycleLayout, decodeTrip, ferryLayout, INDUSTRY, TRIP, taxiLayout } from '@unifare/card'
import { FLAGS } from '@unifare/tap'
import { describe, expect, it } from 'vitest'
import { newCard, viewOf } from './cards.fixture.ts'
import { beside, LOCAL, OPERATOR, openBench, recordsOf, tap } from './terminal.fixture.ts'

const MINUTE_MS = 60_000
const record = async (slot: Awaited<ReturnType<typeof newCard>>, at: number) => {
  const bytes = slot.card().memory.variable[0x1a]?.[at - 1]
  if (bytes === undefined) throw new Error('no such record')
  return bytes
}

describe('a taxi whose driver keys the amount in', () => {
  const keyed = (amountFen: number, confirmedFen = amountFen) => ({
    keyed: { amountFen, confirmedFen },
  })

  it('takes exactly that, and keeps it in record 2704 and in the tap', async () => {
    const bench = await openBench({ mode: 'taxi', vehicle: 'A12345' })
    const slot = await newCard()
    expect(await tap(bench, slot, { ...keyed(4_250), distanceM: 12_300 })).toMatchObject({
      ok: true,
      amountFen: 4_250,
    })
    expect(taxiLayout.decode(await record(slot, 4))).toMatchObject({
      status: 2,
      vehicle: '\0\0A12345',
      distanceM: 12_300,
      amountFen: 4_250,
      balanceFen: 750,
    })
    expect(decodeTrip((await viewOf(slot)).lastTrip ?? new Uint8Array()).trip).toMatchObject({
      type: TRIP.single,
      industry: INDUSTRY.taxi,
      amountFen: 4_250,
    })
    expect((await recordsOf(bench))[0]).toMatchObject({ flags: FLAGS.keyed, distanceM: 12_300 })
  })

  it.each([
    ['below the start fare', keyed(1_099), 'fare.out-of-bounds'],
    ['above the bound of the tariff', keyed(30_001), 'fare.out-of-bounds'],
    ['another amount than the one confirmed', keyed(1_500, 15_000), 'fare.not-confirmed'],
    ['no whole fen', keyed(1_500.5), 'fare.unknown'],
    ['more than the purse holds', keyed(5_001), 'card.insufficient-balance'],
    ['neither amount nor distance', {}, 'fare.unknown'],
  ] as const)('refuses %s', async (_, metered, reason) => {
    const slot = await newCard()
    expect(await tap(await openBench({ mode: 'taxi' }), slot, metered)).toMatchObject({ reason })
    expect((await viewOf(slot)).balanceFen).toBe(5_000)
  })

  it('no other vehicle takes amounts that are keyed in', async () => {
    expect(await tap(await openBench(), await newCard(), keyed(1_500))).toMatchObject({
      reason: 'fare.unknown',
    })
  })
})

it('a ferry keeps its ride in record 2703', async () => {
  const slot = await newCard()
  const bench = await openBench({ mode: 'ferry', line: 4, station: 6, vehicle: 'F9' })
  expect(await tap(bench, slot)).toMatchObject({ amountFen: 200 })
  expect(ferryLayout.decode(await record(slot, 3))).toMatchObject({
    status: 2,
    institution: `${OPERATOR}FFFFFFFF`,
    line: 4,
    pier: 6,
    vessel: '\0\0\0\0\0\0F9',
    amountFen: 200,
    balanceFen: 4_800,
  })
})

it('a card without record 2703 pays the ferry all the same, with the trip log alone', async () => {
  const slot = await newCard()
  const { variable } = slot.card().memory
  ;(variable as Record<number, Uint8Array[]>)[0x1a] = (variable[0x1a] ?? []).slice(0, 2)
  expect(await tap(await openBench({ mode: 'ferry' }), slot)).toMatchObject({ amountFen: 200 })
  expect((await viewOf(slot)).lastTrip?.[0]).toBe(TRIP.single)
  const rent = await openBench({ mode: 'bicycle', role: 'rent', station: 1 })
  expect(await tap(rent, slot)).toMatchObject({ reason: 'card.no-record' })
})

it('a bicycle keeps rent and return in record 2706, whatever is ridden meanwhile', async () => {
  const rent = await openBench({ mode: 'bicycle', role: 'rent', station: 1 })
  const slot = await newCard()
  await tap(rent, slot)
  expect(bicycleLayout.decode(await record(slot, 6))).toMatchObject({
    status: 1,
    rentTime: '20261121080000',
    rentStation: '0000000000020001',
  })
  await tap(await beside(rent, {}), slot)
  rent.clock.set(rent.clock.now() + 90 * MINUTE_MS)
  const dock = await beside(rent, { mode: 'bicycle', role: 'return', station: 2 })
  expect(await tap(dock, slot)).toMatchObject({ kind: 'return', amountFen: 100 })
  expect(bicycleLayout.decode(await record(slot, 6))).toMatchObject({
    status: 2,
    returnStation: '0000000000020002',
    durationS: 5_400,
    amountFen: 100,
  })
})

it('a bicycle of another operator is returned to it', async () => {
  const rent = await openBench({ mode: 'bicycle', role: 'rent', station: 1 })
  const slot = await newCard()
  await tap(rent, slot)
  ;(await record(slot, 6)).set([0x12, 0x00], 17)
  expect(await tap(rent, slot)).toMatchObject({ reason: 'card.open-elsewhere' })
  const dock = await beside(rent, { mode: 'bicycle', role: 'return', station: 2 })
  expect(await tap(dock, slot)).toMatchObject({ reason: 'card.no-entry' })
})

describe('a card whose issuer certified the kind of its holder', () => {
  it.each([
    ['a senior of Wuhan rides free', { cardKind: 3, issuer: LOCAL }, 0, 3],
    ['a senior from elsewhere pays', { cardKind: 3 }, 200, 3],
    ['a student, of whom the tariff does not speak, pays', { cardKind: 2, issuer: LOCAL }, 200, 2],
    ['an ordinary holder pays, and nothing is told', { issuer: LOCAL }, 200, undefined],
  ])('%s; the tap tells the kind', async (_, profile, amountFen, holderKind) => {
    const bench = await openBench()
    const slot = await newCard(profile)
    expect(await tap(bench, slot)).toMatchObject({ ok: true, amountFen })
    const [record] = await recordsOf(bench)
    expect([record?.amountFen, record?.holderKind]).toEqual([amountFen, holderKind])
  })
})
