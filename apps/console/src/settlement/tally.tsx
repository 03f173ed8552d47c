import { useText } from '@unifare/language'
import { formatCount } from '../format/money.ts'
import { type WordList, word } from '../i18n/words.ts'
import { byCount } from '../state/counts.ts'

/** Counts by code, the largest first, each with its text and its stable code. */
export function Tally({
  title,
  list,
  tally,
  none,
}: {
  readonly title: string
  readonly list: WordList
  readonly tally: Readonly<Record<string, number>>
  readonly none: string
}) {
  const t = useText()
  const entries = byCount(tally)
  return (
    <div class="tally">
      <h3>{title}</h3>
      {entries.length === 0 ? (
        <p class="faint">{none}</p>
      ) : (
        <dl>
          {entries.map(([code, count]) => (
            <div key={code}>
              <dt>
                {t(word(list, code))} <code>{code}</code>
              </dt>
              <dd>{formatCount(count)}</dd>
            </div>
          ))}
        </dl>
      )}
    </div>
  )
}
