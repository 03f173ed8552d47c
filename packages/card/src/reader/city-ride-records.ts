import type { CardRecord } from '../evidence/pending.ts'
import { cityTripRecord } from '../files/city-trip.ts'
import { RAIL_STATUS } from '../files/composite-records.ts'
import type { CardView } from './card-view.ts'
import type { PurchaseContext } from './purchase-flow.ts'
import type { RideStep } from './ride-records.ts'

const NOT_LEFT = { endLine: 0, endStation: 0, endTime: '0'.repeat(14) } as const

/** The record of a step on a city-union purse, for UPDATE CAPP DATA CACHE. */
export function cityRideRecords(
  { cityTrips }: CardView,
  step: RideStep,
  context: PurchaseContext,
): readonly CardRecord[] {
  const { place } = step
  const time = context.date + context.time
  const { amountFen } = context
  const left = { endLine: place.line, endStation: place.station, endTime: time }
  switch (step.do) {
    case 'single':
      return []
    case 'begin':
      return [
        cityTripRecord(step.travel, {
          status: step.corrected ? RAIL_STATUS.entryCorrected : RAIL_STATUS.entered,
          city: place.city,
          institution: place.institution,
          line: place.line,
          station: place.station,
          terminal: context.terminal,
          time,
          maxFareFen: step.markedFen,
          amountFen,
        }),
      ]
    case 'end': {
      const status = step.corrected ? RAIL_STATUS.exitCorrected : RAIL_STATUS.exited
      const open = cityTrips[step.travel]
      return open ? [cityTripRecord(step.travel, { ...open, status, ...left, amountFen })] : []
    }
    case 'leave':
    case 'continue': {
      const open = cityTrips.rail
      const change = step.do === 'leave' ? left : NOT_LEFT
      return open ? [cityTripRecord('rail', { ...open, ...change })] : []
    }
  }
}
