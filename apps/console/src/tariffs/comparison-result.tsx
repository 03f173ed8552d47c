import { useLanguage, useText } from '@unifare/language'
import { ChangeBars } from '../charts/change-bars.tsx'
import { ChartTable } from '../charts/chart-table.tsx'
import { ShareBar } from '../charts/share-bar.tsx'
import { formatCount, formatSignedYuan, formatYuan } from '../format/money.ts'
import { tariffTexts } from '../i18n/tariff-texts.ts'
import type { DiffRow, TariffComparison, TariffDetail, Words } from '../model-tariffs.ts'
import { FareChart } from './fare-chart.tsx'
import { Findings } from './finding-list.tsx'
import { percentOf } from './measures.ts'

interface ResultProps {
  readonly detail: TariffDetail
  readonly comparison: TariffComparison
}

/** Two tariffs compared: both ladders, the riders, the revenue, by distance, medium and rider. */
export function ComparisonResult({ detail, comparison }: ResultProps) {
  const t = useText()
  const { language } = useLanguage()
  const { total, riders, unpriced, before, after, picture } = comparison
  const first = detail.pictures[0]?.picture
  const title = `${nameOf(before, language)} → ${nameOf(after, language)}`
  return (
    <div class="comparison">
      {comparison.findings.length > 0 && (
        <>
          <h4 class="picture-title">{t(tariffTexts.fileFindings)}</h4>
          <Findings findings={comparison.findings} />
        </>
      )}
      <p class="comparison-title">
        <span class="key-main">{nameOf(before, language)}</span>
        <span class="key-other">{nameOf(after, language)}</span>
      </p>
      {first !== undefined && picture !== null && (
        <FareChart title={title} picture={first} other={picture} />
      )}
      <div class="comparison-figures">
        <Revenue total={total} />
        <ShareBar
          title={t(tariffTexts.riders)}
          shares={[
            {
              tone: 'more',
              count: riders.dearer,
              label: t(tariffTexts.payMore)(String(riders.dearer)),
            },
            {
              tone: 'same',
              count: riders.same,
              label: t(tariffTexts.paySame)(String(riders.same)),
            },
            {
              tone: 'less',
              count: riders.cheaper,
              label: t(tariffTexts.payLess)(String(riders.cheaper)),
            },
          ]}
        />
      </div>
      {unpriced.before + unpriced.after > 0 && (
        <p class="verdict verdict-bad">
          {t(tariffTexts.unpriced)(String(unpriced.before), String(unpriced.after))}
        </p>
      )}
      <div class="comparison-groups">
        <Group title={tariffTexts.byDistance} rows={comparison.byDistance} />
        <Group title={tariffTexts.byMedium} rows={comparison.byMedium} />
        <Group title={tariffTexts.byClass} rows={comparison.byClass} />
      </div>
      <MostChanged comparison={comparison} />
    </div>
  )
}

function nameOf({ name, version }: TariffComparison['before'], language: 'zh' | 'en'): string {
  return `${name[language]} ${version}`
}

function Revenue({ total }: { readonly total: DiffRow }) {
  const t = useText()
  const { beforeFen, afterFen, changeFen } = total
  const most = Math.max(1, beforeFen, afterFen)
  return (
    <figure class="revenue">
      <figcaption>
        {t(tariffTexts.revenue)} <b>{percentOf(changeFen, beforeFen)}</b>
      </figcaption>
      {[
        { label: tariffTexts.before, amountFen: beforeFen, tone: 'key-main' },
        { label: tariffTexts.afterwards, amountFen: afterFen, tone: 'key-other' },
      ].map(({ label, amountFen, tone }) => (
        <p key={tone}>
          <span class={tone}>{t(label)}</span>
          <svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
            <rect class={tone} x={0} y={0} width={(amountFen / most) * 100} height={10} />
          </svg>
          <b>{formatYuan(amountFen)}</b>
        </p>
      ))}
    </figure>
  )
}

function Group({
  title,
  rows,
}: {
  readonly title: Words
  readonly rows: readonly (DiffRow & { readonly label: Words })[]
}) {
  const { language } = useLanguage()
  const t = useText()
  return (
    <div>
      <ChangeBars
        title={`${t(title)} · ${t(tariffTexts.changeOfRevenue)}`}
        bars={rows.map(({ label, changeFen, beforeFen }) => ({
          label: label[language],
          value: beforeFen === 0 ? Math.sign(changeFen) : changeFen / beforeFen,
          text: percentOf(changeFen, beforeFen) || formatSignedYuan(changeFen),
        }))}
      />
      <ChartTable
        label={t(title)}
        head={[
          t(tariffTexts.group),
          t(tariffTexts.rides),
          t(tariffTexts.dearer),
          t(tariffTexts.cheaper),
          t(tariffTexts.change),
        ]}
        rows={rows.map(({ label, rides, dearer, cheaper, changeFen }) => [
          label[language],
          formatCount(rides),
          formatCount(dearer),
          formatCount(cheaper),
          formatSignedYuan(changeFen),
        ])}
      />
    </div>
  )
}

function MostChanged({ comparison }: { readonly comparison: TariffComparison }) {
  const { language } = useLanguage()
  const t = useText()
  if (comparison.examples.length === 0) return null
  return (
    <>
      <h4 class="picture-title">{t(tariffTexts.mostChanged)}</h4>
      <ul class="most-changed">
        {comparison.examples.map((example, at) => (
          <li key={at}>
            <p>
              {formatYuan(example.beforeFen)} → <b>{formatYuan(example.afterFen)}</b>{' '}
              <span class={example.afterFen > example.beforeFen ? 'text-more' : 'text-less'}>
                {formatSignedYuan(example.afterFen - example.beforeFen)}
              </span>
            </p>
            <ul class="lines-before">
              {example.before[language].map((line) => (
                <li key={line}>{line}</li>
              ))}
            </ul>
            <ul class="lines-after">
              {example.after[language].map((line) => (
                <li key={line}>{line}</li>
              ))}
            </ul>
          </li>
        ))}
      </ul>
    </>
  )
}
