import { tiles } from '@unifare/registry'
import { describe, expect, it } from 'vitest'
import { recordedDay } from '../fixture/index.ts'
import { flowPath, mapSize, NARROW, placeCities, provinceOf, tileCorner, WIDE } from './layout.ts'
import { provinceLetters } from './province-letters.ts'

const { cities } = recordedDay

describe('the tile map', () => {
  it('has letters for all 34 province-level units', () => {
    expect(Object.keys(provinceLetters).sort()).toEqual(
      tiles()
        .map(({ division }) => division)
        .sort(),
    )
    expect(new Set(Object.values(provinceLetters)).size).toBe(34)
  })

  it.each([WIDE, NARROW])('places every city inside the tile of its province', (scale) => {
    const places = placeCities(cities, tiles(), scale)
    expect(places.map(({ city }) => city.division).sort()).toEqual(
      cities.map(({ division }) => division).sort(),
    )
    for (const { city, x, y, radius } of places) {
      const tile = tiles().find(({ division }) => division === provinceOf(city.division))
      if (tile === undefined) throw new TypeError(`no tile for ${city.division}`)
      const corner = tileCorner(tile, scale)
      expect(x - radius).toBeGreaterThanOrEqual(corner.x)
      expect(x + radius).toBeLessThanOrEqual(corner.x + scale.width)
      expect(y - radius).toBeGreaterThanOrEqual(corner.y)
      expect(y + radius).toBeLessThanOrEqual(corner.y + scale.height)
    }
  })

  it('keeps the cities of one tile apart', () => {
    const guangdong = placeCities(cities, tiles(), WIDE).filter(
      ({ city }) => provinceOf(city.division) === '440000',
    )
    expect(guangdong).toHaveLength(3)
    const [a, b, c] = guangdong.map(({ y, radius }) => ({ from: y - radius, to: y + radius }))
    expect(a?.to).toBeLessThan(b?.from ?? 0)
    expect(b?.to).toBeLessThan(c?.from ?? 0)
  })

  it('draws more taps larger', () => {
    const radius = (accepted: number) =>
      placeCities(
        [
          { ...cities[0]!, accepted },
          { ...cities[1]!, accepted: 100 },
        ],
        tiles(),
        WIDE,
      ).find(({ city }) => city.division === cities[0]?.division)?.radius ?? 0
    expect(radius(0)).toBeLessThan(radius(10))
    expect(radius(10)).toBeLessThan(radius(100))
  })

  it('measures the whole map and bows lines to different sides', () => {
    expect(mapSize(tiles(), WIDE)).toEqual({ width: 8 * 88 - 4, height: 11 * 66 - 4 })
    const [there, back] = [
      flowPath({ x: 0, y: 0 }, { x: 10, y: 0 }),
      flowPath({ x: 10, y: 0 }, { x: 0, y: 0 }),
    ]
    expect(there).toBe('M0.0 0.0Q5.0 -1.8 10.0 0.0')
    expect(back).toBe('M10.0 0.0Q5.0 1.8 0.0 0.0')
  })
})
