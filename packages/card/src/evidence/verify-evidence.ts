import { sameMac } from '@unifare/crypto'
import { isPurseAlgorithm, purchaseMac2, purchaseSessionKey, tac } from '../purse/purse-crypto.ts'
import { type CardEvidence, tacInput } from './evidence.ts'

/** Verdict on each code; null when its key was not given. */
export interface EvidenceVerdict {
  readonly tac: boolean | null
  readonly mac2: boolean | null
}

/**
 * Verifies the codes of a purchase with the keys of its card, 16 bytes each. The TAC does not
 * cover the purchase counter: only MAC2, whose session key does, ties evidence to its counter.
 * Evidence under an algorithm that this package does not know is false on both.
 */
export function verifyEvidence(options: {
  readonly evidence: CardEvidence
  readonly purchaseKey?: Uint8Array
  readonly tacKey?: Uint8Array
}): EvidenceVerdict {
  const { evidence, purchaseKey, tacKey } = options
  const known = isPurseAlgorithm(evidence.algorithm)
  return {
    tac: tacKey ? known && sameMac(tacOf(evidence, tacKey), evidence.tac) : null,
    mac2: purchaseKey ? known && sameMac(mac2Of(evidence, purchaseKey), evidence.mac2) : null,
  }
}

function mac2Of(evidence: CardEvidence, purchaseKey: Uint8Array): Uint8Array {
  const sessionKey = purchaseSessionKey(purchaseKey, evidence, evidence.algorithm)
  return purchaseMac2(sessionKey, evidence.amountFen)
}

function tacOf(evidence: CardEvidence, tacKey: Uint8Array): Uint8Array {
  return tac(tacKey, tacInput(evidence), evidence.algorithm)
}
