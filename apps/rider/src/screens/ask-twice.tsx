import { useText } from '@unifare/language'
import type { ComponentChildren } from 'preact'
import { useState } from 'preact/hooks'
import { meTexts } from '../i18n/me-texts.ts'

/** An action of two touches: the wish, and that it is meant. */
export function AskTwice({
  wish,
  sure,
  run,
}: {
  readonly wish: ComponentChildren
  readonly sure: ComponentChildren
  readonly run: () => void
}) {
  const text = useText()
  const [asked, setAsked] = useState(false)
  if (!asked) {
    return (
      <button type="button" class="second-action" onClick={() => setAsked(true)}>
        {wish}
      </button>
    )
  }
  return (
    <p class="pair">
      <button
        type="button"
        class="danger"
        onClick={() => {
          setAsked(false)
          run()
        }}
      >
        {sure}
      </button>
      <button type="button" class="second-action" onClick={() => setAsked(false)}>
        {text(meTexts.cancel)}
      </button>
    </p>
  )
}
