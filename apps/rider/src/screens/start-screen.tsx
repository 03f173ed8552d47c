import { useText } from '@unifare/language'
import { money } from '../format/format.ts'
import { pageTexts, startTexts } from '../i18n/page-texts.ts'
import { peopleTexts } from '../i18n/people-texts.ts'
import { useApp, useRiderState } from '../state/context.tsx'
import { RIDE_LIMIT_FEN } from '../wallet/port.ts'
import { FaultNote } from './fault-note.tsx'

/** What a prepaid account begins with. */
const FIRST_MONEY_FEN = 2_000

/** The first start: one touch, and the code is there. */
export function StartScreen() {
  const app = useApp()
  const { phase } = useRiderState()
  const text = useText()
  const opening = phase === 'opening'
  return (
    <section class="start">
      <h1>{text(startTexts.headline)}</h1>
      <ul>
        <li>{text(startTexts.promise1)}</li>
        <li>{text(startTexts.promise2)}</li>
        <li>{text(startTexts.promise3)}</li>
      </ul>
      <div class="bottom">
        <FaultNote />
        <button
          type="button"
          class="main-action"
          disabled={opening}
          onClick={() => void app.start()}
        >
          {text(opening ? startTexts.starting : startTexts.start)}
        </button>
        <button
          type="button"
          class="second-action"
          disabled={opening}
          onClick={() => void app.startPrepaid(FIRST_MONEY_FEN)}
        >
          {text(startTexts.prepaid)(money(FIRST_MONEY_FEN))}
        </button>
        <p class="links">
          <a href="#take-over">{text(peopleTexts.takeOver)}</a>
          <a href="#freeze">{text(peopleTexts.freeze)}</a>
        </p>
        <p class="small">{text(startTexts.agree)(money(RIDE_LIMIT_FEN))}</p>
        <p class="small">{text(pageTexts.simulated)}</p>
      </div>
    </section>
  )
}
