import type { DiffRow, TariffComparison } from '@unifare/console'
import { createSeededRandom, requireData, UnifareError } from '@unifare/core'
import {
  byStatedDistance,
  type CompiledTariff,
  diffTariffs,
  type FarePicture,
  farePicture,
  lintTariff,
  parseTariffText,
  riderClassWords,
  sampleRiders,
  shiftFares,
  type Tariff,
  type Words,
} from '@unifare/fares'
import type { TariffBook } from './tariff-book.ts'

const RIDERS = 240
/** The furthest that a proposal moves a fare. */
const SHIFT_MOST_FEN = 5_000
const FILE_MOST_CHARS = 400_000

/**
 * Compares a tariff with what an address asks for: `with`, another tariff in its place, for the
 * riders of its own city; or `raiseFen`, itself with every base fare so much higher.
 */
export function compareTariffs(
  book: TariffBook,
  id: string,
  asked: Readonly<Record<string, string>>,
): TariffComparison {
  const before = book.compiled(id)
  return compared(before, proposalOf(before, book, asked))
}

/**
 * Compares a tariff with that of a file, YAML or JSON: of several the one of the same id. Throws
 * `fares.bad-tariff` with the place of every fault.
 */
export function compareWithFile(book: TariffBook, id: string, text: string): TariffComparison {
  requireData(
    text.length <= FILE_MOST_CHARS,
    'fares.bad-tariff',
    `a tariff file has ${FILE_MOST_CHARS} characters at most`,
  )
  const before = book.compiled(id)
  const found = parseTariffText(text)
  const after = found.find((one) => one.id === id) ?? found[0]
  requireData(after !== undefined, 'fares.no-tariff', 'the file holds no tariff')
  return { ...compared(before, inPlaceOf(before, after)), findings: lintTariff(after) }
}

function compared(before: CompiledTariff, after: Tariff): TariffComparison {
  // One seed: who looks twice sees the same riders.
  const [old, now] = [byStatedDistance(before), byStatedDistance({ tariff: after })]
  const random = createSeededRandom('unifare/comparison')
  const diff = diffTariffs(old, now, sampleRiders([old, now], { random, riders: RIDERS }))
  const { total, riders, unpriced, byClass, byMedium, byDistance } = diff
  return {
    before: namesOf(before.tariff),
    after: { ...diff.after, name: namesOf(after).name },
    picture: pictureOf(after),
    total,
    riders,
    unpriced,
    findings: [],
    byClass: labelled(byClass, riderClassWords),
    byMedium: labelled(byMedium, mediumWords),
    byDistance: labelled(byDistance, distanceWords),
    examples: diff.examples.map(({ rider, beforeFen, afterFen, before: why, after: whyNow }) => ({
      rider,
      beforeFen,
      afterFen,
      before: why,
      after: whyNow,
    })),
  }
}

function proposalOf(
  before: CompiledTariff,
  book: TariffBook,
  asked: Readonly<Record<string, string>>,
): Tariff {
  const other = asked['with']
  if (other !== undefined) {
    return inPlaceOf(before, book.compiled(other).tariff)
  }
  const raiseFen = Number(asked['raiseFen'] ?? Number.NaN)
  if (!Number.isSafeInteger(raiseFen) || Math.abs(raiseFen) > SHIFT_MOST_FEN) {
    throw new UnifareError('fares.bad-journeys', 'what to compare with is not told')
  }
  return shiftFares(before.tariff, raiseFen)
}

/** Another tariff as the local one of this city, so that local riders stay local. */
function inPlaceOf({ tariff: { city, modes } }: CompiledTariff, other: Tariff): Tariff {
  return { ...other, city, modes }
}

function namesOf({ id, version, nameZh, nameEn }: Tariff): TariffComparison['before'] {
  return { id, version, name: { zh: nameZh, en: nameEn } }
}

function pictureOf(tariff: Tariff): FarePicture | null {
  const [rule] = tariff.rules
  return rule === undefined ? null : farePicture(tariff, rule.base)
}

function labelled<T extends DiffRow>(
  rows: readonly T[],
  wordsOf: (name: string) => Words,
): (T & { readonly label: Words })[] {
  return rows.map((row) => ({ ...row, label: wordsOf(row.name) }))
}

const MEDIA: Readonly<Record<string, Words>> = {
  'card local': { zh: '本地卡', en: 'card issued here' },
  'card visitor': { zh: '外地卡', en: 'card from elsewhere' },
  'code local': { zh: '本地乘车码', en: 'ride code issued here' },
  'code visitor': { zh: '外地乘车码', en: 'ride code from elsewhere' },
}

function mediumWords(name: string): Words {
  return MEDIA[name] ?? { zh: name, en: name }
}

/** Bands come as ` 4 – 8 km`, `50 km +`, and `?` where no distance is known. */
function distanceWords(name: string): Words {
  if (name === '?') return { zh: '里程未知', en: 'distance unknown' }
  const en = name.trim().replace('km +', 'km and more')
  return { zh: en.replace('km and more', '公里以上').replace('km', '公里'), en }
}
