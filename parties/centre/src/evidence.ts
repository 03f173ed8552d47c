import {
  type CardEvidence,
  decodeEvidence,
  EVIDENCE_BYTES,
  MAC2_GOOD,
  TAC_GOOD,
} from '@unifare/card'
import { concat, type Fen, UnifareError } from '@unifare/core'
import type { SignatureEngine } from '@unifare/crypto'
import { type CodeCaches, type IssuerKeys, verifyCode } from '@unifare/ridecode'
import type { Tap } from '@unifare/tap'
import type { CardChecks } from './card-checks.ts'
import type { Verdict } from './verdicts.ts'

/** What verification needs: keys of cards, issuers of codes. */
export interface Verifier {
  /** Under the purchase and TAC masters, which never reach operators or terminals. */
  readonly cardChecks: CardChecks
  readonly issuerKeys: IssuerKeys | undefined
  readonly engine: SignatureEngine
  readonly caches: CodeCaches
}

/** Verdict of a tap's own evidence, and the limit that its medium sets for a charge. */
export interface EvidenceVerdict {
  readonly evidence: Verdict
  readonly capFen: Fen | null
}

/**
 * Verifies TAC and MAC2 of cards, and all signatures of codes, against the records around them; a
 * verdict for every tap, in their order.
 */
export async function verifyTaps(
  taps: readonly Tap[],
  verifier: Verifier,
): Promise<EvidenceVerdict[]> {
  const cards = taps.flatMap((tap, index) => {
    const evidence = tap.medium === 'card' ? readEvidence(tap) : undefined
    return evidence === undefined ? [] : [{ tap, index, evidence }]
  })
  const good = await verifier.cardChecks({
    bytes: concat(...cards.map(({ tap }) => tap.evidence)),
    at: Uint32Array.from(cards, (_, i) => i * EVIDENCE_BYTES),
  })
  const verdicts = taps.map(
    (tap): EvidenceVerdict =>
      tap.medium === 'card'
        ? { evidence: 'card.evidence', capFen: null }
        : verifyCodeTap(tap, verifier),
  )
  cards.forEach(({ tap, index, evidence }, i) => {
    verdicts[index] = { evidence: cardVerdict(tap, evidence, good[i] ?? 0), capFen: null }
  })
  return verdicts
}

function readEvidence({ evidence }: Tap): CardEvidence | undefined {
  try {
    return decodeEvidence(evidence)
  } catch (error) {
    if (!(error instanceof UnifareError)) throw error
    return undefined
  }
}

function cardVerdict(tap: Tap, evidence: CardEvidence, good: number): Verdict {
  if ((good & TAC_GOOD) === 0) return 'card.bad-tac'
  if ((good & MAC2_GOOD) === 0) return 'card.bad-mac2'
  return agrees(tap, evidence) ? 'normal' : 'card.evidence'
}

function agrees(tap: Tap, evidence: CardEvidence): boolean {
  return (
    tap.amountFen === evidence.amountFen &&
    tap.terminal === evidence.terminal &&
    tap.serial === evidence.terminalSerial &&
    tap.counter === evidence.offlineNumber + 1 &&
    tap.balanceFen === evidence.balanceAfterFen &&
    evidence.issuerId.startsWith(tap.issuer) &&
    evidence.applicationSerial === `0${tap.account}`
  )
}

/** Verifies all signatures of a code against the record around it. */
export function verifyCodeTap(
  tap: Pick<Tap, 'evidence' | 'at' | 'issuer' | 'account' | 'counter'>,
  verifier: Verifier,
): EvidenceVerdict {
  if (verifier.issuerKeys === undefined) return { evidence: 'code.invalid', capFen: null }
  const verdict = verifyCode({
    bytes: tap.evidence,
    atS: Math.floor(tap.at / 1000),
    keys: verifier.issuerKeys,
    engine: verifier.engine,
    caches: verifier.caches,
  })
  if (!verdict.ok) return { evidence: 'code.invalid', capFen: null }
  const { identity, code } = verdict
  const same =
    identity.issuer === tap.issuer &&
    identity.account === tap.account &&
    identity.generationTimeS === tap.counter
  return { evidence: same ? 'normal' : 'code.invalid', capFen: code.capFen }
}
