import { useText } from '@unifare/language'
import { shellTexts } from '../i18n/shell-texts.ts'

/** Says that all this is simulated, and that the connection is lost when it is. */
export function Banner({ lost }: { readonly lost: boolean }) {
  const t = useText()
  return (
    <>
      <aside class="banner" aria-label={t(shellTexts.bannerLabel)}>
        {t(shellTexts.banner)}
      </aside>
      <div role="status">{lost && <p class="banner banner-lost">{t(shellTexts.lost)}</p>}</div>
    </>
  )
}
