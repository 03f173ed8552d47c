import { useLanguage, useText } from '@unifare/language'
import { shortTime } from '../format/format.ts'
import { tripTexts } from '../i18n/trip-texts.ts'
import { useApp, useRiderState } from '../state/context.tsx'
import { tripLines } from '../state/trip-list.ts'
import { TripLineRow } from './trip-line-row.tsx'

/** Every trip with its true state, and how old the news is. */
export function TripsScreen() {
  const app = useApp()
  const { news, showings } = useRiderState()
  const text = useText()
  const lines = tripLines({ trips: news?.trips ?? [], showings, now: app.now(), shownNow: false })
  return (
    <section>
      <h1>{text(tripTexts.trips)}</h1>
      <NewsAge />
      {lines.length === 0 ? (
        <p class="quiet">
          {text(tripTexts.none)}
          <br />
          {text(tripTexts.noneWhy)}
        </p>
      ) : (
        <ul class="trip-list">
          {lines.map((line) => (
            <li key={line.kind === 'trip' ? line.trip.journey : line.at}>
              <TripLineRow line={line} />
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}

/** When the page last heard of the trips; offline it says what it cannot know. */
export function NewsAge() {
  const app = useApp()
  const { news, connected } = useRiderState()
  const { language } = useLanguage()
  const text = useText()
  const time = news === null ? null : shortTime(news.at, app.now(), language)
  if (connected !== false) {
    return <p class="small">{time === null ? '' : text(tripTexts.newsAt)(time)}</p>
  }
  return (
    <p class="unknown">
      <strong>{text(tripTexts.unknownYet)}</strong>{' '}
      {time === null ? text(tripTexts.unknownAll) : text(tripTexts.unknownSince)(time)}
    </p>
  )
}
