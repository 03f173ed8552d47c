import { instantFromDigits, toHex } from '@unifare/core'
import { describe, expect, test } from 'vitest'
import type { CardRecord } from '../evidence/pending.ts'
import type { PurchaseContext } from '../reader/purchase-flow.ts'
import { busLayout, isOpenRailTrip, railLayout } from './composite-records.ts'
import { bicycleLayout, ferryLayout, isOpenHire, rentalLayout, taxiLayout } from './own-records.ts'
import { busAlighting2702, busBoarding2702 } from './travel-bus.ts'
import { ferryRide2703, rentRecord, returnRecord, taxiRide2704 } from './travel-own.ts'
import type { VehiclePlace } from './travel-place.ts'
import {
  railEntry2701,
  railExit2701,
  railRepairEntry2701,
  railRepairExit2701,
  tripRecord1E,
} from './travel-records.ts'

const PLACE: VehiclePlace = {
  city: '7910',
  institution: '17917911',
  line: 66,
  station: 5,
  operator: 7,
  vehicle: 'A1234',
}

function at(time: string, amountFen: number): PurchaseContext {
  return {
    terminal: '413100000042',
    offlineNumber: 0x12,
    amountFen,
    balanceBeforeFen: 5000,
    balanceAfterFen: 5000 - amountFen,
    date: '20261121',
    time,
  }
}

/** Bytes [from..to) in hexadecimal. */
function hex({ bytes }: CardRecord, from: number, to: number): string {
  return toHex(bytes.subarray(from, to))
}

describe('metro', () => {
  const place = { ...PLACE, line: 2, station: 17 }
  const entry = railEntry2701(at('080000', 0), { previous: null, place, maxFareFen: 190 })
  const inside = railLayout.decode(entry.bytes)

  test('an exit closes the entry and keeps it readable', () => {
    expect(entry).toMatchObject({ sfi: 0x1a, id: 0x01 })
    expect(isOpenRailTrip(inside)).toBe(true)
    const exit = railLayout.decode(railExit2701(at('083000', 350), { entry: inside, place }).bytes)
    expect(isOpenRailTrip(exit)).toBe(false)
    expect(exit).toMatchObject({ status: 2, entryTime: '20261121080000', chargedFen: 350 })
  })

  test('the counter writes a missing entry: status 03, an open trip', () => {
    const repaired = railRepairEntry2701(at('082000', 0), {
      previous: null,
      place,
      maxFareFen: 190,
    })
    expect(hex(repaired, 14, 15)).toBe('03')
    expect(isOpenRailTrip(railLayout.decode(repaired.bytes))).toBe(true)
    expect({ ...railLayout.decode(repaired.bytes), raw: 0, status: 1 }).toEqual({
      ...railLayout.decode(
        railEntry2701(at('082000', 0), { previous: null, place, maxFareFen: 190 }).bytes,
      ),
      raw: 0,
    })
  })

  test('the counter ends a trip that was left open: status 04, none open', () => {
    const repaired = railRepairExit2701(at('090000', 190), { entry: inside, place })
    expect(hex(repaired, 14, 15)).toBe('04')
    expect(hex(repaired, 95, 99)).toBe('000000BE')
    expect(isOpenRailTrip(railLayout.decode(repaired.bytes))).toBe(false)
  })

  test('its trip record says 08', () => {
    const trip = tripRecord1E(at('090000', 190), { type: 'repair', industry: 'metro', place })
    expect(hex(trip, 0, 1) + hex(trip, 9, 10) + hex(trip, 17, 25)).toBe('0801000000BE000012CA')
  })
})

