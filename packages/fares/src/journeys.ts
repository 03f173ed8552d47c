import { UnifareError } from '@unifare/core'
import {
  described,
  type Fault,
  list,
  object,
  optional,
  type Reader,
  readFile,
  text,
  whole,
} from './reader.ts'

/** A journey to be quoted, in the words of `unifare fare quote`. */
export interface JourneyInput {
  /** Whose account it goes on; journeys without one are by somebody new each time. */
  readonly rider?: string
  /** Rider class of the tariff, rider category of the feed; an adult when not given. */
  readonly class?: string
  /** `card` or `code`; a fare medium of the feed. */
  readonly medium?: string
  /** City of the issuer (GB/T 2260), `local` or `visitor`. */
  readonly issuer?: string
  readonly legs: readonly LegInput[]
}

export interface LegInput {
  /** A mode, a mode and line as `metro/2`; a route of the feed. */
  readonly route: string
  /** Id of the tariff, where a city has several for one mode; the first one when not given. */
  readonly tariff?: string
  /** Station by number or name; a stop of the feed. */
  readonly from?: string | number
  readonly to?: string | number
  /** `2026-11-21T08:30` in the zone of tariff or feed, or with an offset. */
  readonly enter: string
  readonly exit?: string
  readonly distanceM?: number
  /** Zones that were passed between, for fares of GTFS version 1 which ask for them. */
  readonly zones?: readonly string[]
  readonly stops?: number
  /** Amount on a taxi's meter. */
  readonly meterFen?: number
}

const place: Reader<string | number> = described(
  (value, path, faults) => {
    if (typeof value === 'string' && value !== '') return value
    if (Number.isSafeInteger(value)) return value as number
    faults.add(path, value === undefined ? 'missing' : 'type', 'a station or stop is needed')
    return ''
  },
  { anyOf: [{ type: 'integer' }, { type: 'string', minLength: 1 }] },
)

const readLeg: Reader<LegInput> = object<LegInput>({
  route: text,
  tariff: optional(text),
  from: optional(place),
  to: optional(place),
  enter: text,
  exit: optional(text),
  distanceM: optional(whole(0)),
  zones: optional(list(text)),
  stops: optional(whole(0)),
  meterFen: optional(whole(0)),
})

const readJourneys: Reader<readonly JourneyInput[]> = list(
  object<JourneyInput>({
    rider: optional(text),
    class: optional(text),
    medium: optional(text),
    issuer: optional(text),
    legs: list(readLeg, 1),
  }),
)

/** Reads a list of journeys; throws `fares.bad-journeys` with all faults in `details.faults`. */
export function parseJourneys(json: unknown): readonly JourneyInput[] {
  return readFile(json, readJourneys, 'fares.bad-journeys')
}

/** The refusal of a list for a reason that its shape does not show. */
export function badJourneys(fault: Fault): UnifareError {
  return new UnifareError('fares.bad-journeys', `${fault.path}: ${fault.message}`, {
    faults: [fault],
  })
}
