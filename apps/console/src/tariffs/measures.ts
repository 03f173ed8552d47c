import type { FarePicture, RideQuery } from '../model-tariffs.ts'

/** What a stepped fare goes by, as it is shown. */
export interface Measure {
  /** Field of a ride that holds it. */
  readonly field: 'distanceM' | 'minutes' | 'stops'
  /** Units of the picture in one that is shown: metres in a kilometre, seconds in a minute. */
  readonly perShown: number
  /** Steps of its slider, as shown. */
  readonly step: number
}

const MEASURES = {
  m: { field: 'distanceM', perShown: 1_000, step: 0.1 },
  s: { field: 'minutes', perShown: 60, step: 1 },
  stops: { field: 'stops', perShown: 1, step: 1 },
} as const satisfies Record<(FarePicture & { kind: 'steps' })['unit'], Measure>

/** How a picture's measure is shown; undefined where the fare goes by none. */
export function measureOf(picture: FarePicture | undefined): Measure | undefined {
  return picture?.kind === 'steps' ? MEASURES[picture.unit] : undefined
}

/** A ride's measure as it is shown. */
export function shownMeasure(query: RideQuery, { field, perShown }: Measure): number {
  return field === 'distanceM' ? query.distanceM / perShown : query[field]
}

/** The ride with another measure, as typed; a longer way takes longer. */
export function withMeasure(query: RideQuery, { field }: Measure, shown: number): RideQuery {
  switch (field) {
    case 'distanceM': {
      const distanceM = Math.round(shown * 1_000)
      return { ...query, distanceM, minutes: Math.ceil(distanceM / 500) }
    }
    case 'minutes':
      return { ...query, minutes: Math.round(shown) }
    case 'stops':
      return { ...query, stops: Math.round(shown) }
  }
}

/** Where a picture ends, in its own unit. */
export function endOf(pictures: readonly FarePicture[]): number {
  const ends = pictures.map((one) => (one.kind === 'steps' ? (one.steps.at(-1)?.upto ?? 0) : 0))
  return Math.max(0, ...ends)
}

/** Points of a stepped line, in the picture's own unit; a flat fare is one step. */
export function pointsOf(
  picture: FarePicture,
): readonly { readonly x: number; readonly y: number }[] {
  switch (picture.kind) {
    case 'flat':
      return [{ x: 0, y: picture.amountFen }]
    case 'steps':
      return picture.steps.map(({ amountFen }, at) => ({
        x: picture.steps[at - 1]?.upto ?? 0,
        y: amountFen,
      }))
    case 'table':
      return []
  }
}

/** A ride as the parameters of an address. */
export function rideParameters(query: RideQuery): string {
  const entries = Object.entries(query).map(([name, value]) => [name, String(value)])
  return new URLSearchParams(entries as [string, string][]).toString()
}

/** A change in percent of what was, as text with its sign; empty where nothing was. */
export function percentOf(changeFen: number, beforeFen: number): string {
  if (beforeFen === 0) return ''
  const tenths = Math.round((changeFen * 1000) / beforeFen)
  const sign = tenths > 0 ? '+' : tenths < 0 ? '−' : ''
  return `${sign}${(Math.abs(tenths) / 10).toFixed(1)}%`
}

/** Rides of one price in a row, counted from 1: a month as a table. */
export function fareRuns(
  faresFen: readonly number[],
): readonly { readonly from: number; readonly to: number; readonly fareFen: number }[] {
  const runs: { from: number; to: number; fareFen: number }[] = []
  for (const [at, fareFen] of faresFen.entries()) {
    const last = runs.at(-1)
    if (last?.fareFen === fareFen) last.to = at + 1
    else runs.push({ from: at + 1, to: at + 1, fareFen })
  }
  return runs
}
