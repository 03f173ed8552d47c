import type { Fen } from '@unifare/core'
import { type CodeReject, reject } from './errors.ts'

/** Whether one ride may cost that much (the last check before "go"). */
export function checkCap(
  code: { readonly capFen: Fen },
  priceFen: Fen,
): { readonly ok: true } | CodeReject {
  return priceFen <= code.capFen ? { ok: true } : reject('code.over-cap')
}
