import { mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { CITIES, faultsOf, type NationalPlan } from '@unifare/twin'
import { generateDay, openNationalClearing } from '@unifare/twin/node'
import { createProgress, EXIT, printJson, printLines } from '../output.ts'

const DAY = '2026-11-20'
const TAPS_PER_FAULT = 10_000
/** A country has several intake nodes; more than threads keep all of them busy to the end. */
const NODES_PER_THREAD = 2
const MIB = 1024 * 1024

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
  /** Cleared a second time it came to the same root. */
  readonly again: boolean
  readonly threads: number
  readonly segments: number
  readonly dataMiB: number
  readonly generatedS: number
  readonly clearedS: number
  readonly tapsPerSecond: number
}

/** Runs `unifare national`; exit 1 when the roots or the faults differ. */
export async function national(options: {
  readonly taps: number
  readonly codes: number
  readonly data?: string
  readonly threads?: number
  readonly seed: string
  readonly json?: boolean
}): Promise<number> {
  const { threads = availableParallelism(), codes: codesPercent } = options
  const plan: NationalPlan = {
    seed: options.seed,
    day: DAY,
    taps: options.taps,
    cities: CITIES,
    codesPpm: codesPercent * 10_000,
    nodes: threads * NODES_PER_THREAD,
    tapsPerFault: TAPS_PER_FAULT,
  }
  const dir = options.data ?? (await mkdtemp(join(tmpdir(), 'unifare-national-')))
  try {
    const report = await runDay(plan, { dir, threads, codesPercent })
    if (options.json === true) printJson(report)
    else printLines(...describe(report))
    return report.again && report.exact ? EXIT.ok : EXIT.differences
  } finally {
    if (options.data === undefined) await rm(dir, { recursive: true, force: true })
  }
}

async function runDay(
  plan: NationalPlan,
  options: { readonly dir: string; readonly threads: number; readonly codesPercent: number },
): Promise<NationalReport> {
  const { dir, threads, codesPercent } = options
  const [expected, generatedS] = await timed(() =>
    generateDay({ plan, dir, threads, progress: createProgress('generating') }),
  )
  const clearing = await openNationalClearing({ plan, dir, threads })
  try {
    const [cleared, clearedS] = await timed(() =>
      clearing.clear(clearing.segments, createProgress('clearing')),
    )
    const again = await clearing.clear(clearing.segments, createProgress('once more'))
    return {
      taps: plan.taps,
      cities: plan.cities,
      codesPercent,
      charges: cleared.charges,
      verdicts: cleared.verdicts,
      exact: faultsOf(expected, cleared).exact,
      settledFen: String(cleared.settledFen),
      members: cleared.money.positions.length,
      root: cleared.root,
      again: again.root === cleared.root,
      threads,
      segments: clearing.segments,
      dataMiB: Math.round((await folderBytes(dir)) / MIB),
      generatedS: Math.round(generatedS),
      clearedS: Math.round(clearedS),
      tapsPerSecond: Math.round(plan.taps / clearedS),
    }
  } finally {
    await clearing.close()
  }
}

function describe(report: NationalReport): string[] {
  const verdicts = Object.entries(report.verdicts).map(([name, count]) => `${name} ${count}`)
  return [
    `day       ${report.taps} taps in ${report.cities} cities, ${report.codesPercent} % ride codes, ${report.charges} charges`,
    `data      ${report.segments} segments, ${report.dataMiB} MiB with what the day left; made in ${report.generatedS} s`,
    `cleared   in ${report.clearedS} s by ${report.threads} threads: ${report.tapsPerSecond} taps/s, every TAC, MAC2 and signature checked`,
    `verdicts  ${verdicts.join(', ')}: ${report.exact ? 'exactly what was put in' : 'NOT what was put in'}`,
    `settled   ${report.settledFen} fen between ${report.members} members`,
    `root      ${report.root}`,
    `again     ${report.again ? 'the same root' : 'ANOTHER ROOT'}`,
  ]
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
