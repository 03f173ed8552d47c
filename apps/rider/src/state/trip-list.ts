import type { Instant } from '@unifare/core'
import type { RiderTrip as Trip } from '@unifare/rider'
import { type Mode, hasGate as modeHasGate } from '@unifare/tap'
import { type Showing, unanswered } from './showings.ts'

/** A line of the list: a trip that somebody reported, or a showing that nobody answered. */
export type TripLine =
  | { readonly kind: 'trip'; readonly at: Instant; readonly trip: Trip }
  | { readonly kind: 'showing'; readonly at: Instant; readonly showing: Showing }

/** Trips and open showings, newest first. The showing on the screen now is left out. */
export function tripLines(options: {
  readonly trips: readonly Trip[]
  readonly showings: readonly Showing[]
  readonly now: Instant
  readonly shownNow: boolean
}): readonly TripLine[] {
  const { trips, now, shownNow } = options
  const showings = shownNow ? options.showings.slice(0, -1) : options.showings
  const open = unanswered(showings, { tapsAt: trips.flatMap(tapTimes), now })
  const lines: TripLine[] = [
    ...trips.map((trip) => ({ kind: 'trip', at: trip.startedAt, trip }) as const),
    ...open.map((showing) => ({ kind: 'showing', at: showing.from, showing }) as const),
  ]
  return lines.sort((a, b) => b.at - a.at)
}

/** Where a trip stands for its rider: what the centre did not settle moves no money, and is void. */
export function standing({ state, settlement }: Trip): Trip['state'] {
  return settlement === 'rejected' ? 'void' : state
}

/** Whether one passes gates: on a bus the rider boards. */
export function hasGate({ mode }: Pick<Trip, 'mode'>): boolean {
  return modeHasGate(mode as Mode)
}

/** Times at which a gate saw a code for this trip. */
function tapTimes({ entry, exit, startedAt }: Trip): readonly Instant[] {
  const ends = [entry, exit].flatMap((end) => (end === null ? [] : [end.at]))
  return ends.length > 0 ? ends : [startedAt]
}
