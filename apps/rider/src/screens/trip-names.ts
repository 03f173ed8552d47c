import type { RiderTrip as Trip } from '@unifare/rider'
import type { TripEnd } from '@unifare/tap'
import { useText } from '../i18n/language.tsx'
import { modeTexts, tripTexts } from '../i18n/trip-texts.ts'
import { type Members, placeName } from '../wallet/members.ts'

/** How trips are called, in the page's language and with the names that the members give. */
export interface TripNames {
  /** Who carried. */
  title(trip: Pick<Trip, 'operator' | 'mode'>): string
  /** From where to where, as far as it is known. */
  way(trip: Trip): string
  place(trip: Trip, end: TripEnd): string
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
  }
  return names
}
