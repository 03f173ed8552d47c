import { useLanguage, useText } from '@unifare/language'
import type { RiderTrip } from '@unifare/rider'
import type { ComponentChildren } from 'preact'
import { money, shortTime } from '../format/format.ts'
import { pageTexts } from '../i18n/page-texts.ts'
import { speakers } from '../i18n/people-texts.ts'
import { reasonText } from '../i18n/reason-texts.ts'
import { moneyStates, tripMeanings, tripStates, tripTexts } from '../i18n/trip-texts.ts'
import { useApp, useRiderState } from '../state/context.tsx'
import { standing } from '../state/trip-list.ts'
import { GateShut } from './gate-shut.tsx'
import { MissingStation } from './missing-station.tsx'
import { useTripNames } from './trip-names.ts'
import { NewsAge } from './trips-screen.tsx'

const SHOWING = 'showing-'

/** One trip: where it stands and since when, what it costs and why. */
export function TripScreen({ id }: { readonly id: string }) {
  const { news } = useRiderState()
  const text = useText()
  const trip = news?.trips.find(({ journey }) => journey === id)
  return (
    <section class="trip">
      <p>
        <a class="back" href="#trips">
          ‹ {text(tripTexts.trips)}
        </a>
      </p>
      {id.startsWith(SHOWING) ? (
        <State
          state="not-uploaded"
          at={Number(id.slice(SHOWING.length))}
          name={text(tripStates['not-uploaded'])}
          meaning={text(tripMeanings['not-uploaded'])}
        />
      ) : trip === undefined ? (
        <p class="quiet">{text(tripTexts.unknownYet)}</p>
      ) : (
        <KnownTrip trip={trip} />
      )}
      <NewsAge />
      <p class="bottom">
        <a class="main-action" href="#">
          {text(pageTexts.tabCode)}
        </a>
      </p>
    </section>
  )
}

function KnownTrip({ trip }: { readonly trip: RiderTrip }) {
  const app = useApp()
  const { language } = useLanguage()
  const { members } = useRiderState()
  const text = useText()
  const names = useTripNames(members)
  const when = (at: number) => shortTime(at, app.now(), language)
  const { entry, exit, amountFen, reason, corrected } = trip
  return (
    <>
      <h1>{names.title(trip)}</h1>
      <State
        state={standing(trip)}
        at={trip.since}
        name={names.state(trip)}
        meaning={names.meaning(trip)}
      />
      <dl class="facts">
        {reason !== null && <Fact name={text(tripTexts.reason)}>{text(reasonText(reason))}</Fact>}
        {entry !== null && (
          <Fact name={text(tripTexts.from)}>
            {names.place(trip, entry)} · {when(entry.at)}
          </Fact>
        )}
        {exit !== null && (
          <Fact name={text(tripTexts.to)}>
            {names.place(trip, exit)} · {when(exit.at)}
          </Fact>
        )}
        <Fact name={text(tripTexts.saidBy)}>{text(speakers[trip.saidBy])}</Fact>
        {trip.settlement !== null && (
          <Fact name={text(tripTexts.payment)}>{text(moneyStates[trip.settlement])}</Fact>
        )}
      </dl>
      <MissingStation trip={trip} />
      <GateShut trip={trip} />
      <h2>{text(tripTexts.price)}</h2>
      <dl class="facts price">
        {trip.parts.map((part) => (
          <Fact key={part.rule} name={text(part)}>
            {money(part.amountFen)}
          </Fact>
        ))}
        <Fact name={text(tripTexts.sum)}>
          <strong>{amountFen === null ? text(tripTexts.openPrice) : money(amountFen)}</strong>
        </Fact>
        {corrected && (
          <Fact name={text(tripTexts.corrected)}>
            <del>{money(corrected.amountFen)}</del>
          </Fact>
        )}
      </dl>
    </>
  )
}

function State(told: {
  readonly state: keyof typeof tripStates
  readonly at: number
  readonly name: string
  readonly meaning: string
}) {
  const app = useApp()
  const { language } = useLanguage()
  const text = useText()
  return (
    <div class="state" data-state={told.state}>
      <p>
        <strong>{told.name}</strong>{' '}
        <span>{text(tripTexts.since)(shortTime(told.at, app.now(), language))}</span>
      </p>
      <p>{told.meaning}</p>
    </div>
  )
}

function Fact({ name, children }: { readonly name: string; readonly children: ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  )
}
