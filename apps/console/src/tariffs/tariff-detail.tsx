import { useLanguage, useText } from '@unifare/language'
import { tariffTexts } from '../i18n/tariff-texts.ts'
import { word } from '../i18n/words.ts'
import { readTariffDetail, type TariffEntry, type TariffDetail as Whole } from '../model-tariffs.ts'
import { Refused, Waiting } from '../shell/states.tsx'
import { useAnswer } from '../state/use-answer.ts'
import { ComparisonSection } from './comparison-section.tsx'
import { FindingList } from './finding-list.tsx'
import { PolicyList } from './policy-list.tsx'
import { RideSection } from './ride-section.tsx'
import { fareRange } from './tariff-choice.tsx'

interface DetailProps {
  readonly id: string
  readonly tariffs: readonly TariffEntry[]
  readonly other: string
  readonly onOther: (other: string) => void
}

/** One tariff whole. */
export function TariffDetail({ id, ...props }: DetailProps) {
  const answer = useAnswer(`/api/tariffs/${encodeURIComponent(id)}`, readTariffDetail)
  switch (answer.kind) {
    case 'answer':
      return (
        <article class="tariff">
          <Head detail={answer.value} />
          <RideSection key={answer.value.id} detail={answer.value} />
          <ComparisonSection detail={answer.value} {...props} />
          <PolicyList detail={answer.value} />
          <FindingList findings={answer.value.findings} />
        </article>
      )
    case 'refused':
      return <Refused code={answer.code} detail={answer.detail} />
    case 'loading':
    case 'lost':
      return <Waiting lost={answer.kind === 'lost'} />
  }
}

function Head({ detail }: { readonly detail: Whole }) {
  const { language } = useLanguage()
  const t = useText()
  const { name, cityName, operator, modes, version, validFrom, validTo } = detail
  return (
    <header class="tariff-head">
      <p class="faint">
        {cityName[language]} · {modes.map((mode) => t(word('mode', mode))).join(' · ')}
      </p>
      <h3>{name[language]}</h3>
      <p class="tariff-range">
        <strong>{fareRange(detail, t(tariffTexts.noBound))}</strong>
      </p>
      <p class="faint">
        {operator === null ? t(tariffTexts.published) : operator[language]}
        {' · '}
        {t(tariffTexts.version)(String(version))}
        {' · '}
        {t(tariffTexts.from)(validFrom)}
        {validTo !== null && ` · ${t(tariffTexts.until)(validTo)}`}
      </p>
    </header>
  )
}
