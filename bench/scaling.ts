// Unit costs of a clearing day on one thread: `npx node bench/scaling.ts [taps]`. docs/scaling.md
// is computed from what this prints.
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  BUCKETS,
  type ClearingWorkers,
  type ClearJob,
  clearSegments,
  FIRST_ROOT,
  openClosedDay,
  type ScatterJob,
  type SectionKind,
} from '@unifare/centre'
import { archiveDay, createFileSpill, startClearingPool } from '@unifare/centre/node'
import { listSegments } from '@unifare/core'
import { createFileStorage } from '@unifare/core/node'
import type { NationalPlan } from '@unifare/twin'
import { generateDay } from '@unifare/twin/node'

const CENTRE = '10000000'
/** Journals of the generated day's two intake nodes. */
const JOURNALS = ['intake-00', 'intake-01']
const taps = Number(process.argv[2] ?? 300_000)
const plan: NationalPlan = {
  seed: 'scaling',
  day: '2026-11-20',
  taps,
  codesPpm: 0,
  nodes: 2,
  cities: 245,
  tapsPerFault: 1_000,
}
const dir = await mkdtemp(join(tmpdir(), 'unifare-scaling-'))
const pool = startClearingPool(
  {
    storageDir: dir,
    spillDir: join(dir, 'spill'),
    verifierModule: import.meta.resolve('@unifare/twin/node'),
    verifierOptions: { seed: plan.seed },
  },
  1,
)
try {
  await generateDay({ plan, dir, threads: 2 })
  const storage = await createFileStorage(dir)
  const segments: Omit<ScatterJob, 'shards' | 'centre'>[] = []
  for (const journal of JOURNALS) {
    for (const segment of await listSegments(storage, journal)) {
      segments.push({ journal, segment, from: 0, until: Number.MAX_SAFE_INTEGER, refused: [] })
    }
  }
  const written = await readdir(dir)
  const own = written.filter((name) => JOURNALS.some((journal) => name.startsWith(journal)))
  const sizes = await Promise.all(own.map(async (name) => (await stat(join(dir, name))).size))
  const files = await createFileSpill(join(dir, 'spill'))
  let spilled = 0
  // Files that are set aside stay until they are weighed.
  const spill = {
    ...files,
    async remove(name: string) {
      spilled += (await stat(join(dir, 'spill', name))).size
      await files.remove(name)
    },
  }
  const cpu = { scatter: 0, clear: 0 }
  let last: Promise<unknown> = Promise.resolve()
  // One job at a time, so that what the process used is what the job used.
  const measured =
    <Job, Result>(stage: keyof typeof cpu, work: (job: Job) => Promise<Result>) =>
    (job: Job): Promise<Result> => {
      const result = last.then(async () => {
        const before = process.cpuUsage()
        const done = await work(job)
        const { user, system } = process.cpuUsage(before)
        cpu[stage] += user + system
        return done
      })
      last = result
      return result
    }
  const workers: ClearingWorkers = {
    scatter: measured('scatter', (job: ScatterJob) => pool.scatter(job)),
    clear: measured('clear', (job: ClearJob) => pool.clear(job)),
  }
  const clear = () =>
    clearSegments(
      {
        day: plan.day,
        centre: CENTRE,
        previousRoot: FIRST_ROOT,
        closedDays: [],
        segments,
        shards: Math.min(256, Math.max(4, segments.length * 2)),
      },
      { workers, spill },
    )
  await clear()
  Object.assign(cpu, { scatter: 0, clear: 0 })
  spilled = 0
  const cleared = await clear()
  const closed = await openClosedDay(storage, plan.day)
  const section = async (kind: SectionKind) => {
    let bytes = 0
    for (let bucket = 0; bucket < BUCKETS; bucket++)
      bytes += (await closed.read(kind, bucket)).length
    return bytes
  }
  const [rows, marks] = [await section('rows'), await section('marks')]
  const before = process.cpuUsage()
  const archived = await archiveDay({ storage, day: plan.day, dir: join(dir, 'archive') })
  const { user, system } = process.cpuUsage(before)
  const per = (value: number) => Number((value / cleared.taps).toFixed(2))
  const report = {
    taps: cleared.taps,
    segments: segments.length,
    usPerTap: { scatter: per(cpu.scatter), clear: per(cpu.clear), archive: per(user + system) },
    bytesPerTap: {
      segments: per(sizes.reduce((sum, size) => sum + size, 0)),
      spill: per(spilled),
      rows: per(rows),
      marks: per(marks),
      parquet: per(archived.bytes),
    },
  }
  process.stdout.write(`${JSON.stringify(report, null, 2)}\n`)
} finally {
  await pool.close()
  await rm(dir, { recursive: true, force: true })
}
