import type { CachedRecord, CardMemory } from './card-state.ts'

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
