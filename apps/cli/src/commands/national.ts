import { rmSync } from 'node:fs'
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { formatYuan, requireData } from '@unifare/core'
import { CITIES, faultsOf, type NationalPlan } from '@unifare/twin'
import {
  generateDay,
  type NationalDay,
  nationalRoomBytes,
  openNationalClearing,
  readNationalDay,
  requireRoom,
  takeFolder,
  writeNationalDay,
} from '@unifare/twin/node'
import { countsOf, figureLine } from '../figures.ts'
import { createProgress, EXIT, printJson, printLines, tell } from '../output.ts'

const DAY = '2026-11-20'
const TAPS_PER_FAULT = 10_000
/** A country has several intake nodes; more than threads keep all of them busy to the end. */
const NODES_PER_THREAD = 2
const MIB = 1024 * 1024
const PPM_PER_PERCENT = 10_000
const PROGRESS = {
  generating: 'generating 生成',
  clearing: 'clearing 清算',
  again: 'once more 重算',
} as const

/** Options as the command line gives them. */
export interface NationalOptions {
  readonly taps: number
  readonly codes: number
  readonly data?: string
  /** Clears the day of the folder and generates none. */
  readonly again?: boolean
  readonly threads?: number
  readonly seed: string
  readonly lang?: Lang
  readonly json?: boolean
}

type Lang = 'en' | 'zh'

/** What `unifare national` tells. */
export interface NationalReport {
  readonly taps: number
  readonly cities: number
  readonly codesPercent: number
  readonly charges: number
  readonly verdicts: Readonly<Record<string, number>>
  /** Every fault that was put in was found, and none was invented. */
  readonly exact: boolean
  readonly settledFen: string
  readonly members: number
  readonly root: string
  /** Cleared another time, in this run or one before, it came to the same root. */
  readonly again: boolean
  readonly threads: number
  readonly segments: number
  readonly dataMiB: number
  /** Nothing where the day was there. */
  readonly generatedS?: number
  readonly clearedS: number
  readonly tapsPerSecond: number
}

/** Runs `unifare national`; exit 1 when the roots or the faults differ. */
export async function national(options: NationalOptions): Promise<number> {
  const { data, threads = availableParallelism() } = options
  if (data !== undefined) return await nationalIn(resolve(data), { ...options, threads })
  requireData(
    options.again !== true,
    'national.no-day',
    '--again clears the day of a folder: name it with --data',
  )
  const dir = await mkdtemp(join(tmpdir(), 'unifare-national-'))
  const stopRemoving = removeWhenEnded(dir)
  try {
    return await nationalIn(dir, { ...options, threads })
  } finally {
    stopRemoving()
    await rm(dir, { recursive: true, force: true })
  }
}

async function nationalIn(
  dir: string,
  options: NationalOptions & { readonly threads: number },
): Promise<number> {
  const { threads } = options
  const made = options.again === true ? await dayOf(dir) : await makeDay(dir, options)
  const report = await clearTwice(made, { dir, threads })
  if (options.json === true) printJson(report)
  else printLines(...describe(report, options.lang ?? 'en'))
  return report.again && report.exact ? EXIT.ok : EXIT.differences
}

/** A day and how long it took to make it. */
interface MadeDay {
  readonly day: NationalDay & Required<Pick<NationalDay, 'expected'>>
  readonly generatedS?: number
}

async function dayOf(dir: string): Promise<MadeDay> {
  const day = await readNationalDay(dir)
  const { expected } = day ?? {}
  requireData(
    day !== undefined && expected !== undefined,
    'national.no-day',
    `${dir} has no generated day: make it without --again`,
  )
  return { day: { ...day, expected } }
}

async function makeDay(
  dir: string,
  { taps, codes, seed, threads, data }: NationalOptions & { readonly threads: number },
): Promise<MadeDay> {
  const plan: NationalPlan = {
    seed,
    day: DAY,
    taps,
    cities: CITIES,
    codesPpm: codes * PPM_PER_PERCENT,
    nodes: threads * NODES_PER_THREAD,
    tapsPerFault: TAPS_PER_FAULT,
  }
  await takeFolder(dir, plan)
  await requireRoom(dir, nationalRoomBytes(plan))
  const [expected, generatedS] = await timed(() =>
    generateDay({ plan, dir, threads, progress: createProgress(PROGRESS.generating) }),
  )
  await writeNationalDay(dir, { plan, expected })
  if (data !== undefined)
    tell(`the day stays in ${dir}: --again --data ${data} clears it again · 数据保留，可再次清算`)
  return { day: { plan, expected }, generatedS }
}

