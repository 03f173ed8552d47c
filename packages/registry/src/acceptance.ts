import type { Acceptance, AcceptanceQuery } from './answer.ts'
import { cardAcceptance } from './card-acceptance.ts'
import { codeAcceptance } from './code-acceptance.ts'
import { lingnanAcceptance } from './lingnan-acceptance.ts'
import { simulatedAcceptance } from './simulated-acceptance.ts'

/**
 * Whether an acceptor takes an issuer's medium on a mode. Where a source gives a count without
 * names (50 and 188 cities in Beijing, 27 cities with metro), the answer is `unknown` with the
 * source's words. Facts are those of the documents' dates; later changes are not known.
 */
export function acceptance(query: AcceptanceQuery): Acceptance {
  if (query.set === 'simulated') return simulatedAcceptance(query)
  if (query.network === 'lingnan-pass') return lingnanAcceptance(query)
  return query.medium === 'code' ? codeAcceptance(query) : cardAcceptance(query)
}
