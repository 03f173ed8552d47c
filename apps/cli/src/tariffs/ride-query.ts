import type { RideExample, RideQuery, RideQuote } from '@unifare/console'
import { instantFromDigits, UnifareError } from '@unifare/core'
import {
  byStatedDistance,
  type CompiledTariff,
  FARE_MEDIA,
  FARE_MODES,
  type FarePicture,
  faresErrors,
  price,
  type Ride,
  type Tariff,
} from '@unifare/fares'

/** A Wednesday of spring without a holiday: what is asked for is a workday's price. */
const WORKDAY = '20260415'
const MINUTE_MS = 60_000
/** The ride before, where one is told: two yuan, ended ten minutes before, half an hour long. */
const BEFORE = { paidFen: 200, endedMinutes: 10, lastedMinutes: 30 } as const
const MOST_M = 500_000

const USUAL: RideQuery = {
  medium: 'card',
  riderClass: 'adult',
  issuer: 'local',
  enter: '08:30',
  distanceM: 8_000,
  minutes: 30,
  stops: 5,
  monthFen: 0,
  after: '',
}

/** Reads the ride that an address asks a price for; what it leaves out is an adult's usual ride. */
export function parseRideQuery(asked: Readonly<Record<string, string>>): RideQuery {
  const whole = (name: 'distanceM' | 'minutes' | 'stops' | 'monthFen', most: number) => {
    const text = asked[name]
    if (text === undefined) return USUAL[name]
    const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN
    if (!(value <= most)) throw bad(name, text)
    return value
  }
  const oneOf = <T extends string>(name: keyof RideQuery, values: readonly T[], usual: T): T => {
    const text = asked[name] ?? usual
    const found = values.find((value) => value === text)
    if (found === undefined) throw bad(name, text)
    return found
  }
  const enter = asked['enter'] ?? USUAL.enter
  if (!/^([01]\d|2[0-3]):[0-5]\d$/.test(enter)) throw bad('enter', enter)
  return {
    medium: oneOf('medium', FARE_MEDIA, USUAL.medium),
    riderClass: asked['riderClass'] ?? USUAL.riderClass,
    issuer: oneOf('issuer', ['local', 'visitor'] as const, USUAL.issuer),
    enter,
    distanceM: whole('distanceM', MOST_M),
    minutes: whole('minutes', 24 * 60),
    stops: whole('stops', 1_000),
    monthFen: whole('monthFen', 10_000_000),
    after: oneOf('after', ['', ...FARE_MODES], ''),
  }
}

function bad(name: string, text: string): UnifareError {
  return new UnifareError('fares.bad-journeys', `${name} cannot be ${JSON.stringify(text)}`)
}

/** Prices a ride by what it states, whatever the stations: ladders go by the distance told. */
export function quoteRide(compiled: CompiledTariff, query: RideQuery): RideQuote {
  const { tariff } = compiled
  const priced = price(byStatedDistance(compiled), rideOf(tariff, query))
  if (!priced.ok) return { ok: false, code: priced.code, ...faresErrors[priced.code] }
  return {
    ok: true,
    amountFen: priced.amountFen,
    parts: priced.parts.map(({ rule, amountFen, textZh, textEn, source }) => ({
      rule,
      amountFen,
      zh: textZh,
      en: textEn,
      source,
    })),
    alternatives: priced.alternatives ?? [],
  }
}

/** The ride that a query asks about, on a workday. */
export function rideOf({ modes, city }: Tariff, query: RideQuery): Ride {
  const { medium, riderClass, issuer, enter, distanceM, minutes, stops, monthFen, after } = query
  const enterAt = instantFromDigits(`${WORKDAY}${enter.replace(':', '')}00`)
  const exitAt = enterAt + minutes * MINUTE_MS
  const before = FARE_MODES.find((mode) => mode === after)
  const endAt = enterAt - BEFORE.endedMinutes * MINUTE_MS
  return {
    mode: modes[0] ?? 'bus',
    at: exitAt,
    entry: { station: 1, at: enterAt },
    exit: { station: 2, at: exitAt },
    distanceM,
    durationS: minutes * 60,
    stops,
    medium,
    riderClass,
    issuer: { institution: '', division: issuer === 'local' ? city : '' },
    monthToDate: { trips: monthFen === 0 ? 0 : 1, paidFen: monthFen, baseFen: monthFen },
    spent: { dayFen: 0, weekFen: 0, monthFen },
    ...(before === undefined
      ? {}
      : {
          previous: {
            mode: before,
            startAt: endAt - BEFORE.lastedMinutes * MINUTE_MS,
            endAt,
            paidFen: BEFORE.paidFen,
            transfers: 0,
          },
        }),
  }
}

/** Rides that show what a tariff does: near and far, local and from elsewhere, its discounts. */
export function exampleRides(
  compiled: CompiledTariff,
  picture: FarePicture,
): readonly RideExample[] {
  if (picture.kind === 'table') return []
  const { accumulation, transfers = [], discounts } = compiled.tariff
  const [near, middle, far] = measuresOf(picture)
  const classed = discounts.find(({ when }) => when.riderClasses !== undefined)?.when
  const month = accumulation[0]?.steps.at(1) ?? accumulation[0]?.steps[0]
  const after = transfers[0]?.from.modes?.[0] ?? compiled.tariff.modes[0] ?? ''
  const queries: RideQuery[] = [
    { ...USUAL, ...near },
    { ...USUAL, ...middle },
    { ...USUAL, ...middle, issuer: 'visitor' },
    { ...USUAL, ...middle, medium: 'code' },
    { ...USUAL, ...far },
    ...(classed?.riderClasses?.[0] === undefined
      ? []
      : [{ ...USUAL, ...middle, riderClass: classed.riderClasses[0] }]),
    ...(month === undefined ? [] : [{ ...USUAL, ...middle, monthFen: month.fromFen }]),
    ...(transfers.length === 0 ? [] : [{ ...USUAL, ...middle, after }]),
  ]
  const different = new Map(queries.map((query) => [JSON.stringify(query), query]))
  return [...different.values()].map((query) => ({ query, quote: quoteRide(compiled, query) }))
}

type Measure = Pick<RideQuery, 'distanceM' | 'minutes' | 'stops'>

/** A ride in the first step, one in a middle one and one in the last. */
function measuresOf(picture: FarePicture): readonly [Measure, Measure, Measure] {
  if (picture.kind !== 'steps') return [USUAL, USUAL, USUAL]
  const { steps, unit } = picture
  const inside = (at: number) => {
    const [from, upto] = [steps[at - 1]?.upto ?? 0, steps[at]?.upto ?? 1]
    return ridden(unit, (from + upto) / 2)
  }
  const last = steps.length - 1
  return [inside(0), inside(Math.min(2, last)), inside(Math.min(last, 5))]
}

function ridden(unit: (FarePicture & { kind: 'steps' })['unit'], measure: number): Measure {
  switch (unit) {
    case 'm': {
      const distanceM = Math.max(100, Math.round(measure / 100) * 100)
      // Stops and all, a city's line makes half a kilometre a minute.
      return { distanceM, minutes: Math.ceil(distanceM / 500), stops: Math.ceil(distanceM / 1_500) }
    }
    case 's':
      return { ...USUAL, minutes: Math.max(1, Math.round(measure / 60)) }
    case 'stops':
      return { ...USUAL, stops: Math.max(1, Math.round(measure)) }
  }
}
