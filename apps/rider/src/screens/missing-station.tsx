import { useLanguage, useText } from '@unifare/language'
import { mayStateStation, type RiderTrip } from '@unifare/rider'
import { useId, useState } from 'preact/hooks'
import { shortTime } from '../format/format.ts'
import { reasonText } from '../i18n/reason-texts.ts'
import { stationTexts } from '../i18n/station-texts.ts'
import { tripTexts } from '../i18n/trip-texts.ts'
import { useApp, useRiderState } from '../state/context.tsx'
import { placeName, type Station, stationsOf } from '../wallet/members.ts'

/** The end that no record tells: what the rider said of it, and the list to say it from. */
export function MissingStation({ trip }: { readonly trip: RiderTrip }) {
  const app = useApp()
  const { members } = useRiderState()
  if (trip.missing === null || trip.missing.until === null || members === null) return null
  return (
    <div class="card">
      <Said trip={trip} />
      {mayStateStation(trip, app.now()) ? <StationForm trip={trip} /> : <Closed trip={trip} />}
    </div>
  )
}

/** What became of the rider's last word. */
function Said({ trip }: { readonly trip: RiderTrip }) {
  const { members } = useRiderState()
  const text = useText()
  const stated = trip.missing?.stated ?? null
  if (stated === null || members === null) return null
  const { station, line, state, refused } = stated
  const name = text(placeName(members, trip.operator, { terminal: '', line, station }))
  const place = name || String(station)
  return (
    <p role="status">
      {state === 'refused'
        ? text(stationTexts.refused)(place, text(reasonText(refused ?? '')))
        : text(stationTexts[state])(place)}
    </p>
  )
}

/** Why nothing can be said any more; silent where the rider has said it. */
function Closed({ trip: { missing } }: { readonly trip: RiderTrip }) {
  const app = useApp()
  const { language } = useLanguage()
  const text = useText()
  if (missing === null || missing.until === null || missing.stated?.state === 'taken') return null
  const { until, yearly, used, stated } = missing
  if (app.now() > until) {
    return <p class="small">{text(stationTexts.late)(shortTime(until, app.now(), language))}</p>
  }
  const usedUp = stated?.state !== 'waits' && yearly !== null && used >= yearly
  return usedUp ? <p class="small">{text(stationTexts.usedUp)(String(yearly))}</p> : null
}

function StationForm({ trip }: { readonly trip: RiderTrip }) {
  const app = useApp()
  const { members } = useRiderState()
  const { language } = useLanguage()
  const text = useText()
  const id = useId()
  const [chosen, setChosen] = useState('')
  const [busy, setBusy] = useState(false)
  const { missing, operator, mode, journey } = trip
  if (missing === null || missing.until === null || members === null) return null
  const stations = stationsOf(members, operator, mode)
  const state = async (event: Event) => {
    event.preventDefault()
    const place = stations.find((station) => keyOf(station) === chosen)
    if (place === undefined) return
    setBusy(true)
    await app.order((port) => port.stateStation(journey, place))
    setBusy(false)
  }
  const { end, until, yearly, used } = missing
  const lines = [...new Set(stations.map(({ line }) => line))]
  return (
    <form class="form" onSubmit={(event) => void state(event)}>
      <label for={id}>{text(end === 'exit' ? stationTexts.gotOff : stationTexts.gotOn)}</label>
      <select
        id={id}
        required
        value={chosen}
        onChange={({ currentTarget }) => setChosen(currentTarget.value)}
      >
        <option value="">{text(stationTexts.choose)}</option>
        {lines.map((line) => (
          <optgroup key={line} label={text(tripTexts.line)(String(line))}>
            {stations
              .filter((station) => station.line === line)
              .map((station) => (
                <option key={station.station} value={keyOf(station)}>
                  {station.zh} {station.en}
                </option>
              ))}
          </optgroup>
        ))}
      </select>
      <p class="small">
        {text(stationTexts.until)(shortTime(until, app.now(), language))}
        {yearly !== null && ` ${text(stationTexts.often)(String(used), String(yearly))}`}
      </p>
      <button type="submit" class="second-action" disabled={busy || chosen === ''}>
        {text(stationTexts.say)}
      </button>
    </form>
  )
}

function keyOf({ line, station }: Station): string {
  return `${line}/${station}`
}
