import type { CityTrip } from '../files/city-trip.ts'
import {
  BUS_STATUS,
  type Bus2702,
  isOpenRailTrip,
  RAIL_STATUS,
  type Rail2701,
} from '../files/composite-records.ts'
import { type Bicycle2706, isOpenHire } from '../files/own-records.ts'
import { parseStationField } from '../files/travel-place.ts'
import type { CardView } from './card-view.ts'

/** Rides that have two ends on the card: metro and other rail, distance bus, hire. */
export type Travel = 'rail' | 'bus' | 'bicycle'

/** A place of a ride, in the numbers of its acceptor. */
export interface RidePlace {
  readonly line: number
  readonly station: number
}

/** A ride that was begun and not ended, in the same words whatever record keeps it. */
export interface OpenRide {
  readonly city: string
  /** Institution code of the acceptor, 8 digits or what stands there instead. */
  readonly institution: string
  /** Null where the acceptor numbers stations in another way. */
  readonly place: RidePlace | null
  /** Last 12 digits of the terminal number. */
  readonly terminal: string
  /** YYYYMMDDHHMMSS, Asia/Shanghai. */
  readonly time: string
  /** What the ride costs when it is never ended: marked amount of a bus, maximum of the others. */
  readonly markedFen: number
  /** Number of bus or bicycle, empty when unknown. */
  readonly vehicle: string
  /** Where and when the rider left through an interchange gate; null while inside. */
  readonly transfer: (RidePlace & { readonly time: string }) | null
}

/** The open ride of a kind; null when the last one was ended, or the card keeps none. */
export function openRide(view: CardView, travel: Travel): OpenRide | null {
  const trip = view.cityTrips[travel]
  if (view.scheme === 'mohurd') return trip && isOpenCity(trip) ? ofCity(trip) : null
  switch (travel) {
    case 'rail':
      return view.rail && isOpenRailTrip(view.rail) ? ofRail(view.rail) : null
    case 'bus':
      return view.bus && view.bus.status === BUS_STATUS.onBoard ? ofBus(view.bus) : null
    case 'bicycle':
      return view.bicycle && isOpenHire(view.bicycle) ? ofHire(view.bicycle) : null
  }
}

/** Whether the card has a record for such a ride. */
export function keepsRide(view: CardView, travel: Travel): boolean {
  return view.scheme === 'mohurd' ? view.cityTrips[travel] !== undefined : view[travel] !== null
}

function isOpenCity({ status }: CityTrip): boolean {
  return status === RAIL_STATUS.entered || status === RAIL_STATUS.entryCorrected
}

function ofCity(trip: CityTrip): OpenRide {
  return {
    city: trip.city,
    institution: trip.institution,
    place: { line: trip.line, station: trip.station },
    terminal: trip.terminal,
    time: trip.time,
    markedFen: trip.maxFareFen,
    vehicle: '',
    transfer: isLeft(trip.time, trip.endTime)
      ? { line: trip.endLine, station: trip.endStation, time: trip.endTime }
      : null,
  }
}

function ofRail(rail: Rail2701): OpenRide {
  const left = isLeft(rail.entryTime, rail.exitTime)
    ? parseStationField(rail.exitStation)
    : undefined
  return {
    city: rail.entryCity,
    institution: rail.entryInstitution.slice(0, 8),
    place: parseStationField(rail.entryStation) ?? null,
    terminal: rail.entryTerminal.slice(-12),
    time: rail.entryTime,
    markedFen: rail.maxFareFen,
    vehicle: '',
    transfer: left ? { ...left, time: rail.exitTime } : null,
  }
}

function ofBus(bus: Bus2702): OpenRide {
  return {
    city: bus.boardingCity,
    institution: bus.boardingInstitution.slice(0, 8),
    place: { line: bus.boardingLine, station: bus.boardingStop },
    terminal: bus.boardingTerminal.slice(-12),
    time: bus.boardingTime,
    markedFen: bus.markedFen,
    vehicle: vehicleOf(bus.boardingVehicle),
    transfer: null,
  }
}

function ofHire(hire: Bicycle2706): OpenRide {
  return {
    city: hire.rentCity,
    institution: hire.rentInstitution.slice(0, 8),
    place: parseStationField(hire.rentStation) ?? null,
    terminal: hire.rentTerminal.slice(-12),
    time: hire.rentTime,
    markedFen: hire.maxFareFen,
    vehicle: vehicleOf(hire.vehicle),
    transfer: null,
  }
}

/** Some acceptors leave the exit of the trip before beside a new entry: it is older then. */
function isLeft(entryTime: string, exitTime: string): boolean {
  return /^[0-9]{14}$/.test(exitTime) && exitTime >= entryTime
}

/** Right-aligned behind zeros, as bytes or as digits (reference card 2.6). */
function vehicleOf(field: string): string {
  return field.replace(/^[\0 ]+/, '')
}
