import { readFile } from 'node:fs/promises'
import { createSeededRandom, formatYuan, parseJson, UnifareError } from '@unifare/core'
import {
  byStatedDistance,
  type CompiledTariff,
  compileTariff,
  type DiffRow,
  diffTariffs,
  type JourneyInput,
  journeyRiders,
  parseJourneys,
  sampleRiders,
  type TariffDiff,
} from '@unifare/fares'
import { EXIT, printJson, printLines } from '../../output.ts'
import { openTariff, type TariffFiles } from './open-tariff.ts'

interface DiffOptions extends TariffFiles {
  readonly riders: number
  readonly seed: string
  readonly lang: 'en' | 'zh'
  readonly json?: boolean
}

/** Prints what a change of tariffs costs whom; exit code 1 when it changes any fare. */
export async function diff(
  files: { readonly before: string; readonly after: string; readonly journeys?: string },
  options: DiffOptions,
): Promise<number> {
  const journeys =
    files.journeys === undefined
      ? undefined
      : parseJourneys(parseJson(await readFile(files.journeys, 'utf8')))
  const before = await compiled(files.before, options)
  const after = await compiled(files.after, options)
  const diffs = pairs(before, after).map(([old, now]) => compare({ old, now, journeys, options }))
  if (options.json === true) printJson(diffs)
  else printLines(...diffs.flatMap((one) => [...describe(one, options.lang), '']))
  const same = diffs.every(({ total, unpriced }) => {
    return total.same === total.rides && unpriced.before + unpriced.after === 0
  })
  return same ? EXIT.ok : EXIT.differences
}

async function compiled(what: string, files: TariffFiles): Promise<CompiledTariff[]> {
  const opened = await openTariff(what, files)
  if (opened.kind === 'feed') {
    throw new UnifareError('fares.no-tariff', `${what} is a GTFS folder; tariffs are compared`)
  }
  return opened.tariffs.map((tariff) =>
    compileTariff(
      tariff,
      opened.networks.find(({ id }) => id === tariff.network),
    ),
  )
}

/** One against one whatever their names; of several those with the same id. */
function pairs(
  before: readonly CompiledTariff[],
  after: readonly CompiledTariff[],
): (readonly [CompiledTariff, CompiledTariff])[] {
  const [old, now] = [before[0], after[0]]
  if (before.length === 1 && after.length === 1 && old !== undefined && now !== undefined) {
    return [[old, now]]
  }
  const found = before.flatMap((one) => {
    const other = after.find(({ tariff }) => tariff.id === one.tariff.id)
    return other === undefined ? [] : [[one, other] as const]
  })
  if (found.length === 0) {
    throw new UnifareError('fares.no-tariff', 'the two files have no tariff with the same id')
  }
  return found
}

function compare(asked: {
  readonly old: CompiledTariff
  readonly now: CompiledTariff
  readonly journeys: readonly JourneyInput[] | undefined
  readonly options: DiffOptions
}): TariffDiff {
  const { old, now, journeys, options } = asked
  if (journeys === undefined) {
    const random = createSeededRandom(options.seed)
    return diffTariffs(old, now, sampleRiders([old, now], { random, riders: options.riders }))
  }
  const stated = journeys.every(({ legs }) => legs.every(({ from }) => from === undefined))
  const [a, b] = stated ? [byStatedDistance(old), byStatedDistance(now)] : [old, now]
  return diffTariffs(a, b, journeyRiders(a, journeys))
}

const WORDS = {
  en: {
    class: 'by class',
    medium: 'by medium and issuer',
    distance: 'by distance',
    head: ['', 'rides', 'dearer', 'cheaper', 'same', 'before', 'after', 'change', '%'],
    riders: (of: TariffDiff['riders']) =>
      `riders: ${of.dearer} pay more, ${of.cheaper} pay less, ${of.same} the same`,
    unpriced: 'rides without a price (before only, after only, both)',
  },
  zh: {
    class: '按乘客类别',
    medium: '按介质与发行地',
    distance: '按里程',
    head: ['', '乘次', '变贵', '变便宜', '不变', '原收入', '新收入', '差额', '%'],
    riders: (of: TariffDiff['riders']) =>
      `乘客：${of.dearer} 人多付，${of.cheaper} 人少付，${of.same} 人不变`,
    unpriced: '无票价的乘次（原、新、两者）',
  },
} as const

function describe(diffed: TariffDiff, lang: 'en' | 'zh'): string[] {
  const { before, after, total, riders, byClass, byMedium, byDistance, unpriced } = diffed
  const words = WORDS[lang]
  const section = (name: string, rows: readonly DiffRow[]) => ['', name, ...table(rows, words.head)]
  return [
    `${before.id} ${before.version} → ${after.id} ${after.version}`,
    ...table([total], words.head),
    words.riders(riders),
    ...section(words.distance, byDistance),
    ...section(words.class, byClass),
    ...section(words.medium, byMedium),
    ...(unpriced.before + unpriced.after + unpriced.both === 0
      ? []
      : ['', `${words.unpriced}: ${unpriced.before}, ${unpriced.after}, ${unpriced.both}`]),
    ...diffed.examples.flatMap((one) => [
      '',
      `${one.rider}: ${formatYuan(one.beforeFen)} → ${formatYuan(one.afterFen)}`,
      ...one.before[lang].map((line) => `  - ${line}`),
      ...one.after[lang].map((line) => `  + ${line}`),
    ]),
  ]
}

function table(rows: readonly DiffRow[], head: readonly string[]): string[] {
  const cells = rows.map((row) => [
    row.name,
    String(row.rides),
    String(row.dearer),
    String(row.cheaper),
    String(row.same),
    formatYuan(row.beforeFen),
    formatYuan(row.afterFen),
    `${row.changeFen > 0 ? '+' : ''}${formatYuan(row.changeFen)}`,
    row.beforeFen === 0 ? '' : ((row.changeFen * 100) / row.beforeFen).toFixed(1),
  ])
  const all = [head, ...cells]
  const widths = head.map((_, at) => Math.max(...all.map((row) => widthOf(row[at] ?? ''))))
  return all.map((row) =>
    row
      .map((cell, at) => {
        const pad = ' '.repeat((widths[at] ?? 0) - widthOf(cell))
        return at === 0 ? cell + pad : pad + cell
      })
      .join('  '),
  )
}

/** Columns on a terminal: Chinese characters take two. */
function widthOf(text: string): number {
  return text.length + text.replaceAll(/[^\u2E80-\uFFFF]/g, '').length
}
