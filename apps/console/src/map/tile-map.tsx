import { useLanguage, useText } from '@unifare/language'
import { tiles } from '@unifare/registry'
import { mapTexts } from '../i18n/map-texts.ts'
import type { Overview } from '../model.ts'
import { useMedia } from '../state/use-media.ts'
import { CityDot } from './city-dot.tsx'
import { FlowLines } from './flow-lines.tsx'
import { mapSize, placeCities, provinceOf, scaleFor, tileCorner } from './layout.ts'
import { provinceLetters } from './province-letters.ts'

/** By the number of member cities: none, one, several. */
const TILE_CLASSES = ['tile', 'tile member', 'tile member shared'] as const

/** The tile map of China: provinces as tiles, member cities as dots, rides away as lines. */
export function TileMap({
  overview,
  city,
  onCity,
}: {
  readonly overview: Overview
  readonly city: string | null
  readonly onCity: (city: string) => void
}) {
  const { language } = useLanguage()
  const t = useText()
  const scale = scaleFor({ narrow: useMedia('(max-width: 720px)'), latin: language === 'en' })
  const all = tiles()
  const { width, height } = mapSize(all, scale)
  const places = placeCities(overview.cities, all, scale)
  return (
    <svg
      class="map"
      viewBox={`-2 -2 ${width + 4} ${height + 4}`}
      role="group"
      aria-label={t(mapTexts.mapLabel)}
      style={{ '--label': `${scale.text}px` }}
    >
      <g aria-hidden="true">
        {all.map((tile) => {
          const { x, y } = tileCorner(tile, scale)
          const members = overview.cities.filter(
            (one) => provinceOf(one.division) === tile.division,
          )
          return (
            <g key={tile.division} class={TILE_CLASSES[Math.min(members.length, 2)]}>
              <title>{language === 'zh' ? tile.province : tile.nameEn}</title>
              <rect x={x} y={y} width={scale.width} height={scale.height} rx="7" />
              <text x={x + scale.width - 7} y={y + scale.text + 3} text-anchor="end">
                {language === 'zh' ? tile.abbr : provinceLetters[tile.division]}
              </text>
            </g>
          )
        })}
      </g>
      <FlowLines rides={overview.rides} places={places} city={city} />
      {places.map((place) => (
        <CityDot
          key={place.city.division}
          place={place}
          rides={overview.rides.filter((ride) => ride.city === place.city.division)}
          chosen={place.city.division === city}
          onChoose={() => onCity(place.city.division)}
        />
      ))}
    </svg>
  )
}
