import { type CardEvidence, decodeEvidence, verifyEvidence } from '@unifare/card'
import type { Fen } from '@unifare/core'
import { UnifareError } from '@unifare/core'
import type { SignatureEngine } from '@unifare/crypto'
import { type CodeCaches, type IssuerKeys, verifyCode } from '@unifare/ridecode'
import type { Tap } from '@unifare/tap'
import type { CardKeys } from './card-keys.ts'
import type { Verdict } from './verdicts.ts'

/** What verification needs: keys of cards, issuers of codes. */
export interface Verifier {
  /** From the purchase and TAC masters, which never reach operators or terminals. */
  readonly cardKeys: CardKeys
  readonly issuerKeys: IssuerKeys | undefined
  readonly engine: SignatureEngine
  readonly caches: CodeCaches
}

/** Verdict of a tap's own evidence, and the limit that its medium sets for a charge. */
export interface EvidenceVerdict {
  readonly evidence: Verdict
  readonly capFen: Fen | null
}

/** Verifies TAC and MAC2 of a card, or all signatures of a code, against the record around them. */
export async function verifyTapEvidence(tap: Tap, verifier: Verifier): Promise<EvidenceVerdict> {
  if (tap.medium === 'card') return { evidence: await verifyCardTap(tap, verifier), capFen: null }
  return verifyCodeTap(tap, verifier)
}

async function verifyCardTap(tap: Tap, verifier: Verifier): Promise<Verdict> {
  let evidence: CardEvidence
  try {
    evidence = decodeEvidence(tap.evidence)
  } catch (error) {
    if (!(error instanceof UnifareError)) throw error
    return 'card.evidence'
  }
  const keys = await verifier.cardKeys(evidence)
  if (keys === undefined) return 'card.bad-tac'
  const { tac, mac2 } = verifyEvidence({ evidence, purchaseKey: keys.purchase, tacKey: keys.tac })
  if (!tac) return 'card.bad-tac'
  if (!mac2) return 'card.bad-mac2'
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

function verifyCodeTap(tap: Tap, verifier: Verifier): EvidenceVerdict {
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
