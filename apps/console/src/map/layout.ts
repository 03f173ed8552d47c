import type { Tile } from '@unifare/registry'
import type { OverviewCity } from '../model.ts'

/** Measures of the map, in units of its view box. */
export interface MapScale {
  readonly width: number
  readonly height: number
  readonly gap: number
  /** Size of a city's label. */
  readonly text: number
  /** Largest radius of a dot that has a tile for itself. */
  readonly dot: number
}

/** For desks: tiles lie flat, so that the whole country fits beside the list. */
export const WIDE = { width: 84, height: 62, gap: 4, text: 12, dot: 11 } as const satisfies MapScale
/** For phones: tiles stand square and letters are larger. */
export const NARROW = {
  width: 84,
  height: 86,
  gap: 4,
  text: 20,
  dot: 14,
} as const satisfies MapScale

const NARROW_LATIN_TEXT = 17.5
const DOT_LEAST = 3.5
const SHARED_DOT_MOST = 6.5

/** The scale for a screen and a script: Latin names are longer, so their letters are smaller. */
export function scaleFor({ narrow, latin }: { narrow: boolean; latin: boolean }): MapScale {
  if (!narrow) return WIDE
  return latin ? { ...NARROW, text: NARROW_LATIN_TEXT } : NARROW
}

/** Where a city's dot and label stand. */
export interface CityPlace {
  readonly city: OverviewCity
  readonly x: number
  readonly y: number
  readonly radius: number
  readonly labelX: number
  readonly labelY: number
  readonly anchor: 'middle' | 'start'
  /** What can be pointed at: the tile, or the city's row of it. */
  readonly area: {
    readonly x: number
    readonly y: number
    readonly width: number
    readonly height: number
  }
}

/** Upper left corner of a tile. */
export function tileCorner({ col, row }: Tile, scale: MapScale): { x: number; y: number } {
  return { x: col * (scale.width + scale.gap), y: row * (scale.height + scale.gap) }
}

/** The province-level division that a division of any level lies in. */
export function provinceOf(division: string): string {
  return `${division.slice(0, 2)}0000`
}

/** Width and height of the whole map. */
export function mapSize(
  tiles: readonly Tile[],
  scale: MapScale,
): { width: number; height: number } {
  const corners = tiles.map((tile) => tileCorner(tile, scale))
  return {
    width: Math.max(0, ...corners.map(({ x }) => x + scale.width)),
    height: Math.max(0, ...corners.map(({ y }) => y + scale.height)),
  }
}

/** Places each city on its province's tile: one in the middle, several as rows. */
export function placeCities(
  cities: readonly OverviewCity[],
  tiles: readonly Tile[],
  scale: MapScale,
): CityPlace[] {
  const most = Math.max(1, ...cities.map(({ accepted }) => accepted))
  return tiles.flatMap((tile): CityPlace[] => {
    const own = cities.filter(({ division }) => provinceOf(division) === tile.division)
    const corner = tileCorner(tile, scale)
    // The area of a dot, not its radius, tells the count.
    const share = (city: OverviewCity) => Math.sqrt(city.accepted / most)
    const [only] = own
    if (only !== undefined && own.length === 1) {
      const x = corner.x + scale.width / 2
      return [
        {
          city: only,
          x,
          y: corner.y + scale.height * 0.4,
          radius: DOT_LEAST + share(only) * (scale.dot - DOT_LEAST),
          labelX: x,
          labelY: corner.y + scale.height - scale.text * 0.6,
          anchor: 'middle',
          area: { ...corner, width: scale.width, height: scale.height },
        },
      ]
    }
    return own.map((city, index) => {
      const x = corner.x + 12
      const y = corner.y + (scale.height * (index + 0.5)) / own.length
      const radius = DOT_LEAST + share(city) * (SHARED_DOT_MOST - DOT_LEAST)
      const label = { labelX: x + 10, labelY: y + scale.text * 0.36, anchor: 'start' as const }
      const height = scale.height / own.length
      const area = { x: corner.x, y: corner.y + index * height, width: scale.width, height }
      return { city, x, y, radius, ...label, area }
    })
  })
}

/** A bowed line between two places, so that there and back are told apart. */
export function flowPath(from: { x: number; y: number }, to: { x: number; y: number }): string {
  const bow = 0.18
  const middleX = (from.x + to.x) / 2 + (to.y - from.y) * bow
  const middleY = (from.y + to.y) / 2 - (to.x - from.x) * bow
  const at = (value: number) => value.toFixed(1)
  return `M${at(from.x)} ${at(from.y)}Q${at(middleX)} ${at(middleY)} ${at(to.x)} ${at(to.y)}`
}
