import { type Text, useLanguage, useText } from '@unifare/language'
import { useState } from 'preact/hooks'
import { ChartTable } from '../charts/chart-table.tsx'
import { ticksTo } from '../charts/scale.ts'
import { StepChart } from '../charts/step-chart.tsx'
import { formatShortYuan, formatYuan } from '../format/money.ts'
import { tariffTexts } from '../i18n/tariff-texts.ts'
import { type MonthOfRides, type MonthWay, type RideQuery, readMonth } from '../model-tariffs.ts'
import { useAnswer } from '../state/use-answer.ts'
import { fareRuns, rideParameters } from './measures.ts'

const RIDES = { first: 44, most: 90 } as const

/** A ride again and again within a month: what each costs, and the cheapest way to pay for all. */
export function MonthSection({ id, query }: { readonly id: string; readonly query: RideQuery }) {
  const t = useText()
  const [rides, setRides] = useState<number>(RIDES.first)
  const address = `/api/tariffs/${encodeURIComponent(id)}/month?${rideParameters(query)}&rides=${rides}`
  const answer = useAnswer(address, readMonth)
  return (
    <section class="tariff-part" aria-labelledby="month-title">
      <h3 id="month-title">{t(tariffTexts.monthTitle)}</h3>
      <p class="faint">{t(tariffTexts.monthLead)}</p>
      <label class="ride-field month-rides">
        <span>
          {t(tariffTexts.ridesInMonth)} <b>{rides}</b>
        </span>
        <input
          type="range"
          min={1}
          max={RIDES.most}
          value={rides}
          onChange={(event) => setRides(event.currentTarget.valueAsNumber)}
        />
      </label>
      {answer.kind === 'answer' && <Month month={answer.value} />}
      {answer.kind === 'refused' && (
        <p role="status">
          {answer.detail} <code>{answer.code}</code>
        </p>
      )}
    </section>
  )
}

function Month({ month }: { readonly month: MonthOfRides }) {
  const t = useText()
  const { language } = useLanguage()
  const { faresFen, baseFen, withoutPasses, best, runnerUp, proved } = month
  const count = faresFen.length
  const yTicks = ticksTo(Math.max(1, ...faresFen) * 1.02, 5)
  const runs = fareRuns(faresFen)
  const rows = runs.map(({ from, to, fareFen }) => [
    from === to ? String(from) : `${from} – ${to}`,
    formatYuan(fareFen),
  ])
  const savedFen = baseFen - withoutPasses.totalFen
  return (
    <>
      <StepChart
        title={t(tariffTexts.monthTitle)}
        description={rows.map((row) => row.join(': ')).join('; ')}
        series={[
          { tone: 'main', points: faresFen.map((fareFen, at) => ({ x: at + 0.5, y: fareFen })) },
        ]}
        range={{ from: 0.5, to: count + 0.5 }}
        most={yTicks.at(-1) ?? 1}
        xTicks={ticksTo(count, 8)
          .filter((at) => at >= 1 && at <= count && Number.isInteger(at))
          .map((at) => ({ at, label: String(at) }))}
        yTicks={yTicks.map((at) => ({ at, label: formatShortYuan(at, language) }))}
        xLabel={t(tariffTexts.rideNumber)}
        yLabel={t(tariffTexts.fareAxis)}
        height={200}
      />
      <ChartTable
        label={t(tariffTexts.monthTitle)}
        head={[t(tariffTexts.rideNumber), t(tariffTexts.fareColumn)]}
        rows={rows}
      />
      <dl class="ways">
        <Way label={tariffTexts.cheapest} way={best} />
        {runnerUp !== null && <Way label={tariffTexts.nextBest} way={runnerUp} />}
        {best.passes.length > 0 && <Way label={tariffTexts.bySingle} way={withoutPasses} />}
      </dl>
      <p class="chart-note">
        {savedFen > 0 && t(tariffTexts.saved)(formatYuan(savedFen))}
        {!proved && ` ${t(tariffTexts.unproved)}`}
      </p>
    </>
  )
}

function Way({ label, way }: { readonly label: Text<string>; readonly way: MonthWay }) {
  const { language } = useLanguage()
  const t = useText()
  const passes = way.passes.map(({ name, ride }) =>
    t(tariffTexts.fromRide)(name[language], String(ride)),
  )
  return (
    <div>
      <dt>{t(label)}</dt>
      <dd>
        <b>{formatYuan(way.totalFen)}</b>
        <span class="faint">
          {passes.length === 0 ? t(tariffTexts.noPasses) : passes.join('; ')}
        </span>
      </dd>
    </div>
  )
}
