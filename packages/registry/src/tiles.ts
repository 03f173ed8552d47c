import tilesFile from '../data/tiles.json' with { type: 'json' }
import { division, list, object, once, text, whole } from './parse.ts'

const readTiles = object({
  source: text,
  tiles: list(
    object({
      division,
      province: text,
      nameEn: text,
      abbr: text,
      col: whole(0),
      row: whole(0),
    }),
  ),
})

/** A province-level unit on the tile map of China: column and row from the north-west corner. */
export type Tile = ReturnType<typeof readTiles>['tiles'][number]

/** The 34 province-level units of the tile map. Positions are ours and claim no border. */
export const tiles: () => readonly Tile[] = once(() => readTiles(tilesFile, 'tiles').tiles)
