import { useText } from '../i18n/language.tsx'
import { modeTexts } from '../i18n/trip-texts.ts'
import { whereTexts } from '../i18n/where-texts.ts'
import { useRiderState } from '../state/context.tsx'
import type { Operator } from '../wallet/members.ts'

/** Everybody who takes the code. */
export function WhereScreen() {
  const { members } = useRiderState()
  const text = useText()
  return (
    <section>
      <h1>{text(whereTexts.where)}</h1>
      <p class="small">{text(members === null ? whereTexts.none : whereTexts.hint)}</p>
      <ul class="where-list">
        {members?.operators.map((operator) => (
          <li key={operator.id}>
            <strong>{text({ zh: operator.nameZh, en: operator.nameEn })}</strong>
            <span>{operator.modes.map((mode) => text(modeTexts[mode])).join(' · ')}</span>
            <span class="small">{text(whereTexts.lines)(linesOf(operator))}</span>
          </li>
        ))}
      </ul>
    </section>
  )
}

function linesOf({ terminals }: Operator): string {
  return [...new Set(terminals.map(({ line }) => line))].sort((a, b) => a - b).join(', ')
}
