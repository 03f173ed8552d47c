import { useText } from '@unifare/language'
import { rideTexts } from './i18n/ride-texts.ts'
import { shellTexts } from './i18n/shell-texts.ts'
import { CityPanel } from './map/city-panel.tsx'
import type { Overview } from './model.ts'
import { lazyPage } from './pages/lazy.tsx'
import { RideDetail } from './rides/ride-detail.tsx'
import { RideList } from './rides/ride-list.tsx'
import { SettlementSection } from './settlement/settlement-section.tsx'
import { Banner } from './shell/banner.tsx'
import { Header } from './shell/header.tsx'
import { PageLinks } from './shell/page-links.tsx'
import { reveal } from './shell/reveal.ts'
import { Nothing, Waiting } from './shell/states.tsx'
import type { PageEvent, PageState } from './state/page-state.ts'
import { usePage } from './state/use-page.ts'
import { useView } from './state/use-view.ts'
import type { View } from './state/view.ts'

const CentrePage = lazyPage(async () => {
  const { CentrePage: page } = await import('./centre/centre-page.tsx')
  return page
})
const ExposurePage = lazyPage(async () => {
  const { ExposurePage: page } = await import('./exposure/exposure-page.tsx')
  return page
})
const TariffsPage = lazyPage(async () => {
  const { TariffsPage: page } = await import('./tariffs/tariffs-page.tsx')
  return page
})

/** The pages of a running network: its day, its centre, its tariffs, what offline acceptance can cost. */
export function Page() {
  const [state, send] = usePage()
  const view = useView()
  const { overview, link } = state
  const t = useText()
  return (
    <>
      {view.page === 'day' && (
        <a class="skip" href="#settlement">
          {t(shellTexts.skip)}
        </a>
      )}
      <Header overview={overview} />
      <PageLinks page={view.page} />
      <Banner lost={link === 'lost' && overview !== null} />
      <main>
        <Content view={view} state={state} send={send} />
      </main>
    </>
  )
}

interface ContentProps {
  readonly view: View
  readonly state: PageState
  readonly send: (event: PageEvent) => void
}

function Content({ view, state, send }: ContentProps) {
  const { overview, link } = state
  switch (view.page) {
    case 'centre':
      return <CentrePage />
    case 'tariffs':
      return <TariffsPage parameters={view.parameters} />
    case 'exposure':
      return <ExposurePage />
    case 'day':
      return overview === null ? (
        <Waiting lost={link === 'lost'} />
      ) : (
        <Network state={state} overview={overview} send={send} />
      )
  }
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
