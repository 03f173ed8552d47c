import { MessageChannel } from 'node:worker_threads'
import { storeRules } from '@unifare/centre'
import { createFileStorage } from '@unifare/core/node'
import { Piscina } from 'piscina'
import type { Expected } from '../../src/national/faults.ts'
import { type NationalPlan, sliceCount } from '../../src/national/national-plan.ts'
import { nationalRules } from '../../src/national/national-rules.ts'
import type { GeneratorJob } from './generator-worker.ts'

/**
 * Writes a day's journals and rules into a folder, by so many threads, and returns the charges that
 * must not settle. `progress` hears of pieces that are done.
 */
export async function generateDay(options: {
  readonly plan: NationalPlan
  readonly dir: string
  readonly threads: number
  readonly progress?: (done: number, all: number) => void
}): Promise<Expected[]> {
  const { plan, dir, threads, progress = () => undefined } = options
  const all = sliceCount(plan)
  let done = 0
  const pool = new Piscina<GeneratorJob, Expected[]>({
    filename: new URL('./generator-worker.ts', import.meta.url).href,
    name: 'generate',
    minThreads: threads,
    maxThreads: threads,
  })
  try {
    const storage = await createFileStorage(dir)
    await storeRules(storage, nationalRules(plan))
    const parts = await Promise.all(
      Array.from({ length: plan.nodes }, async (_, node) => {
        const { port1, port2 } = new MessageChannel()
        port1.on('message', () => progress(++done, all))
        const job = { plan, node, dir, port: port2 as unknown as MessagePort }
        return await pool.run(job, { transferList: [port2] })
      }),
    )
    return parts.flat()
  } finally {
    await pool.destroy()
  }
}
