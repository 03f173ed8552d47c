import { useText } from './i18n/language.tsx'
import { rideTexts } from './i18n/ride-texts.ts'
import { shellTexts } from './i18n/shell-texts.ts'
import { CityPanel } from './map/city-panel.tsx'
import type { Overview } from './model.ts'
import { RideDetail } from './rides/ride-detail.tsx'
import { RideList } from './rides/ride-list.tsx'
import { SettlementSection } from './settlement/settlement-section.tsx'
import { Banner } from './shell/banner.tsx'
import { Header } from './shell/header.tsx'
import { reveal } from './shell/reveal.ts'
import { Nothing, Waiting } from './shell/states.tsx'
import type { PageEvent, PageState } from './state/page-state.ts'
import { usePage } from './state/use-page.ts'

/** The one page of a running network. */
export function Page() {
  const [state, send] = usePage()
  const { overview, link } = state
  const t = useText()
  return (
    <>
      <a class="skip" href="#settlement">
        {t(shellTexts.skip)}
      </a>
      <Header overview={overview} />
      <Banner lost={link === 'lost' && overview !== null} />
      <main>
        {overview === null ? (
          <Waiting lost={link === 'lost'} />
        ) : (
          <Network state={state} overview={overview} send={send} />
        )}
      </main>
    </>
  )
}

function Network({
  state,
  overview,
  send,
}: {
  readonly state: PageState
  readonly overview: Overview
  readonly send: (event: PageEvent) => void
}) {
  const t = useText()
  const { city, tap, ride } = state
  return (
    <>
      <div class="ink hero">
        <CityPanel
          overview={overview}
          city={city}
          onCity={(chosen) => send({ kind: 'choose-city', city: chosen })}
        />
        <RideList
          overview={overview}
          tap={tap}
          city={city}
          onTap={(chosen) => {
            send({ kind: 'choose-tap', tap: chosen })
            reveal('ride')
          }}
          onAllCities={() => send({ kind: 'choose-city', city: null })}
        />
      </div>
      <section class="sheet" id="ride" aria-labelledby="ride-title">
        {tap === null ? (
          <>
            <h2 id="ride-title">{t(rideTexts.detail)}</h2>
            <Nothing title={t(rideTexts.choose)} next={t(rideTexts.detailLead)} />
          </>
        ) : (
          <RideDetail tap={tap} ride={ride} overview={overview} />
        )}
      </section>
      <SettlementSection overview={overview} />
    </>
  )
}
