import { useLanguage, useText } from '@unifare/language'
import { useState } from 'preact/hooks'
import { exposureTexts, formulaTexts } from '../i18n/exposure-texts.ts'
import {
  type ExposureClass,
  type ExposureFormula,
  type ExposureInput,
  type ExposureTerms,
  type ExposureValues,
  readExposureTerms,
} from '../model-exposure.ts'
import { Refused, Waiting } from '../shell/states.tsx'
import { useAnswer } from '../state/use-answer.ts'
import { AgeTable } from './age-table.tsx'
import { FormulaCard } from './formula-card.tsx'
import { formulas } from './formulas.ts'
import { valuesWith } from './inputs.ts'
import { ValueField } from './value-field.tsx'

/** What offline acceptance can cost under the running network's limits, and under others. */
export function ExposurePage() {
  const answer = useAnswer('/api/exposure', readExposureTerms)
  switch (answer.kind) {
    case 'answer':
      return <Calculator terms={answer.value} />
    case 'refused':
      return <Refused code={answer.code} detail={answer.detail} />
    case 'loading':
    case 'lost':
      return <Waiting lost={answer.kind === 'lost'} />
  }
}

const GROUPS = [
  {
    title: exposureTexts.groupPhone,
    lead: exposureTexts.groupPhoneLead,
    formulas: ['onePhone', 'onePhoneOffline', 'sharedAccount', 'sharedCode'],
  },
  {
    title: exposureTexts.groupCard,
    lead: exposureTexts.groupCardLead,
    formulas: ['lostMedium', 'prepaid'],
  },
  {
    title: exposureTexts.groupPopulation,
    lead: exposureTexts.groupPopulationLead,
    formulas: ['newRiders', 'debtBook', 'lossPerDay'],
  },
] as const satisfies readonly {
  readonly formulas: readonly ExposureFormula[]
  [key: string]: unknown
}[]

interface Settings {
  readonly terms: ExposureTerms
  readonly values: ExposureValues
  /** The values before anything was moved. */
  readonly first: ExposureValues
  readonly limitsFen: ExposureClass['limitsFen']
  readonly change: (input: ExposureInput, value: number) => void
}

function Calculator({ terms }: { readonly terms: ExposureTerms }) {
  const t = useText()
  const [chosen, setChosen] = useState(terms.classes[0]?.id ?? '')
  const [moved, setMoved] = useState<Partial<ExposureValues>>({})
  const own = terms.classes.find(({ id }) => id === chosen)
  const first = valuesWith(terms.values, own?.values ?? {})
  const settings: Settings = {
    terms,
    first,
    values: valuesWith(first, moved),
    limitsFen: { ...terms.limitsFen, ...own?.limitsFen },
    change: (input, value) => setMoved((before) => ({ ...before, [input]: value })),
  }
  return (
    <section class="sheet exposure" aria-labelledby="exposure-title">
      <div class="sheet-head">
        <h2 id="exposure-title">{t(exposureTexts.title)}</h2>
        <p>{t(exposureTexts.lead)}</p>
      </div>
      <div class="toolbar">
        <ClassChoice
          classes={terms.classes}
          chosen={chosen}
          onChoose={(id) => {
            setChosen(id)
            setMoved({})
          }}
        />
        <button
          type="button"
          class="quiet"
          disabled={Object.keys(moved).length === 0}
          onClick={() => setMoved({})}
        >
          {t(exposureTexts.reset)}
        </button>
      </div>
      <Warning settings={settings} />
      {GROUPS.map((group) => (
        <Group key={group.title.en} group={group} settings={settings} />
      ))}
      <AgeTable ages={terms.listAges} />
    </section>
  )
}

function ClassChoice({
  classes,
  chosen,
  onChoose,
}: {
  readonly classes: readonly ExposureClass[]
  readonly chosen: string
  readonly onChoose: (id: string) => void
}) {
  const t = useText()
  const { language } = useLanguage()
  return (
    <div class="segments paper-segments" role="group" aria-label={t(exposureTexts.riskClass)}>
      {classes.map(({ id, nameZh, nameEn }) => (
        <button key={id} type="button" aria-pressed={id === chosen} onClick={() => onChoose(id)}>
          {language === 'zh' ? nameZh : nameEn}
        </button>
      ))}
    </div>
  )
}

/** Which losses are above their caps; says so when all are within, too. */
function Warning({ settings: { values, limitsFen } }: { readonly settings: Settings }) {
  const t = useText()
  const above = GROUPS.flatMap((group) => group.formulas as readonly ExposureFormula[]).filter(
    (id) => formulas[id].lossFen(values) > (limitsFen[id] ?? Number.POSITIVE_INFINITY),
  )
  return (
    <div role="status" class={above.length === 0 ? 'verdict verdict-ok' : 'verdict verdict-bad'}>
      {above.length === 0 ? (
        <p>
          <span aria-hidden="true">✓</span> {t(exposureTexts.withinAll)}
        </p>
      ) : (
        <p>
          <span aria-hidden="true">▲</span> {t(exposureTexts.aboveSome)(String(above.length))}{' '}
          {above.map((id, at) => (
            <span key={id}>
              {at > 0 && ' · '}
              {t(formulaTexts[id])}
            </span>
          ))}
        </p>
      )}
    </div>
  )
}

function Group({
  group,
  settings,
}: {
  readonly group: (typeof GROUPS)[number]
  readonly settings: Settings
}) {
  const t = useText()
  const ids: readonly ExposureFormula[] = group.formulas
  const inputs = [...new Set<ExposureInput>(ids.flatMap((id) => formulas[id].inputs))]
  return (
    <section class="exposure-group">
      <h3>{t(group.title)}</h3>
      <p class="faint">{t(group.lead)}</p>
      <div class="exposure-grid">
        <div class="fields">
          {inputs.map((input) => (
            <ValueField
              key={input}
              input={input}
              value={settings.values[input]}
              origin={originOf(input, settings)}
              onChange={(value) => settings.change(input, value)}
            />
          ))}
        </div>
        <div class="losses">
          {ids.map((id) => (
            <FormulaCard
              key={id}
              formula={id}
              values={settings.values}
              limitFen={settings.limitsFen[id]}
            />
          ))}
        </div>
      </div>
    </section>
  )
}

function originOf(input: ExposureInput, { terms, values, first }: Settings) {
  if (values[input] !== first[input]) return 'changed'
  return terms.configured.includes(input) ? 'configured' : 'assumed'
}
