import { type AcceptanceContent, isOpen } from '@unifare/bundle'
import { MEDIA, MODES, type Mode } from '@unifare/tap'
import { createKeyTable, enlarged } from './key-table.ts'
import { wordOf } from './packed.ts'

/** Who takes whose medium since when, as columns: a country has some hundred thousand pairs. */
export interface AcceptanceTable {
  /** Whether the medium of an issuer was taken at an instant; `kind` as `rideKind` gives it. */
  opensAt(operator: number, issuer: number, kind: number, at: number): boolean
  /** Since when, where the list says nothing else of the pair; infinite where it does. */
  openFrom(operator: number, issuer: number, kind: number): number
  /** Everybody that the list names as an operator. */
  readonly operators: ReadonlySet<string>
}

/** Mode and medium in one number. */
export function rideKind(mode: number, medium: number): number {
  return mode * 0x100 + medium
}

/** Reads an acceptance list; the rows themselves are not kept. */
export function acceptanceTable({ rows }: AcceptanceContent): AcceptanceTable {
  const pairs = createKeyTable()
  const operators = new Set<string>()
  let since = new Float64Array(1_024)
  /** Changes of the pairs that have several rows, in the order of the list. */
  const changes = new Map<number, { readonly from: number; readonly open: boolean }[]>()
  for (const row of rows) {
    operators.add(row.operator)
    const mode = MODES[row.mode as Mode]
    if (mode === undefined || !isId(row.operator) || !isId(row.issuer)) continue
    const before = pairs.count
    const key = [wordOf(row.operator), wordOf(row.issuer)] as const
    const pair = pairs.add(...key, rideKind(mode, MEDIA[row.medium]))
    if (pair >= since.length) since = enlarged(since, new Float64Array(since.length * 2))
    const change = { from: row.from, open: isOpen(row) }
    if (pair === before && change.open) {
      since[pair] = row.from
      continue
    }
    const known = changes.get(pair) ?? []
    if (pair < before && known.length === 0) known.push({ from: since[pair]!, open: true })
    changes.set(pair, [...known, change])
    since[pair] = Number.POSITIVE_INFINITY
  }

  return {
    operators,
    openFrom(operator, issuer, kind) {
      const pair = pairs.find(operator, issuer, kind)
      return pair === -1 ? Number.POSITIVE_INFINITY : since[pair]!
    },
    opensAt(operator, issuer, kind, at) {
      const pair = pairs.find(operator, issuer, kind)
      if (pair === -1) return false
      if (since[pair]! <= at) return true
      return changes.get(pair)?.findLast(({ from }) => from <= at)?.open === true
    },
  }
}

function isId(text: string): boolean {
  return /^\d{8}$/.test(text)
}
