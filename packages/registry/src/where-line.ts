import type { Answer, Reason } from './answer.ts'
import type { Mode } from './modes.ts'
import type { RegistryRow } from './public-row.ts'
import type { RegistryRecord } from './record.ts'

/** One statement: where, on what, whether, and why, with its source. */
export interface WhereLine extends Reason {
  readonly answer: Answer | null
  readonly mode: Mode | null
}

/** What one set knows. `places` are the other members, mode by mode. */
export interface WhereSet {
  readonly simulated: boolean
  readonly lines: readonly WhereLine[]
  readonly rows: readonly RegistryRow[]
  readonly places: readonly WherePlace[]
}

export interface WherePlace {
  readonly name: string
  readonly province: string
  readonly modes: Partial<Record<Mode, Answer>>
  readonly note: string | null
}

/** Where a document says it, in its own words. */
export interface Source {
  readonly words: string
  readonly document: 't-union' | 'ride-code'
  readonly sourceLine: number
}

/** A rule of a document as a line of its own. */
export function ruleLine(rule: Source & { readonly en: string }): WhereLine {
  return line(null, null, { zh: rule.words, en: rule.en, source: rule })
}

/** The place in the document that a row stands on. */
export function sourceOf(record: RegistryRecord): Source {
  const { printed, note, network: document, sourceLine } = record
  return { words: note ?? printed, document, sourceLine }
}

/** A line in both languages with its source. */
export function line(
  answer: Answer | null,
  mode: Mode | null,
  told: { zh: string; en: string; source?: Source },
): WhereLine {
  return {
    answer,
    mode,
    zh: told.zh,
    en: told.en,
    words: told.source?.words ?? null,
    document: told.source?.document ?? null,
    sourceLine: told.source?.sourceLine ?? null,
  }
}
