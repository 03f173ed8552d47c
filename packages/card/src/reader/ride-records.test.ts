import { toHex } from '@unifare/core'
import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import {
  AT,
  cityUnionProfile,
  countingRandom,
  must,
  newPsam,
  newSlot,
  opened,
  PLACE,
} from '../card.fixture.ts'
import { createCard } from '../chip/card.ts'
import { type CardSlot, createCardSlot } from '../chip/card-slot.ts'
import { cityUnionPurse } from '../chip/city-union-purse.ts'
import { SFI } from '../files/card-files.ts'
import { CITY_UNION_COMPOSITE_SFI } from '../files/city-union.ts'
import { decodeTrip, TRIP } from '../files/trip-log.ts'
import type { PsamReader } from '../psam/psam-reader.ts'
import { type CardView, cardView } from './card-view.ts'
import { keepsRide, openRide, type Travel } from './open-ride.ts'
import { debit, preparePurchase } from './purchase-flow.ts'
import { readCard } from './read-card.ts'
import { type RideStep, rideRecords } from './ride-records.ts'

const TRAVELS = ['rail', 'bus', 'bicycle'] as const
const TRAVEL_READ = ['rail', 'bus', 'water', 'taxi', 'rental', 'bicycle'] as const
const INDUSTRY = { rail: 'metro', bus: 'bus', bicycle: 'bicycle' } as const
const OFF = { ...PLACE, station: 23 }

let psam: PsamReader
beforeAll(async () => {
  psam = await opened(newPsam())
})

async function citySlot(): Promise<CardSlot> {
  const card = createCard(await cityUnionPurse(cityUnionProfile()))
  return createCardSlot({ card, random: countingRandom() })
}

async function read(slot: CardSlot, scheme: 'mot' | 'mohurd'): Promise<CardView> {
  slot.reset()
  return must(await readCard(slot, { scheme, records: TRAVEL_READ })).view
}

/** A purchase with the records of a step; the card as it is then. */
async function ride(
  slot: CardSlot,
  scheme: 'mot' | 'mohurd',
  step: RideStep,
  amountFen = 0,
  minutes = 0,
): Promise<CardView> {
  const view = await read(slot, scheme)
  const at = AT + minutes * 60_000
  const records = rideRecords(view, step)
  const kind = scheme === 'mohurd' && step.do === 'single' ? 'plain' : 'composite'
  const request = { transport: slot, psam, view, amountFen, at, records, kind } as const
  const { pending } = must(await preparePurchase(request))
  must(await debit({ transport: slot, psam, pending }))
  return read(slot, scheme)
}

const lastTrip = ({ lastTrip: bytes }: CardView) => decodeTrip(bytes ?? new Uint8Array()).trip
const begin = (travel: Travel, change: object = {}) =>
  ({
    do: 'begin',
    travel,
    markedFen: 900,
    industry: INDUSTRY[travel],
    place: PLACE,
    ...change,
  }) as const satisfies RideStep
const end = (travel: Travel, change: object = {}) =>
  ({
    do: 'end',
    travel,
    industry: INDUSTRY[travel],
    place: OFF,
    ...change,
  }) as const satisfies RideStep

