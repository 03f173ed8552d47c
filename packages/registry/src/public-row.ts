import { MODES, modeNames } from './modes.ts'
import { type Flag, type RegistryRecord, registryRecords } from './record.ts'

/** The public JSON form of a row, in simplified Chinese; `printed` as in the document. */
export interface RegistryRow {
  readonly network: 't-union' | 'ride-code'
  readonly province: string
  /** Official GB/T 2260 name as of the document's date. */
  readonly name: string
  readonly printed: string
  readonly parent: string | null
  readonly level: RegistryRecord['level']
  readonly cards: readonly string[]
  readonly brand: string | null
  /** null: the document does not tell. */
  readonly bus: boolean | null
  readonly metro: boolean | null
  /** Other modes that are taken, e.g. 轮渡; null when none is told. */
  readonly other: string | null
  readonly flags: readonly Flag[]
  readonly limitedTo: readonly string[]
  readonly excluding: readonly string[]
  readonly note: string | null
  /** What is doubtful about the reading, or null. */
  readonly doubtful: string | null
  /** Line of the document where the place's own name is printed. */
  readonly sourceLine: number
}

/** The public form of one record. */
export function publicRow(record: RegistryRecord): RegistryRow {
  const others = MODES.filter((mode) => mode !== 'bus' && mode !== 'metro' && record.modes[mode])
  return {
    network: record.network,
    province: record.province,
    name: record.name,
    printed: record.printed,
    parent: record.parent,
    level: record.level,
    cards: record.cards,
    brand: record.brand,
    bus: record.modes.bus,
    metro: record.modes.metro,
    other: others.length === 0 ? null : others.map((mode) => modeNames[mode].zh).join('、'),
    flags: record.flags,
    limitedTo: record.limitedTo,
    excluding: record.excluding,
    note: record.note,
    doubtful: record.doubtful,
    sourceLine: record.sourceLine,
  }
}

/** Every row of both documents in the public form: what `unifare registry --json` prints. */
export function registryRows(): readonly RegistryRow[] {
  return registryRecords().map(publicRow)
}
