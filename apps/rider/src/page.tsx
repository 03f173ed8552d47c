import { useText } from '@unifare/language'
import { useEffect } from 'preact/hooks'
import { pageTexts } from './i18n/page-texts.ts'
import { CodeScreen } from './screens/code-screen.tsx'
import { FreezeScreen } from './screens/freeze-screen.tsx'
import { MeScreen } from './screens/me-screen.tsx'
import { Elsewhere } from './screens/notice-screens.tsx'
import { StartScreen } from './screens/start-screen.tsx'
import { TakeOverScreen } from './screens/take-over-screen.tsx'
import { TripScreen } from './screens/trip-screen.tsx'
import { TripsScreen } from './screens/trips-screen.tsx'
import { WhereScreen } from './screens/where-screen.tsx'
import { Header } from './shell/header.tsx'
import { Tabs } from './shell/tabs.tsx'
import { useRiderState, useRoute } from './state/context.tsx'
import { useNews } from './state/use-news.ts'

/** The whole page: the code, and behind it everything else. */
export function Page({ origin }: { readonly origin: string }) {
  const { phase } = useRiderState()
  const route = useRoute()
  useNews(origin)
  useEffect(() => {
    document.body.dataset['screen'] = phase === 'open' && isCode(route) ? 'code' : 'other'
  }, [phase, route])
  return (
    <div class="page">
      <Header />
      <main class="screen">
        <Screen route={route} />
      </main>
      {phase === 'open' && <Tabs route={route} />}
    </div>
  )
}

function Screen({ route }: { readonly route: string }) {
  const { phase } = useRiderState()
  const text = useText()
  // Who lost a phone has no wallet here: this screen asks for none.
  if (route === 'freeze' && phase !== 'loading') return <FreezeScreen />
  switch (phase) {
    case 'loading':
      return <p class="quiet">{text(pageTexts.loading)}</p>
    case 'elsewhere':
      return <Elsewhere />
    case 'new':
    case 'opening':
      return route === 'take-over' ? <TakeOverScreen /> : <StartScreen />
    case 'open':
      return <OpenScreen route={route} />
  }
}

/** Every address without a screen of its own shows the code. */
function isCode(route: string): boolean {
  return !route.startsWith('trip=') && !['trips', 'where', 'me', 'freeze'].includes(route)
}

function OpenScreen({ route }: { readonly route: string }) {
  if (route.startsWith('trip=')) return <TripScreen id={decodeURIComponent(route.slice(5))} />
  switch (route) {
    case 'trips':
      return <TripsScreen />
    case 'where':
      return <WhereScreen />
    case 'me':
      return <MeScreen />
    default:
      return <CodeScreen />
  }
}
