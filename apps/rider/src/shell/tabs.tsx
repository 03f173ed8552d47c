import { useText } from '@unifare/language'
import { pageTexts } from '../i18n/page-texts.ts'

const TABS = [
  {
    route: '',
    text: pageTexts.tabCode,
    path: 'M4 4h6v6H4zM14 4h6v6h-6zM4 14h6v6H4zM14 14h2v2h-2zM18 18h2v2h-2zM18 14h2M14 18v2',
  },
  { route: 'trips', text: pageTexts.tabTrips, path: 'M5 6h14M5 12h14M5 18h9' },
  {
    route: 'where',
    text: pageTexts.tabWhere,
    path: 'M12 21s7-6.2 7-11.5A7 7 0 0 0 5 9.5C5 14.8 12 21 12 21zM12 12a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5z',
  },
  {
    route: 'me',
    text: pageTexts.tabMe,
    path: 'M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4.5 20.5c1.5-4 4-5.5 7.5-5.5s6 1.5 7.5 5.5',
  },
] as const

/** The ways between the screens, where the thumb is. */
export function Tabs({ route }: { readonly route: string }) {
  const text = useText()
  const [first = ''] = route.split('=')
  const current = first === 'trip' ? 'trips' : first === 'take-over' ? '' : first
  return (
    <nav class="tabs" aria-label={text(pageTexts.tabs)}>
      {TABS.map((tab) => (
        <a
          key={tab.route}
          href={`#${tab.route}`}
          aria-current={tab.route === current ? 'page' : undefined}
        >
          <svg viewBox="0 0 24 24" aria-hidden="true">
            <path d={tab.path} />
          </svg>
          {text(tab.text)}
        </a>
      ))}
    </nav>
  )
}