describe('bus with distance fares', () => {
  const boarding = busBoarding2702(at('080000', 0), {
    previous: null,
    place: PLACE,
    markedFen: 400,
    direction: 'up',
  })
  const onBoard = busLayout.decode(boarding.bytes)

  test('boarding marks the whole fare', () => {
    expect(boarding).toMatchObject({ sfi: 0x1a, id: 0x02 })
    expect(hex(boarding, 0, 6)).toBe('27027D010100')
    // City, institution, operator, line, stop; vehicle right-aligned; terminal, time.
    expect(hex(boarding, 14, 30)).toBe('01791017917911FFFFFFFF0007004205')
    expect(hex(boarding, 30, 53)).toBe('0000004131323334000041310000004220261121080000')
    expect(hex(boarding, 53, 58)).toBe('00000190AB')
    expect(onBoard).toMatchObject({ status: 1, markedFen: 400 })
  })

  test('alighting ends it, the boarding stays readable', () => {
    const done = busAlighting2702(at('083000', 250), {
      boarding: onBoard,
      place: { ...PLACE, station: 9 },
      mileage: 120,
    })
    expect(hex(done, 14, 15)).toBe('02')
    expect(hex(done, 15, 58)).toBe(hex(boarding, 15, 58))
    expect(hex(done, 72, 73) + hex(done, 96, 102)).toBe('09000000FA0078')
    expect(busLayout.decode(done.bytes).status).toBe(2)
  })

  test('the next boarding clears the alighting and keeps local bytes', () => {
    const done = busAlighting2702(at('083000', 250), { boarding: onBoard, place: PLACE })
    const previous = busLayout.decode(
      Uint8Array.from(done.bytes, (byte, i) => (i >= 102 ? 0xee : byte)),
    )
    const next = busBoarding2702(at('090000', 0), {
      previous,
      place: PLACE,
      markedFen: 300,
      direction: 'down',
    })
    expect(hex(next, 57, 58)).toBe('BA')
    expect(hex(next, 58, 102)).toBe('00'.repeat(44))
    expect(hex(next, 102, 128)).toBe('EE'.repeat(26))
  })

  test('a stop or vehicle that does not fit is refused', () => {
    const bad = (change: Partial<VehiclePlace>) => () =>
      busBoarding2702(at('080000', 0), {
        previous: null,
        place: { ...PLACE, ...change },
        markedFen: 400,
        direction: 'up',
      })
    for (const change of [{ station: 256 }, { vehicle: 'ABC123456' }, { city: '79' }]) {
      expect(bad(change)).toThrow(expect.objectContaining({ code: 'card.bad-field' }))
    }
  })
})

describe('records of our own', () => {
  test('a ferry ride is one tap', () => {
    const ride = ferryRide2703(at('080000', 200), { place: PLACE })
    expect(ride).toMatchObject({ sfi: 0x1a, id: 0x03 })
    expect(hex(ride, 0, 3)).toBe('27037D')
    expect(ferryLayout.decode(ride.bytes)).toMatchObject({
      status: 2,
      line: 66,
      pier: 5,
      vessel: '\0\0\0A1234',
      amountFen: 200,
      balanceFen: 4800,
    })
  })

  test('a taxi ride tells the meter', () => {
    const startedAt = instantFromDigits('20261121074500')
    const ride = taxiRide2704(at('080000', 1860), { place: PLACE, startedAt, distanceM: 5200 })
    expect(ride.id).toBe(0x04)
    expect(taxiLayout.decode(ride.bytes)).toMatchObject({
      startTime: '20261121074500',
      time: '20261121080000',
      distanceM: 5200,
      amountFen: 1860,
    })
    const silent = taxiRide2704(at('080000', 1860), { place: PLACE, startedAt: null, distanceM: 0 })
    expect(taxiLayout.decode(silent.bytes).startTime).toBe('0'.repeat(14))
  })

  test.each([
    ['rental', 0x05, rentalLayout],
    ['bicycle', 0x06, bicycleLayout],
  ] as const)('%s: opened at rent with 0, ended at return', (hire, id, layout) => {
    const rent = rentRecord(at('080000', 0), {
      hire,
      place: PLACE,
      vehicle: 'B77',
      maxFareFen: 3000,
    })
    expect(rent).toMatchObject({ sfi: 0x1a, id })
    const open = layout.decode(rent.bytes)
    expect(isOpenHire(open)).toBe(true)
    expect(open).toMatchObject({ maxFareFen: 3000, rentTime: '20261121080000', amountFen: 0 })
    const back = returnRecord(at('090000', 150), {
      hire,
      rent: open,
      place: PLACE,
      durationS: 3600,
    })
    const ended = layout.decode(back.bytes)
    expect(isOpenHire(ended)).toBe(false)
    expect(ended).toMatchObject({
      rentTime: '20261121080000',
      returnTime: '20261121090000',
      durationS: 3600,
      amountFen: 150,
      balanceFen: 4850,
    })
  })
})
