import { type Text, useText } from '@unifare/language'
import { formatCount, formatYuan } from '../format/money.ts'
import { mapTexts } from '../i18n/map-texts.ts'
import { rideTexts } from '../i18n/ride-texts.ts'
import { settlementTexts } from '../i18n/settlement-texts.ts'
import type { Overview, OverviewSettlement } from '../model.ts'
import { countRefused } from '../state/counts.ts'

/** The day in figures, and the check that its nets sum to zero. */
export function Stats({
  overview,
  settlement,
}: {
  readonly overview: Overview
  readonly settlement: OverviewSettlement
}) {
  const refused = countRefused(overview)
  const figures: [Text<string>, string][] = [
    [mapTexts.cities, formatCount(overview.cities.length)],
    [mapTexts.riders, formatCount(overview.riders)],
    [settlementTexts.taps, formatCount(overview.accepted + refused)],
    [mapTexts.accepted, formatCount(overview.accepted)],
    [mapTexts.refused, formatCount(refused)],
    [settlementTexts.collected, formatCount(settlement.collected.paid)],
    [settlementTexts.advanced, formatCount(settlement.collected.advanced)],
  ]
  return (
    <div class="stats">
      <SettledFigure settledFen={settlement.settledFen} />
      <SumFigure sumFen={settlement.sumFen} />
      <FigureList figures={figures} />
      <Seal settlement={settlement} />
    </div>
  )
}

function SettledFigure({ settledFen }: { readonly settledFen: number }) {
  const t = useText()
  return (
    <div class="stat-large">
      <p>{t(settlementTexts.settled)}</p>
      <strong>
        {formatYuan(settledFen)} <small>{t(rideTexts.yuan)}</small>
      </strong>
    </div>
  )
}

function SumFigure({ sumFen }: { readonly sumFen: number }) {
  const t = useText()
  const ok = sumFen === 0
  return (
    <div class={ok ? 'stat-large check-ok' : 'stat-large check-bad'}>
      <p>{t(settlementTexts.sum)}</p>
      <strong>
        {formatYuan(sumFen)}{' '}
        <small>
          <span aria-hidden="true">{ok ? '✓' : '✗'}</span>{' '}
          {t(ok ? settlementTexts.sumOk : settlementTexts.sumBad)}
        </small>
      </strong>
    </div>
  )
}

function FigureList({ figures }: { readonly figures: readonly [Text<string>, string][] }) {
  const t = useText()
  return (
    <dl class="stat-list">
      {figures.map(([label, value]) => (
        <div key={label.en}>
          <dt>{t(label)}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}

/** Put on the day only when it balances and its second run was identical. */
function Seal({ settlement }: { readonly settlement: OverviewSettlement }) {
  const t = useText()
  if (settlement.sumFen !== 0 || settlement.root !== settlement.rerunRoot) return null
  return (
    <p class="seal">
      <span>{t(settlementTexts.seal)}</span>
      <time dateTime={settlement.day}>{settlement.day}</time>
    </p>
  )
}
