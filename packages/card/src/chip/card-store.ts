import { SFI } from '../files/card-files.ts'
import { COMPOSITE_LOCK_AT } from '../files/composite-records.ts'
import type { CachedRecord, CardMemory } from './card-state.ts'

/** Records of EF 1A begin with `27 xx 7D`: the id by which they are asked for is xx. */
const SHARED = { idAt: 1, lockAt: COMPOSITE_LOCK_AT, headBytes: 3 } as const
/** An issuer's own records, EF 19 and those of a city-union purse, begin with `nn 2E lock`. */
const LOCAL = { idAt: 0, lockAt: 2, headBytes: 2 } as const

/** Where the records of a variable file keep id and lock (reference card 2.6 and 2.7). */
export function recordHead(sfi: number): typeof SHARED | typeof LOCAL {
  return sfi === SFI.composite ? SHARED : LOCAL
}

/** The memory with one more record at the front of a cyclic file; the oldest falls out. */
export function appendCyclic(memory: CardMemory, sfi: number, record: Uint8Array): CardMemory {
  const file = memory.cyclic[sfi]
  if (!file) throw new TypeError(`no cyclic file ${sfi}`)
  const records = [record, ...file.records].slice(0, file.capacity)
  return { ...memory, cyclic: { ...memory.cyclic, [sfi]: { ...file, records } } }
}

/** The memory with one record of a variable file replaced. */
export function replaceVariable(memory: CardMemory, record: CachedRecord): CardMemory {
  const records = (memory.variable[record.sfi] ?? []).with(record.index, record.bytes)
  return { ...memory, variable: { ...memory.variable, [record.sfi]: records } }
}
