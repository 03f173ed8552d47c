import { toHex } from '@unifare/core'
import { decodeBus } from '../files/bus-record.ts'
import { isEmptyRecord } from '../files/card-files.ts'
import { cardTime } from '../files/card-time.ts'
import {
  BUS_STATUS,
  COMPOSITE_ID,
  compositeLayout,
  isOpenRailTrip,
  railLayout,
} from '../files/composite-records.ts'
import { bicycleLayout, isOpenHire, rentalLayout } from '../files/own-records.ts'
import { parseStationField } from '../files/travel-place.ts'
import { compositeFields, type FieldTexts } from './composite-fields.ts'
import type { CardNames, CodeName } from './names.ts'
import type { Part, Parts } from './parts.ts'
import type { ProblemList } from './problems.ts'
import { codeOf, terminalOf } from './trips.ts'

/** A record of EF 1A: its fields, and all its bytes. */
export interface InspectedComposite {
  /** `2701`. */
  readonly id: string
  readonly status: number
  readonly locked: boolean
  readonly fields: FieldTexts
  readonly raw: string
}

/** A trip that was begun and not ended. */
export interface OpenTrip {
  readonly mode: 'metro' | 'bus' | 'rental' | 'bicycle'
  readonly time: string | null
  readonly city: string | null
  readonly cityName: CodeName | null
  readonly acceptor: string | null
  readonly acceptorName: CodeName | null
  readonly terminal: string
  readonly line: number | null
  readonly station: number | null
  /** As the card keeps the place. */
  readonly place: string
  /** What it costs when it is never ended; on a bus the amount to recover. */
  readonly maxFareFen: number
  readonly status: number
}

/** What EF 1A tells. */
export interface CompositeFacts {
  readonly composites: readonly InspectedComposite[]
  readonly openRailTrip: OpenTrip | null
  readonly openBusTrip: OpenTrip | null
  readonly openHires: readonly OpenTrip[]
}

interface Context {
  readonly names: CardNames
  readonly problems: ProblemList
}

const HEAD_BYTES = 15

/** Records of EF 1A that exist, and the trips that they leave open. */
export function compositesOf(parts: Parts, context: Context): CompositeFacts {
  const records = (parts.files.get('1A') ?? [])
    .filter(({ bytes }) => !isEmptyRecord(bytes))
    .map((part) => named(part, context.problems))
  const open = records.flatMap((record) => openTrip(record, context))
  const first = (mode: OpenTrip['mode']) => open.find((trip) => trip.mode === mode) ?? null
  return {
    composites: records.map(({ id, part }) => {
      const head = compositeLayout.decode(part.bytes)
      return {
        id,
        status: head.status,
        locked: head.lock !== 0,
        fields: compositeFields(part.bytes),
        raw: toHex(part.bytes),
      }
    }),
    openRailTrip: first('metro'),
    openBusTrip: first('bus'),
    openHires: open.filter(({ mode }) => mode === 'rental' || mode === 'bicycle'),
  }
}

interface Named {
  readonly id: string
  readonly part: Part
}

/** The record's own id counts; a dump that names it otherwise is told. */
function named(part: Part, problems: ProblemList): Named {
  if (part.bytes.length < HEAD_BYTES) {
    problems.add('inspect.wrong-length', part.where, toHex(part.bytes))
  }
  const id = toHex(part.bytes.subarray(0, 2))
  if (/^[0-9A-F]{4}$/.test(part.key) && part.key !== id) {
    problems.add('inspect.wrong-id', part.where, id)
  }
  return { id, part }
}

function openTrip({ id, part }: Named, context: Context): OpenTrip[] {
  const trip = openFields(Number.parseInt(id, 16), part.bytes)
  if (!trip) return []
  const { names, problems } = context
  const city = codeOf(trip.city, `${part.where}.city`, problems)
  const acceptor = codeOf(trip.institution.slice(0, 8), `${part.where}.acceptor`, problems)
  const time = cardTime(trip.time)
  if (time === null) problems.add('inspect.no-such-time', `${part.where}.time`, trip.time)
  return [
    {
      mode: trip.mode,
      time,
      city,
      cityName: (city !== null && names.city(city)) || null,
      acceptor,
      acceptorName: (acceptor !== null && names.institution(acceptor)) || null,
      terminal: terminalOf(trip.terminal),
      line: trip.line,
      station: trip.station,
      place: trip.place,
      maxFareFen: trip.maxFareFen,
      status: trip.status,
    },
  ]
}

interface OpenFields extends Pick<OpenTrip, 'mode' | 'line' | 'station' | 'place'> {
  readonly time: string
  readonly city: string
  readonly institution: string
  readonly terminal: string
  readonly maxFareFen: number
  readonly status: number
}

/** Where each kind of record keeps the beginning of a trip; undefined when none is open. */
function openFields(id: number, bytes: Uint8Array): OpenFields | undefined {
  switch (id) {
    case COMPOSITE_ID.rail:
      return openRail(bytes)
    case COMPOSITE_ID.bus:
      return openBus(bytes)
    case COMPOSITE_ID.rental:
    case COMPOSITE_ID.bicycle:
      return openHire(id, bytes)
    default:
      return undefined
  }
}

function openRail(bytes: Uint8Array): OpenFields | undefined {
  const rail = railLayout.decode(bytes)
  if (!isOpenRailTrip(rail)) return undefined
  return {
    mode: 'metro',
    time: rail.entryTime,
    city: rail.entryCity,
    institution: rail.entryInstitution,
    terminal: rail.entryTerminal,
    ...placeOf(rail.entryStation),
    maxFareFen: rail.maxFareFen,
    status: rail.status,
  }
}

function openBus(bytes: Uint8Array): OpenFields | undefined {
  const { version, bus } = decodeBus(bytes)
  if (bus.status !== BUS_STATUS.onBoard) return undefined
  const start = {
    mode: 'bus',
    time: bus.boardingTime,
    city: bus.boardingCity,
    institution: bus.boardingInstitution,
    terminal: bus.boardingTerminal,
    status: bus.status,
  } as const
  if (version === 'A') {
    const { line, maxFareFen } = bus
    return { ...start, line, station: null, place: bus.boardingStop, maxFareFen }
  }
  const { boardingLine: line, boardingStop: station, markedFen: maxFareFen } = bus
  return { ...start, line, station, place: bus.boardingVehicle.replace(/^[\0 ]+/, ''), maxFareFen }
}

function openHire(id: number, bytes: Uint8Array): OpenFields | undefined {
  const rental = id === COMPOSITE_ID.rental
  const hire = (rental ? rentalLayout : bicycleLayout).decode(bytes)
  if (!isOpenHire(hire)) return undefined
  return {
    mode: rental ? 'rental' : 'bicycle',
    time: hire.rentTime,
    city: hire.rentCity,
    institution: hire.rentInstitution,
    terminal: hire.rentTerminal,
    ...placeOf(hire.rentStation),
    maxFareFen: hire.maxFareFen,
    status: hire.status,
  }
}

/** Our numbering where it is ours, the field as it stands where it is not. */
function placeOf(field: string) {
  const known = parseStationField(field)
  return { line: known?.line ?? null, station: known?.station ?? null, place: field }
}
