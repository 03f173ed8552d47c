import { useLanguage, useText } from '@unifare/language'
import { formatCount } from '../format/money.ts'
import { mapTexts } from '../i18n/map-texts.ts'
import type { OverviewRide } from '../model.ts'
import type { CityPlace } from './layout.ts'

/** A member city. Every tap that is new to the page sends out one ring. */
export function CityDot({
  place: { city, x, y, radius, labelX, labelY, anchor, area },
  rides,
  chosen,
  onChoose,
}: {
  readonly place: CityPlace
  readonly rides: readonly OverviewRide[]
  readonly chosen: boolean
  readonly onChoose: () => void
}) {
  const { language } = useLanguage()
  const t = useText()
  const name = language === 'zh' ? city.nameZh : city.nameEn
  const { accepted, refused } = city
  return (
    <g
      class="city"
      role="button"
      tabindex={0}
      aria-pressed={chosen}
      aria-label={t(mapTexts.cityLabel)(name, formatCount(accepted), formatCount(refused))}
      onClick={onChoose}
      onKeyDown={(event) => {
        if (event.key !== 'Enter' && event.key !== ' ') return
        event.preventDefault()
        onChoose()
      }}
    >
      <rect class="city-reach" {...area} rx="7" />
      {rides.map(({ tap, ok }, index) => (
        <circle
          key={tap}
          class={ok ? 'ring' : 'ring ring-refused'}
          style={{ animationDelay: `${(index % 8) * 90}ms`, transformOrigin: `${x}px ${y}px` }}
          cx={x}
          cy={y}
          r={radius}
        />
      ))}
      <circle class="city-dot" cx={x} cy={y} r={radius} />
      <text class="city-name" x={labelX} y={labelY} text-anchor={anchor}>
        {name}
      </text>
    </g>
  )
}
