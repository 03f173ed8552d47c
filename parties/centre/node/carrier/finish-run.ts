import { segmentName } from '@unifare/core'
import type { ScatterJob } from '../../src/index.ts'
import { decodeExact } from '../lease/exact-codec.ts'
import { openJobTable } from '../lease/job-table.ts'
import type { LeaseClient } from '../lease/lease-client.ts'
import { openCarriedFiles } from './carried-files.ts'

/**
 * Forgets a run whose day is cleared: its jobs, and the segments that it cleared to their end. Those
 * are carried to nobody any more, and workers remove what brokers brought them; intakes keep theirs.
 * The last segment of a journal, whose later records are of the next day, stays. Called again, after
 * a crash, it goes on.
 */
export async function finishRun(client: LeaseClient, run: string): Promise<void> {
  const table = await openJobTable(client)
  const files = await openCarriedFiles(client)
  const inputs = await table.inputs(run, 'scatter')
  const jobs = inputs.map((input) => decodeExact(input) as ScatterJob)
  const last = new Map<string, number>()
  for (const { journal, segment } of jobs) {
    last.set(journal, Math.max(segment, last.get(journal) ?? segment))
  }
  const whole = jobs.filter(
    ({ journal, segment, until }) =>
      until === Number.MAX_SAFE_INTEGER || segment !== last.get(journal),
  )
  await files.finish(
    whole.map(({ journal, segment }) => ({
      journal,
      segment,
      name: segmentName(journal, segment),
    })),
  )
  await table.forget(run)
}
