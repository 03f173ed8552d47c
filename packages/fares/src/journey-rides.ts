import type { Instant } from '@unifare/core'
import type { AccountRide } from './account.ts'
import type { CompiledTariff } from './compile.ts'
import { localTime } from './gtfs/local-time.ts'
import { badJourneys, type JourneyInput, type LegInput } from './journeys.ts'
import type { Tariff } from './tariff.ts'
import { FARE_MEDIA, FARE_MODES, type FareMedium, type FareMode } from './words.ts'

/** The same tariff with its ladders over the distance and the stops that a ride states. */
export function overDistance(tariff: Tariff): Tariff {
  return {
    ...tariff,
    network: null,
    rules: tariff.rules.map((rule) => {
      const when = withoutJourney(rule.when)
      switch (rule.base.kind) {
        case 'distance-ladder':
          return { ...rule, when, base: { ...rule.base, distance: 'ride' } }
        case 'stop-ladder':
          return { ...rule, when, base: { ...rule.base, stops: 'ride' } }
        case 'flat':
        case 'table':
        case 'metered':
        case 'elapsed-ladder':
          return rule
      }
    }),
  }
}

function withoutJourney(when: Tariff['rules'][number]['when']): Tariff['rules'][number]['when'] {
  const { journey, ...rest } = when
  return journey === 'closed' ? rest : when
}

/** The mode that a leg's route begins with. */
export function modeOf({ route }: LegInput, path: string): FareMode {
  const mode = FARE_MODES.find((one) => one === route.split('/')[0])
  if (mode === undefined) {
    const message = `"${route}" begins with no mode: ${FARE_MODES.join(', ')}`
    throw badJourneys({ path: `${path}.route`, rule: 'mode', message })
  }
  return mode
}

/** A leg as a ride under a tariff; names of stations are looked up in its network. */
export function rideOf(
  journey: JourneyInput,
  leg: LegInput,
  at: { readonly path: string; readonly mode: FareMode; readonly compiled: CompiledTariff },
): AccountRide {
  const { path, mode, compiled } = at
  const enter = instantOf(leg.enter, path)
  const exit = leg.exit === undefined ? undefined : instantOf(leg.exit, path)
  const line = Number(leg.route.split('/')[1] ?? Number.NaN)
  const from = stationOf(compiled, leg.from, `${path}.from`)
  const to = stationOf(compiled, leg.to, `${path}.to`)
  const { distanceM, stops, meterFen } = leg
  return {
    mode,
    ...(Number.isSafeInteger(line) ? { line } : {}),
    at: exit ?? enter,
    ...(from !== undefined && to !== undefined
      ? { entry: { station: from, at: enter }, exit: { station: to, at: exit ?? enter } }
      : {}),
    ...(exit === undefined ? {} : { durationS: Math.max(0, Math.floor((exit - enter) / 1000)) }),
    ...(distanceM === undefined ? {} : { distanceM }),
    ...(stops === undefined ? {} : { stops }),
    ...(meterFen === undefined ? {} : { meterFen }),
    medium: mediumOf(journey, path),
    riderClass: journey.class ?? 'adult',
    issuer: { institution: '', division: divisionOf(journey, compiled.tariff, path) },
  }
}

function mediumOf({ medium: named = 'card' }: JourneyInput, path: string): FareMedium {
  const medium = FARE_MEDIA.find((one) => one === named)
  if (medium !== undefined) return medium
  const message = `"${named}" is no medium: ${FARE_MEDIA.join(', ')}`
  throw badJourneys({ path: `${ofJourney(path)}.medium`, rule: 'medium', message })
}

function divisionOf({ issuer = 'visitor' }: JourneyInput, { city }: Tariff, path: string): string {
  if (issuer === 'local') return city
  if (issuer === 'visitor') return ''
  if (/^\d{6}$/.test(issuer)) return issuer
  const message = `"${issuer}" is no issuer: local, visitor or the six digits of its city`
  throw badJourneys({ path: `${ofJourney(path)}.issuer`, rule: 'issuer', message })
}

/** `[0]` of `[0].legs[1]`. */
function ofJourney(path: string): string {
  return path.slice(0, path.indexOf('.'))
}

function stationOf(
  { network }: CompiledTariff,
  place: string | number | undefined,
  path: string,
): number | undefined {
  if (place === undefined || typeof place === 'number') return place
  const found = network?.stations.find(
    ({ id, nameZh, nameEn }) => place === nameZh || place === nameEn || place === String(id),
  )
  if (found === undefined) {
    throw badJourneys({ path, rule: 'station', message: `no station "${place}"` })
  }
  return found.id
}

/** China has one zone; a time without an offset is meant there. */
const ZONE = 'Asia/Shanghai'

export function instantOf(time: string, path: string): Instant {
  try {
    return localTime(/(Z|[+-]\d\d:\d\d)$/.test(time) ? time : `${time}+08:00`, ZONE).instant
  } catch {
    throw badJourneys({ path, rule: 'time', message: `"${time}" is no time YYYY-MM-DDTHH:MM` })
  }
}
