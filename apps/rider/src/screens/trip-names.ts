import { useText } from '@unifare/language'
import type { RiderTrip as Trip } from '@unifare/rider'
import type { TripEnd } from '@unifare/tap'
import { boardedTexts, modeTexts, tripMeanings, tripStates, tripTexts } from '../i18n/trip-texts.ts'
import { hasGate, standing } from '../state/trip-list.ts'
import { type Members, placeName } from '../wallet/members.ts'

/** How trips are called, in the page's language and with the names that the members give. */
export interface TripNames {
  /** Who carried. */
  title(trip: Pick<Trip, 'operator' | 'mode'>): string
  /** From where to where, as far as it is known. */
  way(trip: Trip): string
  place(trip: Trip, end: TripEnd): string
  /** Where it stands, in a word. */
  state(trip: Trip): string
  /** The same in a sentence. */
  meaning(trip: Trip): string
}

/** Names of trips by what is known of the members. */
export function useTripNames(members: Members | null): TripNames {
  const text = useText()
  const names: TripNames = {
    title({ operator, mode }) {
      const member = members?.operators.find(({ id }) => id === operator)
      const known: Readonly<Record<string, { zh: string; en: string }>> = modeTexts
      const fallback = known[mode] ?? { zh: mode, en: mode }
      return member === undefined ? text(fallback) : text({ zh: member.nameZh, en: member.nameEn })
    },
    way(trip) {
      const ends = [trip.entry, trip.exit].flatMap((end) => (end === null ? [] : [end]))
      const places = ends.map((end) => names.place(trip, end))
      return [...new Set(places)].join(' → ')
    },
    place({ operator, mode }, end) {
      const station = members === null ? undefined : text(placeName(members, operator, end))
      const line = text(mode === 'bus' ? tripTexts.route : tripTexts.line)(String(end.line))
      return station || line
    },
    state(trip) {
      const state = standing(trip)
      const onBoard = state === 'inside' && !hasGate(trip)
      return text(onBoard ? boardedTexts.state : tripStates[state])
    },
    meaning(trip) {
      const state = standing(trip)
      const onBoard = state === 'inside' && !hasGate(trip)
      return text(onBoard ? boardedTexts.meaning : tripMeanings[state])
    },
  }
  return names
}
