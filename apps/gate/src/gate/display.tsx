import { formatYuan } from '@unifare/core'
import { useText } from '@unifare/language'
import type { DisplayWords } from './display-words.ts'
import { SignPicture } from './signs.tsx'

/** The display that a rider looks at: sign, words, amount, in one colour. */
export function Display({ words }: { readonly words: DisplayWords }) {
  const text = useText()
  const { tone, sign, head, detail, amountFen, code } = words
  return (
    <section class={`display display-${tone}`} role="status" aria-live="assertive">
      <SignPicture sign={sign} />
      <div class="display-words">
        <h1>{text(head)}</h1>
        {amountFen !== null && (
          <p class="amount">
            <small>{detail !== null && text(detail)}</small> {formatYuan(amountFen)}{' '}
            <small>{text({ zh: '元', en: 'CNY' })}</small>
          </p>
        )}
        {amountFen === null && detail !== null && <p class="detail">{text(detail)}</p>}
        {code !== null && <code>{code}</code>}
      </div>
    </section>
  )
}
