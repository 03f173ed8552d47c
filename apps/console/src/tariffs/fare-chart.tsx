import { useLanguage, useText } from '@unifare/language'
import { ChartTable } from '../charts/chart-table.tsx'
import { ticksTo } from '../charts/scale.ts'
import { StepChart } from '../charts/step-chart.tsx'
import { formatCount, formatShortYuan, formatYuan } from '../format/money.ts'
import { tariffTexts } from '../i18n/tariff-texts.ts'
import type { FarePicture } from '../model-tariffs.ts'
import { FareTable } from './fare-table.tsx'
import { endOf, measureOf, pointsOf } from './measures.ts'

const AXES = {
  distanceM: tariffTexts.distanceAxis,
  minutes: tariffTexts.minutesAxis,
  stops: tariffTexts.stopsAxis,
} as const

interface FareChartProps {
  readonly title: string
  readonly picture: FarePicture
  /** Another fare over the same axis. */
  readonly other?: FarePicture | undefined
  /** A ride: its measure in the picture's own unit and its base fare. */
  readonly mark?: { readonly at: number; readonly amountFen: number } | undefined
}

/** A base fare drawn: steps over what it goes by, a flat amount, or a table. */
export function FareChart(props: FareChartProps) {
  const { picture, other } = props
  const t = useText()
  if (picture.kind === 'table') return <FareTable picture={picture} />
  if (picture.kind === 'flat' && (other === undefined || other.kind === 'flat')) {
    return (
      <p class="flat-fare">
        <strong>{formatYuan(picture.amountFen)}</strong>
        {other?.kind === 'flat' && <strong>→ {formatYuan(other.amountFen)}</strong>}
        <span class="faint">{t(tariffTexts.flat)}</span>
      </p>
    )
  }
  return <LadderChart {...props} />
}

function LadderChart({ title, picture, other, mark }: FareChartProps) {
  const t = useText()
  const { language } = useLanguage()
  const drawn = other === undefined ? [picture] : [picture, other]
  const measure = drawn.map(measureOf).find((one) => one !== undefined)
  if (measure === undefined) return null
  const { perShown, field } = measure
  const to = Math.max(endOf(drawn), mark?.at ?? 0)
  const most = Math.max(...drawn.flatMap(pointsOf).map(({ y }) => y), mark?.amountFen ?? 0)
  const yTicks = ticksTo(most * 1.02, 6)
  const xTicks = ticksTo(to / perShown, 8).filter((tick) => tick * perShown <= to)
  const rows = rowsOf(picture, perShown)
  return (
    <>
      <StepChart
        title={title}
        description={rows
          .map(([until, fare]) => `${t(tariffTexts.upTo)} ${until}: ${fare}`)
          .join('; ')}
        series={[
          { tone: 'main', points: pointsOf(picture) },
          ...(other === undefined ? [] : [{ tone: 'other' as const, points: pointsOf(other) }]),
        ]}
        range={{ from: 0, to }}
        most={yTicks.at(-1) ?? 1}
        xTicks={xTicks.map((at) => ({ at: at * perShown, label: formatCount(at) }))}
        yTicks={yTicks.map((at) => ({ at, label: formatShortYuan(at, language) }))}
        xLabel={t(AXES[field])}
        yLabel={t(tariffTexts.fareAxis)}
        mark={
          mark === undefined
            ? undefined
            : { x: mark.at, y: mark.amountFen, label: formatYuan(mark.amountFen), warn: false }
        }
        height={260}
      />
      {picture.kind === 'steps' && picture.goesOn && (
        <p class="chart-note">{t(tariffTexts.goesOn)}</p>
      )}
      <ChartTable
        label={`${t(tariffTexts.ladder)} · ${title}`}
        head={[`${t(tariffTexts.upTo)} ${t(AXES[field])}`, t(tariffTexts.fareColumn)]}
        rows={rows}
      />
    </>
  )
}

function rowsOf(picture: FarePicture, perShown: number): readonly [string, string][] {
  if (picture.kind !== 'steps') return []
  return picture.steps.map(({ upto, amountFen }) => [
    String(Number((upto / perShown).toFixed(3))),
    formatYuan(amountFen),
  ])
}
