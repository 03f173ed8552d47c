import {
  type CardEvidence,
  type CardView,
  numberOf,
  type PurseScheme,
  purchaseCounter,
  recover,
} from '@unifare/card'
import { FLAGS } from '@unifare/tap'
import { type Refusal, refuse } from './decision.ts'
import type { CardFlow, Stored } from './flow.ts'
import { decodePendingEntry, type PendingEntry } from './pending-entry.ts'
import { appendRecord } from './record.ts'
import { cardOf, debitContent, KEY_SCHEME_NUMBERS, tapContent } from './tap-content.ts'
import { isUnshown, type LoggedTap } from './tap-log.ts'

type PendingDebit = Extract<PendingEntry, { tap: unknown }>

/**
 * Looks whether this card was cut off in an earlier presentation, and finishes that first. A debit
 * that nobody can prove any more is reported as pending: it must not bar the card for ever.
 */
export async function healPending(
  flow: CardFlow,
  view: CardView,
): Promise<Stored | Refusal | undefined> {
  const { transport, psam, log } = flow
  for (const [id, bytes] of log.pendings) {
    const entry = decodePendingEntry(bytes)
    if (!('tap' in entry) || !isOf(entry, view)) continue
    const result = await recover({ transport, psam, pending: entry.purchase, view })
    if (result.outcome === 'completed') {
      const logged = storeHealed(flow, entry, { id, evidence: result.evidence })
      // Paid elsewhere since: its rider went another way, and this is a new ride.
      if (!result.movedOn && !isBeside(flow, logged)) return { logged, completed: true }
      // What follows may drop the card's proof.
      await log.sync()
    } else if (result.outcome === 'not-debited') {
      log.resolve(id)
    } else if (result.outcome === 'unknown' && result.code === 'card.no-proof') {
      storeUnproven(flow, entry, id)
    } else {
      return refuse('card.torn', result.outcome === 'unknown' ? result.code : result.outcome)
    }
  }
  return undefined
}

function isOf({ tap, purchase }: PendingDebit, view: CardView): boolean {
  return (
    tap.scheme === view.scheme &&
    numberOf(purchase) === view.number &&
    purchase.issuerId === view.issuerId
  )
}

function storeHealed(
  flow: CardFlow,
  { tap }: PendingDebit,
  healed: { readonly id: number; readonly evidence: CardEvidence },
): LoggedTap {
  const content = {
    ...tapContent(tap),
    ...debitContent(healed.evidence),
    flags: tap.flags | FLAGS.recovered,
  }
  const when = { at: tap.at, quality: flow.quality }
  return appendRecord(flow.log, flow.config, when, content, { resolves: healed.id })
}

/** Kept for the issuer's shadow balance: it shows whether the card was debited. */
function storeUnproven(flow: CardFlow, { tap, purchase }: PendingDebit, id: number): void {
  const content = {
    kind: 'pending',
    reason: 'card.torn',
    medium: 'card',
    ...cardOf({ issuer: purchase.issuerId.slice(0, 8), number: numberOf(purchase) }),
    counter: purchaseCounter(purchase),
    amountFen: purchase.amountFen,
    serial: purchase.terminalSerial,
  } as const
  const when = { at: tap.at, quality: flow.quality }
  appendRecord(flow.log, flow.config, when, content, { resolves: id })
  flow.advancePsam(purchase.terminalSerial + 1)
}

/** A debit that was stored and never shown: the rider comes back with the same card and pays once. */
export function findUnshown(flow: CardFlow, view: CardView): LoggedTap | undefined {
  return flow.log.waiting.findLast(
    (logged) =>
      logged.tap.medium === 'card' &&
      logged.tap.account === view.number &&
      logged.tap.issuer === view.issuer &&
      isUnshown(logged, flow.context.at) &&
      !isBeside(flow, logged),
  )
}

/** Recovered fares of the same card that nobody was shown yet. */
export function findBesides(flow: CardFlow, { tap }: LoggedTap): LoggedTap[] {
  return flow.log.waiting.filter(
    (logged) =>
      isBeside(flow, logged) &&
      logged.tap.account === tap.account &&
      logged.tap.issuer === tap.issuer &&
      isUnshown(logged, flow.context.at),
  )
}

/** A recovered bus fare lets nobody ride: the boarding behind it does. */
function isBeside({ config }: CardFlow, { tap }: LoggedTap): boolean {
  return tap.kind === 'repair' && config.role !== 'repair'
}

/** Whether a cut left something in a purse of a scheme, of whatever card. */
export function isUnsettled({ log, context }: CardFlow, scheme: PurseScheme): boolean {
  const number = KEY_SCHEME_NUMBERS[scheme]
  for (const bytes of log.pendings.values()) {
    const entry = decodePendingEntry(bytes)
    if ('tap' in entry && entry.tap.scheme === scheme) return true
  }
  return log.waiting.some(
    (logged) => logged.tap.key.scheme === number && isUnshown(logged, context.at),
  )
}
