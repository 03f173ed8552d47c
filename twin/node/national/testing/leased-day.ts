import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import {
  type ClearedSegments,
  type ClearingProgress,
  type ClearingWorkers,
  clearSegments,
  FIRST_ROOT,
} from '@unifare/centre'
import { createFileSpill } from '@unifare/centre/node'
import { listSegments } from '@unifare/core'
import { createFileStorage } from '@unifare/core/node'
import { nodeJournal } from '../../../src/national/national-journal.ts'
import { NATIONAL_CENTRE, type NationalPlan } from '../../../src/national/national-plan.ts'
import { openNationalClearing } from '../clear-day.ts'
import { generateDay } from '../generate-day.ts'

const PLAN: NationalPlan = {
  seed: 'leased',
  day: '2026-11-20',
  taps: 3_000,
  codesPpm: 0,
  nodes: 2,
  cities: 6,
  tapsPerFault: 300,
}
const SHARDS = 24

/** A small generated day in a folder of its own, and the root that one process clears it to. */
export async function makeLeasedDay() {
  const dir = await mkdtemp(join(tmpdir(), 'unifare-leased-'))
  await generateDay({ plan: PLAN, dir, threads: 1 })
  const alone = await openNationalClearing({ plan: PLAN, dir, threads: 1 })
  const expected = await alone.clear()
  await alone.close()
  const processes = new Set<ChildProcess>()
  const storage = await createFileStorage(dir)
  const segments: { readonly journal: string; readonly segment: number }[] = []
  for (let node = 0; node < PLAN.nodes; node++) {
    const journal = nodeJournal(node)
    for (const segment of await listSegments(storage, journal)) segments.push({ journal, segment })
  }

  return {
    expected,
    storage,
    segments: segments.length,
    shards: SHARDS,
    day: PLAN.day,
    /** Clears the day by workers that may be anywhere. */
    async clear(workers: ClearingWorkers, progress?: ClearingProgress): Promise<ClearedSegments> {
      const input = {
        day: PLAN.day,
        centre: NATIONAL_CENTRE,
        previousRoot: FIRST_ROOT,
        closedDays: [],
        segments: segments.map((one) => ({
          ...one,
          from: 0,
          until: Number.MAX_SAFE_INTEGER,
          refused: [],
        })),
        shards: SHARDS,
      }
      const spill = await createFileSpill(join(dir, 'spill'))
      return await clearSegments(input, { workers, spill, ...(progress && { progress }) })
    },
    /** Starts a worker process; `line` waits until it prints a line that begins so. */
    start(owner: string, options: { readonly urls: readonly string[]; readonly slow?: boolean }) {
      const script = new URL('./clearing-process.ts', import.meta.url).pathname
      const slow = options.slow === true ? 'slow' : 'fast'
      const child = spawn(
        process.execPath,
        [script, dir, PLAN.seed, owner, '1', slow, ...options.urls],
        { stdio: ['ignore', 'pipe', 'inherit'] },
      )
      processes.add(child)
      const lines = createInterface({ input: child.stdout })
      return {
        child,
        line: (start: string) =>
          new Promise<void>((resolve, reject) => {
            lines.on('line', (line) => line.startsWith(start) && resolve())
            child.once('exit', () => reject(new Error(`${owner} ended`)))
          }),
      }
    },
    async stop(): Promise<void> {
      for (const child of processes) {
        if (child.exitCode !== null || child.signalCode !== null) continue
        const ended = once(child, 'exit')
        child.kill('SIGKILL')
        await ended
      }
      await rm(dir, { recursive: true, force: true })
    },
  }
}
