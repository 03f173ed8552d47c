import {
  type CardEvidence,
  encodeEvidence,
  numberOf,
  type PurseScheme,
  purchaseCounter,
} from '@unifare/card'
import type { PendingTap } from './pending-entry.ts'
import type { TapContent } from './record.ts'

/** Key systems in the head of a tap; the evidence names its own besides. */
export const KEY_SCHEME_NUMBERS = { mot: 1, mohurd: 2 } as const satisfies Record<
  PurseScheme,
  number
>
/** Use of the TAC key in the head of a tap. */
const KEY_USE_TAC = 3

/** A card as taps name it. */
export function cardOf({ issuer, number }: { readonly issuer: string; readonly number: string }) {
  return { issuer, account: number }
}

/** What of a tap the evidence of a debit says. */
export function debitContent(evidence: CardEvidence) {
  const { scheme = 'mot' } = evidence
  return {
    medium: 'card',
    ...cardOf({ issuer: evidence.issuerId.slice(0, 8), number: numberOf(evidence) }),
    counter: purchaseCounter(evidence),
    amountFen: evidence.amountFen,
    balanceFen: evidence.balanceAfterFen,
    key: {
      scheme: KEY_SCHEME_NUMBERS[scheme],
      use: KEY_USE_TAC,
      index: evidence.keyIndex,
      version: evidence.keyVersion,
      algorithm: evidence.algorithm,
    },
    serial: evidence.terminalSerial,
    evidence: encodeEvidence(evidence),
  } as const satisfies Partial<TapContent>
}

/** What the tap of a debit says besides its evidence. */
export function tapContent({ at: _at, scheme: _scheme, reason, ...told }: PendingTap) {
  return { ...told, ...(reason === null ? {} : { reason }) }
}