describe.each(['mot', 'mohurd'] as const)('rides on a purse of %s', (scheme) => {
  const slotOf = () => (scheme === 'mot' ? newSlot() : citySlot())

  test.each(TRAVELS)('%s: begun, open in the same words, ended', async (travel) => {
    const slot = await slotOf()
    const fresh = await read(slot, scheme)
    expect([keepsRide(fresh, travel), openRide(fresh, travel)]).toEqual([true, null])
    const inside = await ride(slot, scheme, begin(travel))
    expect(openRide(inside, travel)).toEqual({
      city: '7910',
      institution: '10000003',
      place: { line: 2, station: 17 },
      terminal: '413100000042',
      time: '20261121083000',
      markedFen: 900,
      vehicle: '',
      transfer: null,
    })
    for (const other of TRAVELS) {
      if (other !== travel) expect(openRide(inside, other)).toBeNull()
    }
    const outside = await ride(slot, scheme, end(travel), 300, 20)
    expect(openRide(outside, travel)).toBeNull()
    expect(outside.balanceFen).toBe(fresh.balanceFen - 300)
  })

  test('an interchange leaves the trip open, with the place, and takes it back', async () => {
    const slot = await slotOf()
    const step = { industry: 'metro', place: OFF } as const
    await ride(slot, scheme, begin('rail'))
    const left = openRide(await ride(slot, scheme, { do: 'leave', ...step }, 0, 10), 'rail')
    expect(left?.transfer).toEqual({ line: 2, station: 23, time: '20261121084000' })
    const again = openRide(await ride(slot, scheme, { do: 'continue', ...step }, 0, 15), 'rail')
    expect(again).toMatchObject({ time: '20261121083000', transfer: null })
  })

  test('a counter opens and ends trips, too', async () => {
    const slot = await slotOf()
    const inside = await ride(slot, scheme, begin('rail', { corrected: true }))
    expect(openRide(inside, 'rail')?.place?.station).toBe(17)
    const outside = await ride(slot, scheme, end('rail', { corrected: true }), 300)
    expect(openRide(outside, 'rail')).toBeNull()
    if (scheme === 'mot') expect(lastTrip(outside)).toMatchObject({ type: TRIP.repair })
  })
})

describe('the records of a step', () => {
  const context = {
    terminal: '413100000042',
    offlineNumber: 7,
    amountFen: 200,
    balanceBeforeFen: 5_000,
    balanceAfterFen: 4_800,
    date: '20261121',
    time: '083000',
  }
  const placesOf = (view: CardView, step: RideStep) =>
    rideRecords(view, step)(context).map(({ sfi, id }) => [sfi, id])

  test('T-Union: the travel record first, then the trip log', async () => {
    const view = await read(await newSlot(), 'mot')
    const single = { do: 'single', distanceM: 0, place: PLACE } as const
    const trip = [SFI.trips, 0]
    expect(placesOf(view, begin('rail'))).toEqual([[SFI.composite, 1], trip])
    expect(placesOf(view, begin('bus'))).toEqual([[SFI.composite, 2], trip])
    expect(placesOf(view, begin('bicycle'))).toEqual([[SFI.composite, 6], trip])
    expect(placesOf(view, { ...single, industry: 'ferry' })).toEqual([[SFI.composite, 3], trip])
    expect(placesOf(view, { ...single, industry: 'taxi' })).toEqual([[SFI.composite, 4], trip])
    expect(placesOf(view, { ...single, industry: 'bus' })).toEqual([trip])
  })

  test('city union: one record, and none for a ride of one tap', async () => {
    const view = await read(await citySlot(), 'mohurd')
    const single = { do: 'single', distanceM: 0, place: PLACE, industry: 'bus' } as const
    expect(placesOf(view, begin('rail'))).toEqual([[CITY_UNION_COMPOSITE_SFI, 1]])
    expect(placesOf(view, begin('bicycle'))).toEqual([[CITY_UNION_COMPOSITE_SFI, 3]])
    expect(placesOf(view, single)).toEqual([])
  })
})

test('whatever bytes stand in the records of a card, an open ride is read or it is not', () => {
  const record = fc.uint8Array({ minLength: 0, maxLength: 140 })
  fc.assert(
    fc.property(fc.record({ rail: record, bus: record, bicycle: record }), (raw) => {
      const view = cardView(
        { publicInfo: new Uint8Array(30), managementInfo: null, log: null, trip: null, ...raw },
        0,
      )
      for (const travel of TRAVELS) {
        const open = openRide(view, travel)
        expect(open === null || open.institution.length <= 8).toBe(true)
      }
    }),
  )
})

test('a reader reads what its decision depends on, and nothing else', async () => {
  const slot = await newSlot()
  const commands: string[] = []
  const watching = {
    transmit(apdu: Uint8Array) {
      commands.push(toHex(apdu.slice(0, 4)))
      return slot.transmit(apdu)
    },
  }
  must(await readCard(watching, { records: ['rail'], last: false }))
  expect(commands).toEqual(['00A40400', '00B09700', '00B201D4', '805C0302'])
})
