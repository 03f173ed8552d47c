import {
  type CardEvidence,
  type CardTransport,
  type CardView,
  debit,
  decodePending,
  encodeEvidence,
  encodePending,
  numberOf,
  type PendingPurchase,
  type PsamReader,
  preparePurchase,
  purchaseCounter,
  readCard,
  recover,
} from '@unifare/card'
import { concat, fromUtf8, type Instant, type TimeQuality, utf8 } from '@unifare/core'
import { type EntryReference, FLAGS, type TapKind } from '@unifare/tap'
import { type CardContext, type CardPlan, planCard } from './card-plan.ts'
import { LIMITS, type TerminalConfig } from './config.ts'
import { type Refusal, refuse } from './decision.ts'
import { appendRecord, type TapContent } from './record.ts'
import type { LoggedTap, TapLog } from './tap-log.ts'

const KEY_SCHEME_MOT = 1
const KEY_USE_TAC = 3

/** What the flow works with. */
export interface CardFlow {
  readonly transport: CardTransport
  readonly psam: PsamReader
  /** After a doubt the serial is not used again: one card must not get two debits under it. */
  readonly advancePsam: (serial: number) => void
  readonly log: TapLog
  readonly config: TerminalConfig
  readonly context: CardContext
  readonly quality: TimeQuality
  readonly tariffVersion: number
}

/** A stored tap that may be shown now; `completed` when it was paid at an earlier presentation. */
export interface Stored {
  readonly logged: LoggedTap
  readonly completed: boolean
}

/**
 * The card's way through the terminal (map, decision 1): PENDING (sync) → DEBIT → PERSISTED (sync).
 * A cut is healed at the next presentation of the same card: a debit that happened is completed,
 * one that did not is begun again.
 */
export async function tapCard(flow: CardFlow): Promise<Stored | Refusal> {
  const read = await readCard(flow.transport)
  if (!read.ok) {
    const reason =
      read.code === 'card.not-t-union'
        ? 'medium.foreign'
        : read.code === 'card.application-locked'
          ? 'card.locked'
          : read.code === 'card.torn'
            ? 'card.torn'
            : 'medium.unreadable'
    return refuse(reason, read.code)
  }
  const healed = await healPending(flow, read.view)
  if (healed !== undefined) return healed
  const unshown = findUnshown(flow, read.view)
  if (unshown !== undefined) return { logged: unshown, completed: true }
  const plan = planCard(read.view, flow.context)
  if ('refused' in plan) return plan
  return purchase(flow, read.view, plan)
}

async function purchase(flow: CardFlow, view: CardView, plan: CardPlan): Promise<Stored | Refusal> {
  const { transport, psam, log, context } = flow
  const prepared = await preparePurchase({
    transport,
    psam,
    view,
    amountFen: plan.amountFen,
    at: context.at,
    records: plan.records,
  })
  if (!prepared.ok) {
    return refuse(
      prepared.code === 'card.insufficient-balance' ? prepared.code : 'card.torn',
      prepared.code,
    )
  }
  const { pending } = prepared
  const id = log.appendPending(pendingBytes(plan, context, pending))
  await log.sync()
  const debited = await debit({ transport, psam, pending })
  if (!debited.ok) {
    // Suspect: the card answered, the PSAM did not agree. Kept pending, so that nothing is lost.
    if (debited.state === 'not-debited') log.resolve(id)
    else flow.advancePsam(pending.terminalSerial + 1)
    return refuse('card.torn', debited.code)
  }
  const logged = appendRecord(
    log,
    flow.config,
    { at: context.at, quality: flow.quality },
    {
      ...contentOf(plan.kind, debited.evidence, flow),
      entry: plan.entry,
      durationS: plan.durationS,
      distanceM: context.distanceM,
    },
    { resolves: id },
  )
  await log.sync()
  return { logged, completed: false }
}

/** Looks whether this card was cut off in an earlier presentation, and finishes that first. */
async function healPending(flow: CardFlow, view: CardView): Promise<Stored | Refusal | undefined> {
  for (const [id, bytes] of flow.log.pendings) {
    const { kind, at, entry, durationS, distanceM, pending } = readPending(bytes)
    if (numberOf(pending) !== view.number) continue
    const { transport, psam } = flow
    const result = await recover({ transport, psam, pending, view })
    if (result.outcome === 'not-debited') {
      flow.log.resolve(id)
      continue
    }
    if (result.outcome !== 'completed') {
      return refuse('card.torn', result.outcome === 'unknown' ? result.code : result.outcome)
    }
    const content = contentOf(kind, result.evidence, flow)
    const flags = FLAGS.recovered
    const logged = appendRecord(
      flow.log,
      flow.config,
      { at, quality: flow.quality },
      {
        ...content,
        entry,
        durationS,
        distanceM,
        flags,
      },
      { resolves: id },
    )
    await flow.log.sync()
    return { logged, completed: true }
  }
  return undefined
}

/** A debit that was stored and never shown: the rider comes back with the same card and pays once. */
function findUnshown(flow: CardFlow, view: CardView): LoggedTap | undefined {
  return flow.log.waiting.find(
    ({ tap, indicated }) =>
      !indicated &&
      tap.medium === 'card' &&
      tap.account === view.number &&
      tap.kind !== 'refused' &&
      flow.context.at - tap.at <= LIMITS.completionMs,
  )
}

function contentOf(kind: TapKind, evidence: CardEvidence, flow: CardFlow): TapContent {
  return {
    kind,
    medium: 'card',
    issuer: evidence.issuerId.slice(0, 8),
    account: numberOf(evidence),
    counter: purchaseCounter(evidence),
    amountFen: evidence.amountFen,
    balanceFen: evidence.balanceAfterFen,
    key: {
      scheme: KEY_SCHEME_MOT,
      use: KEY_USE_TAC,
      index: evidence.keyIndex,
      version: evidence.keyVersion,
      algorithm: evidence.algorithm,
    },
    serial: evidence.terminalSerial,
    tariffVersion: flow.tariffVersion,
    evidence: encodeEvidence(evidence),
  }
}

/** What recovery must know besides the purchase: a line of JSON in front of the purchase's bytes. */
interface PendingPlan {
  readonly kind: TapKind
  readonly at: Instant
  readonly entry: EntryReference | null
  readonly durationS: number
  readonly distanceM: number
}

function pendingBytes(plan: CardPlan, context: CardContext, pending: PendingPurchase): Uint8Array {
  const { kind, entry, durationS } = plan
  const { at, distanceM } = context
  const head: PendingPlan = { kind, at, entry, durationS, distanceM }
  return concat(utf8(`${JSON.stringify(head)}\n`), encodePending(pending))
}

/** Reads a prepared debit back from the journal. */
export function readPending(
  bytes: Uint8Array,
): PendingPlan & { readonly pending: PendingPurchase } {
  const end = bytes.indexOf(0x0a)
  const head = JSON.parse(fromUtf8(bytes.subarray(0, end))) as PendingPlan
  return { ...head, pending: decodePending(bytes.subarray(end + 1)) }
}
