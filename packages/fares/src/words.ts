/** Modes of travel, in the words of the wire. */
export const FARE_MODES = [
  'bus',
  'metro',
  'taxi',
  'ferry',
  'light-rail',
  'bicycle',
  'brt',
  'cableway',
] as const
export type FareMode = (typeof FARE_MODES)[number]

/** What a rider presents. */
export const FARE_MEDIA = ['card', 'code'] as const
export type FareMedium = (typeof FARE_MEDIA)[number]

/**
 * How far a value can be trusted: `confirmed`, its source was read; `recalled`, from memory and
 * not checked; `ours`, set by Unifare where no source tells it.
 */
export const SOURCE_MARKS = ['confirmed', 'recalled', 'ours'] as const
export type SourceMark = (typeof SOURCE_MARKS)[number]
