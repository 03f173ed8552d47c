import { useText } from '@unifare/language'
import { shellTexts } from '../i18n/shell-texts.ts'
import { addressOf, PAGES, type PageName } from '../state/view.ts'

const NAMES = {
  day: shellTexts.pageDay,
  centre: shellTexts.pageCentre,
  tariffs: shellTexts.pageTariffs,
  exposure: shellTexts.pageExposure,
} as const satisfies Record<PageName, unknown>

/** Links to the pages of the console, the present one marked. */
export function PageLinks({ page }: { readonly page: PageName }) {
  const t = useText()
  return (
    <nav class="ink pages" aria-label={t(shellTexts.pages)}>
      <ul>
        {PAGES.map((name) => (
          <li key={name}>
            <a
              href={addressOf({ page: name, parameters: {} })}
              aria-current={name === page ? 'page' : undefined}
            >
              {t(NAMES[name])}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  )
}
