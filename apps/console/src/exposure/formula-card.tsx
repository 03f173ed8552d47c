import { useLanguage, useText } from '@unifare/language'
import { useMemo } from 'preact/hooks'
import { ChartTable } from '../charts/chart-table.tsx'
import { ticksIn, ticksTo } from '../charts/scale.ts'
import { StepChart } from '../charts/step-chart.tsx'
import { formatCount, formatShortYuan, formatYuan } from '../format/money.ts'
import { exposureTexts, formulaTexts, inputTexts, unitTexts } from '../i18n/exposure-texts.ts'
import type { ExposureFormula, ExposureInput, ExposureValues } from '../model-exposure.ts'
import { FormulaLine, WorkedLine } from './formula-line.tsx'
import { curveOf, formulas } from './formulas.ts'
import { inputRanges, inUnit } from './inputs.ts'

interface CardProps {
  readonly formula: ExposureFormula
  readonly values: ExposureValues
  /** Largest loss that the terms allow, in fen. */
  readonly limitFen: number | undefined
}

/** One formula: the loss that it gives, whether the terms allow it, and how it moves. */
export function FormulaCard({ formula, values, limitFen }: CardProps) {
  const t = useText()
  const lossFen = formulas[formula].lossFen(values)
  const above = limitFen !== undefined && lossFen > limitFen
  return (
    <article class={above ? 'loss loss-above' : 'loss'} id={`loss-${formula}`}>
      <h4>{t(formulaTexts[formula])}</h4>
      <p class="loss-amount">
        <strong>{formatYuan(lossFen)}</strong> <small>{t(unitTexts.yuan)}</small>
        <span class="loss-state">
          {limitFen !== undefined && <span aria-hidden="true">{above ? '▲ ' : '✓ '}</span>}
          {t(stateOf(limitFen, above))}
          {limitFen !== undefined && ` · ${t(exposureTexts.limit)(formatYuan(limitFen))}`}
        </span>
      </p>
      <FormulaLine formula={formula} />
      <WorkedLine formula={formula} values={values} />
      <LossChart formula={formula} values={values} limitFen={limitFen} lossFen={lossFen} />
    </article>
  )
}

function stateOf(limitFen: number | undefined, above: boolean) {
  if (limitFen === undefined) return exposureTexts.noLimit
  return above ? exposureTexts.above : exposureTexts.within
}

function LossChart({
  formula,
  values,
  limitFen,
  lossFen,
}: CardProps & { readonly lossFen: number }) {
  const t = useText()
  const { language } = useLanguage()
  const curve = useMemo(() => curveOf(formula, values), [formula, values])
  const { over } = formulas[formula]
  const { min, max, perUnit, symbol } = inputRanges[over]
  const most = Math.max(lossFen, limitFen ?? 0, ...curve.points.map((point) => point.lossFen))
  const yTicks = ticksTo(most * 1.04, 4)
  const short = (amountFen: number) => formatShortYuan(amountFen, language)
  const title = t(exposureTexts.picture)(t(formulaTexts[formula]), t(inputTexts[over]))
  const rows = curve.rows.map((row) => [measure(over, row.at, t), formatYuan(row.lossFen)])
  return (
    <>
      <StepChart
        title={title}
        description={rows.map((row) => row.join(': ')).join('; ')}
        series={[
          {
            tone: 'main',
            points: curve.points.map((point) => ({ x: point.at, y: point.lossFen })),
          },
        ]}
        range={{ from: min * perUnit, to: max * perUnit }}
        most={yTicks.at(-1) ?? 1}
        xTicks={ticksIn({ from: min, to: max }, 6).map((tick) => ({
          at: tick * perUnit,
          label: formatCountShort(tick, language),
        }))}
        yTicks={yTicks.map((at) => ({ at, label: short(at) }))}
        xLabel={`${symbol} · ${t(inputTexts[over])}${unitBehind(t(unitTexts[inputRanges[over].unit]))}`}
        yLabel={t(exposureTexts.loss)}
        limit={
          limitFen === undefined
            ? undefined
            : { at: limitFen, label: t(exposureTexts.limit)(short(limitFen)) }
        }
        mark={{
          x: values[over],
          y: lossFen,
          label: short(lossFen),
          warn: limitFen !== undefined && lossFen > limitFen,
        }}
        height={200}
      />
      <ChartTable
        label={t(exposureTexts.table)}
        head={[`${t(inputTexts[over])} ${symbol}`, t(exposureTexts.lossColumn)]}
        rows={rows}
      />
    </>
  )
}

function unitBehind(unit: string): string {
  return unit === '' ? '' : ` (${unit})`
}

function measure(over: ExposureInput, value: number, t: ReturnType<typeof useText>): string {
  const unit = t(unitTexts[inputRanges[over].unit])
  return `${inUnit(over, value)}${unit === '' ? '' : ` ${unit}`}`
}

function formatCountShort(tick: number, language: 'zh' | 'en'): string {
  return tick < 10_000 ? formatCount(tick) : formatShortYuan(tick * 100, language)
}
