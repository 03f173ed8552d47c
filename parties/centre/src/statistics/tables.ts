import { type Day, table } from '@unifare/core'

/** Figures of a closed day, of its own or of all days up to it. */
export interface FiguresRow {
  readonly day: Day
  readonly figures: unknown
}

/** A name that was seen, and on which day first. */
export interface SeenRow {
  readonly kind: string
  readonly name: string
  readonly day: Day
}

export const dayFigures = table<FiguresRow>({
  name: 'day_figures',
  columns: { day: 'text', figures: 'json' },
  key: ['day'],
})

export const totalFigures = table<FiguresRow>({
  name: 'total_figures',
  columns: { day: 'text', figures: 'json' },
  key: ['day'],
})

export const seenNames = table<SeenRow>({
  name: 'seen_name',
  columns: { kind: 'text', name: 'text', day: 'text' },
  key: ['kind', 'name'],
})
