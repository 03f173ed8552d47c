import { balanceFen } from '../balance.ts'
import { fitted, type Part } from './parts.ts'
import type { ProblemList } from './problems.ts'

const BALANCE_BYTES = 4
/** A single answer, of which the dump does not tell P1. */
const PLAIN = ''
/** Answer to P1 05: balance, limit, zeros. */
const EXTENDED_BYTES = 16

/**
 * Balance to show, in fen. With several answers of GET BALANCE by P1: the value with overdraft (00)
 * less the limit (01), which is how Shanghai cards are shown; else the real balance (03); else the
 * one there is (reference card 4.1). Null when the dump has none.
 */
export function shownBalance(parts: readonly Part[], problems: ProblemList): number | null {
  const byP1 = new Map<string, number>()
  for (const part of parts) {
    const first = part.bytes.length === EXTENDED_BYTES ? part.bytes.slice(0, 4) : part.bytes
    const bytes = fitted({ ...part, bytes: first }, BALANCE_BYTES, problems)
    if (bytes) byP1.set(part.key === '' ? PLAIN : part.key.padStart(2, '0'), balanceFen(bytes))
  }
  const [total, limit] = [byP1.get('00'), byP1.get('01')]
  if (total !== undefined && limit !== undefined) return total - limit
  return byP1.get('03') ?? total ?? byP1.get('05') ?? byP1.get(PLAIN) ?? null
}
