import { useLanguage, useText } from '@unifare/language'
import { clockTime, money, shortTime } from '../format/format.ts'
import { tripStates, tripTexts } from '../i18n/trip-texts.ts'
import { useApp, useRiderState } from '../state/context.tsx'
import { standing, type TripLine } from '../state/trip-list.ts'
import { useTripNames } from './trip-names.ts'

/** One line of the list of trips: what, where, how it stands, how much. */
export function TripLineRow({ line }: { readonly line: TripLine }) {
  const app = useApp()
  const { language } = useLanguage()
  const { members } = useRiderState()
  const text = useText()
  const names = useTripNames(members)
  const time = shortTime(line.at, app.now(), language)
  if (line.kind === 'showing') {
    const { from, to } = line.showing
    const shown =
      clockTime(from) === clockTime(to)
        ? text(tripTexts.shownAt)(time)
        : text(tripTexts.shown)(time, clockTime(to))
    return (
      <a class="trip-line" data-state="not-uploaded" href={`#trip=showing-${from}`}>
        <span class="trip-what">{shown}</span>
        <span class="trip-state">{text(tripStates['not-uploaded'])}</span>
      </a>
    )
  }
  const { trip } = line
  return (
    <a
      class="trip-line"
      data-state={standing(trip)}
      href={`#trip=${encodeURIComponent(trip.journey)}`}
    >
      <span class="trip-what">{names.title(trip)}</span>
      <span class="trip-amount">{trip.amountFen === null ? '' : money(trip.amountFen)}</span>
      <span class="trip-where">{[time, names.way(trip)].filter(Boolean).join(' · ')}</span>
      <span class="trip-state">{names.state(trip)}</span>
    </a>
  )
}
