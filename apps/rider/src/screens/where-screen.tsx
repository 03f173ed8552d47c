import { useText } from '@unifare/language'
import { modeTexts } from '../i18n/trip-texts.ts'
import { whereTexts } from '../i18n/where-texts.ts'
import { useApp, useRiderState } from '../state/context.tsx'
import type { Operator } from '../wallet/members.ts'
import { AskTwice } from './ask-twice.tsx'
import { FaultNote } from './fault-note.tsx'

/** Everybody who takes the code. */
export function WhereScreen() {
  const { members } = useRiderState()
  const text = useText()
  return (
    <section>
      <h1>{text(whereTexts.where)}</h1>
      <FaultNote />
      <p class="small">{text(members === null ? whereTexts.none : whereTexts.hint)}</p>
      <p class="small">{text(whereTexts.joinWhy)}</p>
      <ul class="where-list">
        {members?.operators.map((operator) => (
          <li key={operator.id}>
            <strong>{text({ zh: operator.nameZh, en: operator.nameEn })}</strong>
            <span>{operator.modes.map((mode) => text(modeTexts[mode])).join(' · ')}</span>
            <span class="small">{text(whereTexts.lines)(linesOf(operator))}</span>
            <Scheme operator={operator} />
          </li>
        ))}
      </ul>
    </section>
  )
}

/** Monthly steps and caps of an operator: the rider's choice, for they link the rides of a month. */
function Scheme({ operator }: { readonly operator: Operator }) {
  const app = useApp()
  const { news } = useRiderState()
  const text = useText()
  if (news === null) return null
  const joined = news.schemes.includes(operator.id)
  const set = (wish: boolean) => void app.order((port) => port.setScheme(operator.id, wish))
  if (joined) {
    return (
      <button type="button" class="second-action" onClick={() => set(false)}>
        {text(whereTexts.leave)}
      </button>
    )
  }
  return (
    <AskTwice wish={text(whereTexts.join)} sure={text(whereTexts.join)} run={() => set(true)} />
  )
}

function linesOf({ terminals }: Operator): string {
  return [...new Set(terminals.map(({ line }) => line))].sort((a, b) => a - b).join(', ')
}
