import type { EvidenceColumns } from '@unifare/card'
import { type Hashes, openJournal, type Storage, view } from '@unifare/core'
import type { Expected } from './faults.ts'
import type { NationalPlan } from './national-plan.ts'
import { makeNationalSlice } from './national-slice.ts'
import { type Sign, sliceMessages } from './slice-messages.ts'

/** Messages of a slice that one sync makes durable together. */
const MESSAGES_PER_SYNC = 64
const STAMP_BYTES = 6

/** Name of the intake journal of a node. */
export function nodeJournal(node: number): string {
  return `intake-${String(node).padStart(2, '0')}`
}

/**
 * Writes the slices of one node into its journal, as its intake leaves them, and returns what must
 * not settle. `told` hears of every slice that is done.
 */
export async function writeNodeJournal(options: {
  readonly plan: NationalPlan
  readonly node: number
  readonly slices: number
  readonly columns: readonly EvidenceColumns[]
  readonly storage: Storage
  readonly hashes: Hashes
  readonly sign: Sign
  readonly told?: () => void
}): Promise<Expected[]> {
  const { plan, node, slices, columns, storage, hashes, sign } = options
  const journal = await openJournal({ storage, name: nodeJournal(node), hashes })
  const stamp = new Uint8Array(STAMP_BYTES)
  const at = Date.parse(`${plan.day}T16:00:00Z`)
  view(stamp).setUint16(0, Math.floor(at / 0x1_0000_0000))
  view(stamp).setUint32(2, at % 0x1_0000_0000)
  const expected: Expected[] = []
  for (let slice = node; slice < slices; slice += plan.nodes) {
    const records = await makeNationalSlice(plan, slice, columns)
    let waiting = 0
    for await (const message of sliceMessages(plan, records, sign)) {
      journal.append(stamp, message)
      waiting += 1
      if (waiting % MESSAGES_PER_SYNC === 0) await journal.sync()
    }
    await journal.sync()
    expected.push(...records.expected)
    options.told?.()
  }
  await journal.close()
  return expected
}
