import { type Instant, type Tx, table } from '@unifare/core'
import { noteRange, type SequenceGap } from './sequence-mark.ts'

/**
 * What sends to the centre: a terminal by way of its operator, an operator itself, or a member's
 * row of numbered files (`sender/kind`).
 */
export const SOURCE_KINDS = ['terminal', 'operator', 'files'] as const
export type SourceKind = (typeof SOURCE_KINDS)[number]

/** When a source was last heard, and what of its records is missing. */
export interface SourceRow {
  readonly kind: SourceKind
  readonly id: string
  readonly operator: string
  readonly heardAt: Instant
  /** One past the highest record or file; 1 for operators, whose charges cannot have gaps. */
  readonly end: number
  readonly gaps: readonly SequenceGap[]
}

/** Records of terminals are numbered from here. */
const FIRST_SEQUENCE = 1

interface StoredRow extends Omit<SourceRow, 'kind' | 'gaps'> {
  readonly kind: string
  readonly gaps: unknown
}

export const sources = table<StoredRow>({
  name: 'source',
  columns: {
    kind: 'text',
    id: 'text',
    operator: 'text',
    heardAt: 'int',
    end: 'int',
    gaps: 'json',
  },
  key: ['kind', 'id'],
})

/** Notes a batch of a terminal, and its operator with it; returns what of the terminal is missing. */
export async function heardTerminal(
  tx: Tx,
  heard: {
    readonly terminal: string
    readonly operator: string
    readonly first: number
    readonly end: number
    readonly at: Instant
  },
): Promise<readonly SequenceGap[]> {
  const { terminal, operator, at } = heard
  const keys = [
    { kind: 'terminal', id: terminal },
    { kind: 'operator', id: operator },
  ]
  const [held, owner] = await tx.get(sources, keys)
  const before = { end: held?.end ?? FIRST_SEQUENCE, gaps: gapsOf(held) }
  const { end, gaps } = noteRange(before, heard)
  await tx.put(sources, [
    { kind: 'terminal', id: terminal, operator, heardAt: at, end, gaps },
    { ...(owner ?? operatorRow(operator)), heardAt: at },
  ])
  return gaps
}

/** Notes that an operator was heard. */
export async function heardOperator(
  tx: Tx,
  { operator, at }: { readonly operator: string; readonly at: Instant },
): Promise<void> {
  await tx.put(sources, [{ ...operatorRow(operator), heardAt: at }])
}

/** All sources that were ever heard. */
export async function allSources(tx: Tx): Promise<SourceRow[]> {
  const rows = await tx.select(sources, {})
  return rows.map((row) => ({ ...row, kind: row.kind as SourceKind, gaps: gapsOf(row) }))
}

function operatorRow(operator: string): StoredRow {
  return { kind: 'operator', id: operator, operator, heardAt: 0, end: FIRST_SEQUENCE, gaps: [] }
}

function gapsOf(row: StoredRow | undefined): readonly SequenceGap[] {
  return (row?.gaps ?? []) as readonly SequenceGap[]
}