/** Clears a day that was cleared before once, any other twice. */
async function clearTwice(
  { day, generatedS }: MadeDay,
  { dir, threads }: { readonly dir: string; readonly threads: number },
): Promise<NationalReport> {
  const { plan, expected } = day
  const clearing = await openNationalClearing({ plan, dir, threads })
  try {
    const [cleared, clearedS] = await timed(() =>
      clearing.clear(clearing.segments, createProgress(PROGRESS.clearing)),
    )
    const { root } = cleared
    if (day.root === undefined) await writeNationalDay(dir, { plan, expected, root })
    const before =
      day.root ?? (await clearing.clear(clearing.segments, createProgress(PROGRESS.again))).root
    return {
      taps: plan.taps,
      cities: plan.cities,
      codesPercent: plan.codesPpm / PPM_PER_PERCENT,
      charges: cleared.charges,
      verdicts: cleared.verdicts,
      exact: faultsOf(expected, cleared).exact,
      settledFen: String(cleared.settledFen),
      members: cleared.money.positions.length,
      root,
      again: root === before,
      threads,
      segments: clearing.segments,
      dataMiB: Math.round((await folderBytes(dir)) / MIB),
      ...(generatedS !== undefined && { generatedS: Math.round(generatedS) }),
      clearedS: Math.round(clearedS),
      tapsPerSecond: Math.round(plan.taps / clearedS),
    }
  } finally {
    await clearing.close()
  }
}

/** Lines of a report: label, and what is told. */
const LINES = {
  en: {
    day: 'day',
    ofDay: ({ taps, cities, codesPercent, charges }: NationalReport) =>
      `${taps} taps in ${cities} cities, ${codesPercent} % ride codes, ${charges} charges`,
    data: 'data',
    ofData: ({ segments, dataMiB, generatedS }: NationalReport) =>
      `${segments} segments, ${dataMiB} MiB with what the day left; ${generatedS === undefined ? 'made before' : `made in ${generatedS} s`}`,
    cleared: 'cleared',
    ofCleared: ({ clearedS, threads, tapsPerSecond }: NationalReport) =>
      `in ${clearedS} s by ${threads} threads: ${tapsPerSecond} taps/s, every TAC, MAC2 and signature checked`,
    verdicts: 'verdicts',
    exact: 'exactly what was put in',
    inexact: 'NOT what was put in',
    settled: 'settled',
    ofSettled: ({ settledFen, members }: NationalReport) =>
      `${formatYuan(Number(settledFen))} CNY between ${members} members`,
    root: 'root',
    again: 'again',
    same: 'the same root',
    other: 'ANOTHER ROOT',
  },
  zh: {
    day: '清算日',
    ofDay: ({ taps, cities, codesPercent, charges }: NationalReport) =>
      `${cities} 个城市 ${taps} 次刷卡扫码，其中乘车码 ${codesPercent} %，收费 ${charges} 笔`,
    data: '数据',
    ofData: ({ segments, dataMiB, generatedS }: NationalReport) =>
      `${segments} 个清算段，含清算结果共 ${dataMiB} MiB；${generatedS === undefined ? '此前已生成' : `生成用时 ${generatedS} 秒`}`,
    cleared: '清算',
    ofCleared: ({ clearedS, threads, tapsPerSecond }: NationalReport) =>
      `用时 ${clearedS} 秒，${threads} 个线程，每秒 ${tapsPerSecond} 笔；TAC、MAC2 与签名逐笔校验`,
    verdicts: '判定',
    exact: '与注入的故障完全一致',
    inexact: '与注入的故障不一致',
    settled: '结算',
    ofSettled: ({ settledFen, members }: NationalReport) =>
      `${members} 个成员之间共 ${formatYuan(Number(settledFen))} 元`,
    root: '日根',
    again: '重新清算',
    same: '日根一致',
    other: '日根不一致',
  },
} as const

function describe(report: NationalReport, lang: Lang): string[] {
  const words = LINES[lang]
  const fits = report.exact ? words.exact : words.inexact
  return [
    figureLine(words.day, words.ofDay(report)),
    figureLine(words.data, words.ofData(report)),
    figureLine(words.cleared, words.ofCleared(report)),
    figureLine(words.verdicts, `${countsOf(report.verdicts, lang)}: ${fits}`),
    figureLine(words.settled, words.ofSettled(report)),
    figureLine(words.root, report.root),
    figureLine(words.again, report.again ? words.same : words.other),
  ]
}

/** A folder of many gigabytes does not outlive a run that is ended. */
function removeWhenEnded(dir: string): () => void {
  const signals = ['SIGTERM', 'SIGINT'] as const
  const end = (signal: NodeJS.Signals) => {
    stop()
    // Threads write into it still.
    rmSync(dir, { recursive: true, force: true, maxRetries: 5 })
    process.kill(process.pid, signal)
  }
  const stop = () => {
    for (const signal of signals) process.removeListener(signal, end)
  }
  for (const signal of signals) process.on(signal, end)
  return stop
}

async function timed<Result>(work: () => Promise<Result>): Promise<readonly [Result, number]> {
  const started = performance.now()
  const result = await work()
  return [result, (performance.now() - started) / 1000]
}

async function folderBytes(dir: string): Promise<number> {
  let bytes = 0
  for (const entry of await readdir(dir, { withFileTypes: true })) {
    if (entry.isFile()) bytes += (await stat(join(dir, entry.name))).size
  }
  return bytes
}
