import { type Language, useLanguage, useText } from '@unifare/language'
import { useState } from 'preact/hooks'
import { formatYuan } from '../format/money.ts'
import { tariffTexts } from '../i18n/tariff-texts.ts'
import {
  type RideExample,
  type RideQuery,
  readRideQuote,
  type TariffDetail,
} from '../model-tariffs.ts'
import { useAnswer } from '../state/use-answer.ts'
import { FareChart } from './fare-chart.tsx'
import { measureOf, rideParameters, shownMeasure } from './measures.ts'
import { MonthSection } from './month-section.tsx'
import { QuoteReceipt } from './quote-receipt.tsx'
import { RideForm } from './ride-form.tsx'

/** The ladder with a ride on it, the ride's price step by step, and rides worth looking at. */
export function RideSection({ detail }: { readonly detail: TariffDetail }) {
  const { language } = useLanguage()
  const t = useText()
  // The second example lies in the middle of the ladder.
  const first = detail.examples[1] ?? detail.examples[0]
  const [query, setQuery] = useState(first?.query)
  const address =
    query === undefined
      ? null
      : `/api/tariffs/${encodeURIComponent(detail.id)}/quote?${rideParameters(query)}`
  const answer = useAnswer(address, readRideQuote)
  const baseFen =
    answer.kind === 'answer' && answer.value.ok ? answer.value.parts[0]?.amountFen : undefined
  return (
    <section class="tariff-part" aria-labelledby="ladder-title">
      <h3 id="ladder-title">{t(tariffTexts.ladder)}</h3>
      {detail.pictures.map(({ rule, text, picture }, at) => {
        const marked = at === 0 && query !== undefined && baseFen !== undefined
        const measure = measureOf(picture)
        return (
          <div key={rule}>
            {detail.pictures.length > 1 && <h4 class="picture-title">{text[language]}</h4>}
            <FareChart
              title={`${detail.name[language]} · ${text[language]}`}
              picture={picture}
              mark={
                marked && measure !== undefined
                  ? { at: shownMeasure(query, measure) * measure.perShown, amountFen: baseFen }
                  : undefined
              }
            />
          </div>
        )
      })}
      {query !== undefined && (
        <div class="ride-grid">
          <div>
            <h3>{t(tariffTexts.ride)}</h3>
            <p class="faint">{t(tariffTexts.rideLead)}</p>
            <RideForm detail={detail} query={query} onChange={setQuery} />
          </div>
          <div class="quote">
            <QuoteReceipt answer={answer} sources={detail.sources} />
          </div>
          <Examples detail={detail} query={query} onChoose={setQuery} />
        </div>
      )}
      {query !== undefined && detail.monthMatters && <MonthSection id={detail.id} query={query} />}
    </section>
  )
}

function Examples({
  detail,
  query,
  onChoose,
}: {
  readonly detail: TariffDetail
  readonly query: RideQuery
  readonly onChoose: (query: RideQuery) => void
}) {
  const { language } = useLanguage()
  const t = useText()
  const chosen = JSON.stringify(query)
  return (
    <div class="examples">
      <h3>{t(tariffTexts.examples)}</h3>
      <ul>
        {detail.examples.map((example) => {
          const key = JSON.stringify(example.query)
          return (
            <li key={key}>
              <button
                type="button"
                aria-pressed={key === chosen}
                onClick={() => onChoose(example.query)}
              >
                <span>{tell(example, { detail, language, t }).join(' · ')}</span>
                <b>{example.quote.ok ? formatYuan(example.quote.amountFen) : '—'}</b>
              </button>
            </li>
          )
        })}
      </ul>
    </div>
  )
}

const MEDIA = {
  card: { local: tariffTexts.cardLocal, visitor: tariffTexts.cardVisitor },
  code: { local: tariffTexts.codeLocal, visitor: tariffTexts.codeVisitor },
} as const

/** A ride in a few words: what the tariff asks about it. */
function tell(
  { query }: RideExample,
  context: {
    readonly detail: TariffDetail
    readonly language: Language
    readonly t: ReturnType<typeof useText>
  },
): string[] {
  const { detail, language, t } = context
  const { classes, changesFrom, pictures } = detail
  const measure = measureOf(pictures[0]?.picture)
  const units = { distanceM: tariffTexts.km, minutes: tariffTexts.min, stops: tariffTexts.stops }
  const after = changesFrom.find(({ mode }) => mode === query.after)
  return [
    ...(measure === undefined
      ? []
      : [`${shownMeasure(query, measure)} ${t(units[measure.field])}`]),
    classes.find(({ id }) => id === query.riderClass)?.name[language] ?? query.riderClass,
    t(MEDIA[query.medium][query.issuer]),
    ...(query.monthFen === 0 ? [] : [t(tariffTexts.monthOf)(formatYuan(query.monthFen))]),
    ...(after === undefined ? [] : [t(tariffTexts.changeOf)(after.name[language])]),
  ]
}
