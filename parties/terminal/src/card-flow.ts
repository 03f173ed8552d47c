import {
  type CardRefusal,
  type CardView,
  debit,
  type PurseScheme,
  preparePurchase,
  readCard,
} from '@unifare/card'
import type { Reason } from '@unifare/tap'
import { blockCard } from './card-block.ts'
import { findBesides, findUnshown, healPending, isUnsettled } from './card-healing.ts'
import { planCard, recordsNeeded } from './card-plan.ts'
import { type Refusal, refuse } from './decision.ts'
import type { CardFlow, Stored } from './flow.ts'
import { encodePendingEntry, pendingTap } from './pending-entry.ts'
import type { CardPlan } from './plan-context.ts'
import { appendRecord } from './record.ts'
import { cardOf, debitContent, tapContent } from './tap-content.ts'

/** A purse that is selected, and what will be done with it. */
interface Chosen {
  readonly view: CardView
  readonly plan: CardPlan
}

/** A recovered bus fare, and the boarding behind it. */
const PURCHASES_MAX = 2

/**
 * The card's way through the terminal, for each purchase: read and plan → PENDING (sync) → DEBIT →
 * PERSISTED, which who shows it syncs. A cut is healed at the next presentation of the same card: a
 * debit that happened is completed, one that did not is begun again.
 */
export async function tapCard(flow: CardFlow): Promise<Stored | Refusal> {
  for (let left = PURCHASES_MAX; ; left--) {
    const chosen = await choosePurse(flow)
    if ('refused' in chosen) return chosen
    if ('logged' in chosen) return withBesides(flow, chosen)
    const stored = await purchase(flow, chosen)
    if ('refused' in stored) return stored
    if (!chosen.plan.again || left === 1) return withBesides(flow, stored)
    // The next INIT drops the card's proof of this debit: its tap must be safe before.
    await flow.log.sync()
  }
}

function withBesides(flow: CardFlow, stored: Stored): Stored {
  return { ...stored, besides: findBesides(flow, stored.logged) }
}

/** Reasons for which another purse of the same card may serve: this one cannot be used here. */
const YIELDS: ReadonlySet<Reason> = new Set<Reason>([
  'medium.foreign',
  'acceptance.not-listed',
  'card.wrong-type',
  'card.not-enabled',
  'card.not-yet-valid',
  'card.expired',
  'card.not-interoperable',
  'card.no-entry',
])

/**
 * A card under the right one of its key systems: T-Union (交通部) where it is accepted here, else
 * the purse of the city union (住建部) where its issuer is at home. What a cut left in the city
 * purse is settled before anything new begins, so that one tap never charges both. Applications of
 * other schemes are not even selected.
 */
async function choosePurse(flow: CardFlow): Promise<Chosen | Stored | Refusal> {
  if (isUnsettled(flow, 'mohurd')) {
    const settled = await takePurse(flow, 'mohurd', { settleOnly: true })
    if (settled !== undefined && ('logged' in settled || isTorn(settled))) return settled
  }
  const tUnion = (await takePurse(flow, 'mot')) ?? refuse('card.torn')
  if (!('refused' in tUnion) || !YIELDS.has(tUnion.refused)) return tUnion
  const city = (await takePurse(flow, 'mohurd')) ?? refuse('card.torn')
  if (isForeign(city)) return tUnion
  // A dual card that is of no use here under either is told why T-Union refuses it.
  return 'refused' in city && !isTorn(city) && !isForeign(tUnion) ? tUnion : city
}

function isTorn(taken: Chosen | Stored | Refusal): boolean {
  return 'refused' in taken && taken.refused === 'card.torn'
}

function isForeign(taken: Chosen | Stored | Refusal): boolean {
  return 'refused' in taken && taken.detail === 'card.not-t-union'
}

const REASON_OF_READ: Readonly<Partial<Record<CardRefusal['code'], Reason>>> = {
  'card.not-t-union': 'medium.foreign',
  'card.application-locked': 'card.locked',
  'card.torn': 'card.torn',
}

/** Reads one purse, settles what a cut left there, and plans; undefined when only to settle. */
async function takePurse(
  flow: CardFlow,
  scheme: PurseScheme,
  { settleOnly = false }: { readonly settleOnly?: boolean } = {},
): Promise<Chosen | Stored | Refusal | undefined> {
  const { transport, config, log, context } = flow
  const read = await readCard(transport, { scheme, records: recordsNeeded(config), last: false })
  if (!read.ok) return refuse(REASON_OF_READ[read.code] ?? 'medium.unreadable', read.code)
  const { view } = read
  const healed = await healPending(flow, view)
  if (healed !== undefined) return healed
  const unshown = findUnshown(flow, view)
  if (unshown !== undefined) return { logged: unshown, completed: true }
  if (settleOnly) return undefined
  if (scheme === 'mohurd' && config.schemes?.includes('mohurd') !== true) {
    return refuse('medium.city-card')
  }
  const timedOutEntryAt = log.timedOutEntry(cardOf(view))
  const plan = planCard(view, { ...context, timedOutEntryAt })
  if (!('refused' in plan)) return { view, plan }
  return plan.refused === 'deny.listed' ? blockCard(flow, view) : plan
}

const REASON_OF_PREPARE: Readonly<Partial<Record<CardRefusal['code'], Reason>>> = {
  'card.insufficient-balance': 'card.insufficient-balance',
  'card.record-locked': 'card.record-locked',
  'card.no-key': 'card.no-key',
  'card.application-locked': 'card.locked',
  'card.counter-exhausted': 'card.exhausted',
}

async function purchase(flow: CardFlow, { view, plan }: Chosen): Promise<Stored | Refusal> {
  const { transport, psam, log, context, tariffVersion } = flow
  const prepared = await preparePurchase({
    transport,
    psam,
    view,
    amountFen: plan.amountFen,
    at: context.at,
    records: plan.records,
    kind: plan.purchase,
  })
  if (!prepared.ok) return refuse(REASON_OF_PREPARE[prepared.code] ?? 'card.torn', prepared.code)
  const { pending } = prepared
  const known = { at: context.at, tariffVersion, scheme: view.scheme }
  const tap = pendingTap(plan, { ...known, ...told(view) })
  const id = log.appendPending(encodePendingEntry({ tap, purchase: pending }))
  await log.sync()
  const debited = await debit({ transport, psam, pending })
  if (!debited.ok) {
    // Uncertain and suspect ones stay pending: the card's next presentation decides, and the PSAM
    // can check its proof as long as it stands at the same serial.
    if (debited.state === 'not-debited') log.resolve(id)
    return refuse('card.torn', debited.code)
  }
  const content = { ...tapContent(tap), ...debitContent(debited.evidence) }
  const when = { at: tap.at, quality: flow.quality }
  return {
    logged: appendRecord(log, flow.config, when, content, { resolves: id }),
    completed: false,
  }
}

/** Kind of an ordinary holder, which need not be told. */
const ORDINARY = 1

/** What of its holder a card's record tells: the operator prices the ride in the same class. */
function told({ kind }: CardView): { readonly holderKind?: number } {
  return kind > ORDINARY ? { holderKind: kind } : {}
}
