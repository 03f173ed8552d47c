import { useText } from '@unifare/language'
import { pageTexts } from '../i18n/page-texts.ts'

/** Another tab makes the codes. */
export function Elsewhere() {
  const text = useText()
  return (
    <section class="notice">
      <h1>{text(pageTexts.elsewhere)}</h1>
      <p>{text(pageTexts.elsewhereWhy)}</p>
      <button type="button" class="main-action" onClick={() => location.reload()}>
        {text(pageTexts.useHere)}
      </button>
    </section>
  )
}

/** The browser refuses to keep anything. */
export function NoStore() {
  const text = useText()
  return (
    <main class="screen">
      <section class="notice">
        <h1>{text(pageTexts.noStore)}</h1>
        <p>{text(pageTexts.noStoreWhy)}</p>
      </section>
    </main>
  )
}
