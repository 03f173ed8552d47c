import { useText } from '@unifare/language'
import { useState } from 'preact/hooks'
import { formatCount } from '../format/money.ts'
import { mapTexts } from '../i18n/map-texts.ts'
import type { Overview } from '../model.ts'
import { Nothing } from '../shell/states.tsx'
import { countRefused } from '../state/counts.ts'
import { CityTable } from './city-table.tsx'
import { TileMap } from './tile-map.tsx'

const VIEWS = ['map', 'table'] as const

/** Taps by city: key figures, and the map or its table. */
export function CityPanel({
  overview,
  city,
  onCity,
}: {
  readonly overview: Overview
  readonly city: string | null
  readonly onCity: (city: string) => void
}) {
  const [view, setView] = useState<(typeof VIEWS)[number]>('map')
  const t = useText()
  return (
    <section class={`cities cities-${view}`} aria-labelledby="cities-title">
      <div class="cities-head">
        <h2 id="cities-title">{t(mapTexts.title)}</h2>
        <div class="segments" role="group" aria-label={t(mapTexts.view)}>
          {VIEWS.map((name) => (
            <button
              key={name}
              type="button"
              aria-pressed={name === view}
              onClick={() => setView(name)}
            >
              {t(name === 'map' ? mapTexts.asMap : mapTexts.asTable)}
            </button>
          ))}
        </div>
        <Figures overview={overview} />
      </div>
      {overview.cities.length === 0 ? (
        <Nothing title={t(mapTexts.noCities)} />
      ) : view === 'map' ? (
        <TileMap overview={overview} city={city} onCity={onCity} />
      ) : (
        <CityTable cities={overview.cities} />
      )}
      {view === 'map' && <Legend />}
    </section>
  )
}

function Figures({ overview }: { readonly overview: Overview }) {
  const t = useText()
  const figures = [
    { text: mapTexts.accepted, count: overview.accepted },
    { text: mapTexts.refused, count: countRefused(overview) },
    { text: mapTexts.riders, count: overview.riders },
  ]
  return (
    <dl class="figures">
      {figures.map(({ text, count }) => (
        <div key={text.en}>
          <dt>{t(text)}</dt>
          <dd>{formatCount(count)}</dd>
        </div>
      ))}
    </dl>
  )
}

function Legend() {
  const t = useText()
  return (
    <ul class="legend">
      <li class="legend-dot">{t(mapTexts.legendDot)}</li>
      <li class="legend-flow">{t(mapTexts.legendFlow)}</li>
      <li class="legend-tile">{t(mapTexts.legendTile)}</li>
    </ul>
  )
}
