import {
  type CardEvidence,
  decodeEvidence,
  encodeEvidence,
  issuerOf,
  numberOf,
  purchaseCounter,
} from '@unifare/card'
import { equalBytes } from '@unifare/core'
import type { Tap } from '@unifare/tap'
import { type Misfit, misfit } from './answer.ts'

/** Use of the TAC key, and numbers of the key systems, in the head of a tap. */
const KEY_USE_TAC = 3
const KEY_SCHEMES = { mot: 1, mohurd: 2 } as const

/** Key of a tap's head as its evidence tells it. */
export function keyOf(evidence: CardEvidence): Tap['key'] {
  return {
    scheme: KEY_SCHEMES[evidence.scheme ?? 'mot'],
    use: KEY_USE_TAC,
    index: evidence.keyIndex,
    version: evidence.keyVersion,
    algorithm: evidence.algorithm,
  }
}

/** Evidence of a card tap, when it says what the tap says. */
export function evidenceOf(
  tap: Tap,
): { readonly ok: true; readonly evidence: CardEvidence } | Misfit {
  if (tap.medium !== 'card') return misfit('tunion.not-a-card', 'card')
  let evidence: CardEvidence
  try {
    evidence = decodeEvidence(tap.evidence)
    if (!equalBytes(encodeEvidence(evidence), tap.evidence)) return misfit('tunion.no-evidence', '')
  } catch {
    return misfit('tunion.no-evidence', '')
  }
  const told = {
    issuer: issuerOf(evidence) === tap.issuer,
    card: evidence.applicationSerial.startsWith('0') && numberOf(evidence) === tap.account,
    counter: purchaseCounter(evidence) === tap.counter,
    balanceBeforeFen: evidence.balanceAfterFen === tap.balanceFen,
    amountFen: evidence.amountFen === tap.amountFen,
    terminal: evidence.terminal === tap.terminal,
    terminalSerial: evidence.terminalSerial === tap.serial,
  }
  const wrong = Object.entries(told).find(([, same]) => !same)
  return wrong === undefined ? { ok: true, evidence } : misfit('tunion.disagrees', wrong[0])
}
