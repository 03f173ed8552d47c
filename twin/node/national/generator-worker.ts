import { generateKeyPairSync, sign } from 'node:crypto'
import type { EvidenceColumns } from '@unifare/card'
import { createFileStorage } from '@unifare/core/node'
import { nodeEngine } from '@unifare/crypto/node'
import type { Expected } from '../../src/national/faults.ts'
import { writeNodeJournal } from '../../src/national/national-journal.ts'
import { nationalColumns } from '../../src/national/national-keys.ts'
import { type NationalPlan, sliceCount } from '../../src/national/national-plan.ts'

/** One node's part of a day. */
export interface GeneratorJob {
  readonly plan: NationalPlan
  readonly node: number
  readonly dir: string
  /** Hears of every slice that is written. */
  readonly port: MessagePort
}

const columnsOf = new Map<string, Promise<readonly EvidenceColumns[]>>()
const { privateKey } = generateKeyPairSync('ed25519')

/** Writes the journal of one intake node; the pool calls it in a thread of its own. */
export async function generate(job: GeneratorJob): Promise<Expected[]> {
  const { plan, node, dir, port } = job
  const columns = columnsOf.get(plan.seed) ?? nationalColumns(plan)
  columnsOf.set(plan.seed, columns)
  const expected = await writeNodeJournal({
    plan,
    node,
    slices: sliceCount(plan),
    columns: await columns,
    storage: await createFileStorage(dir),
    hashes: nodeEngine(),
    sign: async (message) => new Uint8Array(sign(null, message, privateKey)),
    told: () => port.postMessage('slice'),
  })
  port.close()
  return expected
}
