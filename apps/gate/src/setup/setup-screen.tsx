import { useLanguage, useText } from '@unifare/language'
import { useState } from 'preact/hooks'
import type { GateOperator, Members, Place } from '../engine/enrolment.ts'
import { placeName } from '../i18n/place-names.ts'
import { modeTexts, roleTexts, texts } from '../i18n/texts.ts'

/** The first start: staff say where this device stands. Two touches. */
export function SetupScreen(options: {
  readonly members: Members | undefined
  readonly trouble: string | null
  readonly onPlace: (terminal: string) => void
}) {
  const { members, trouble, onPlace } = options
  const text = useText()
  const { language, choose } = useLanguage()
  const [chosen, setChosen] = useState<string | null>(null)
  const operator = members?.operators.find(({ id }) => id === chosen)
  return (
    <main class="setup">
      <header>
        <h1>{text(texts.choose)}</h1>
        <button type="button" onClick={() => choose(language === 'zh' ? 'en' : 'zh')}>
          {text(texts.language)}
        </button>
      </header>
      {trouble !== null && (
        <p class="trouble" role="alert">
          {trouble}
        </p>
      )}
      {members === undefined && <p class="loading">{text(texts.loading)}</p>}
      {members !== undefined && operator === undefined && (
        <Operators operators={members.operators} onChoose={setChosen} />
      )}
      {operator !== undefined && (
        <Places operator={operator} onPlace={onPlace} onBack={() => setChosen(null)} />
      )}
    </main>
  )
}

function Operators({
  operators,
  onChoose,
}: {
  readonly operators: readonly GateOperator[]
  readonly onChoose: (id: string) => void
}) {
  const text = useText()
  return (
    <>
      <h2>{text(texts.chooseOperator)}</h2>
      <ul class="choices">
        {operators.map(({ id, nameZh, nameEn, terminals }) => (
          <li key={id}>
            <button type="button" onClick={() => onChoose(id)}>
              <b>{text({ zh: nameZh, en: nameEn })}</b>
              <span>
                {[...new Set(terminals.map(({ mode }) => mode))]
                  .map((mode) => text(modeTexts[mode]))
                  .join(' · ')}
              </span>
            </button>
          </li>
        ))}
      </ul>
    </>
  )
}

function Places({
  operator,
  onPlace,
  onBack,
}: {
  readonly operator: GateOperator
  readonly onPlace: (terminal: string) => void
  readonly onBack: () => void
}) {
  const text = useText()
  const { nameZh, nameEn, terminals } = operator
  return (
    <>
      <h2>
        <button type="button" class="back" onClick={onBack}>
          ← {text(texts.back)}
        </button>{' '}
        {text({ zh: nameZh, en: nameEn })}
      </h2>
      <ul class="choices places">
        {terminals.map((place) => (
          <li key={place.terminal}>
            <button
              type="button"
              data-terminal={place.terminal}
              onClick={() => onPlace(place.terminal)}
            >
              <b>{text(placeName(place))}</b>
              <span>{text(placeRole(place))}</span>
            </button>
          </li>
        ))}
      </ul>
    </>
  )
}

function placeRole({ mode, role, line }: Place) {
  const what = { zh: modeTexts[mode].zh, en: modeTexts[mode].en }
  const rail = mode === 'metro' || mode === 'light-rail'
  return {
    zh: `${what.zh}${rail ? ` ${line} 号线` : ''} · ${roleTexts[role].zh}`,
    en: `${what.en}${rail ? ` line ${line}` : ''} · ${roleTexts[role].en}`,
  }
}
