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
  TRANSACTION,
} from '@unifare/card'
import { concat, fromUtf8, type Instant, type TimeQuality, utf8 } from '@unifare/core'
import { type EntryReference, FLAGS, type TapKind } from '@unifare/tap'
import { type CardContext, type CardPlan, planCard } from './card-plan.ts'
import type { TerminalConfig } from './config.ts'
import { type Refusal, refuse } from './decision.ts'
import { appendRecord, type TapContent } from './record.ts'
import { isUnshown, type LoggedTap, type TapLog } from './tap-log.ts'

const KEY_SCHEME_MOT = 1
const KEY_USE_TAC = 3

/** What the flow works with. */
export interface CardFlow {
  readonly transport: CardTransport
  readonly psam: PsamReader
  /** Behind a debit that cannot be proven: one card must not get two under one serial. */
  readonly advancePsam: (serial: number) => void
  readonly log: TapLog
  readonly config: TerminalConfig
  readonly context: CardContext
  readonly quality: TimeQuality
  readonly tariffVersion: number
}

/** A stored tap that may be shown as soon as it is synced; `completed` when it was paid at an earlier presentation. */
export interface Stored {
  readonly logged: LoggedTap
  readonly completed: boolean
}

/**
 * The card's way through the terminal: PENDING (sync) → DEBIT → PERSISTED, which who shows it syncs.
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
  const timedOutEntryAt = flow.log.timedOutEntry(cardOf(read.view))
  const plan = planCard(read.view, { ...flow.context, timedOutEntryAt })
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
  const id = log.appendPending(pendingBytes(plan, flow, pending))
  await log.sync()
  const debited = await debit({ transport, psam, pending })
  if (!debited.ok) {
    // Uncertain and suspect ones stay pending: the card's next presentation decides, and the PSAM
    // can check its proof as long as it stands at the same serial.
    if (debited.state === 'not-debited') log.resolve(id)
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
  return { logged, completed: false }
}

/**
 * Looks whether this card was cut off in an earlier presentation, and finishes that first. A debit
 * that nobody can prove any more is reported as pending: it must not bar the card for ever.
 */
async function healPending(flow: CardFlow, view: CardView): Promise<Stored | Refusal | undefined> {
  const { transport, psam, log } = flow
  for (const [id, bytes] of log.pendings) {
    const planned = readPending(bytes)
    const { pending } = planned
    if (numberOf(pending) !== view.number || pending.issuerId !== view.issuerId) continue
    const result = await recover({ transport, psam, pending, view })
    if (result.outcome === 'completed') {
      const logged = storeHealed(flow, planned, { id, evidence: result.evidence })
      if (!hasMovedOn(view, pending)) return { logged, completed: true }
    } else if (result.outcome === 'not-debited') {
      log.resolve(id)
    } else if (result.outcome === 'unknown' && result.code === 'card.no-proof') {
      storeUnproven(flow, planned, id)
    } else {
      return refuse('card.torn', result.outcome === 'unknown' ? result.code : result.outcome)
    }
  }
  return undefined
}

type Planned = ReturnType<typeof readPending>

function storeHealed(
  flow: CardFlow,
  { kind, at, entry, durationS, distanceM, tariffVersion }: Planned,
  healed: { readonly id: number; readonly evidence: CardEvidence },
): LoggedTap {
  const content = contentOf(kind, healed.evidence, { tariffVersion })
  return appendRecord(
    flow.log,
    flow.config,
    { at, quality: flow.quality },
    { ...content, entry, durationS, distanceM, flags: FLAGS.recovered },
    { resolves: healed.id },
  )
}

/** Kept for the issuer's shadow balance: it shows whether the card was debited. */
function storeUnproven(flow: CardFlow, { at, pending }: Planned, id: number): void {
  appendRecord(
    flow.log,
    flow.config,
    { at, quality: flow.quality },
    {
      kind: 'pending',
      reason: 'card.torn',
      medium: 'card',
      ...cardOf({ issuer: pending.issuerId.slice(0, 8), number: numberOf(pending) }),
      counter: purchaseCounter(pending),
      amountFen: pending.amountFen,
      serial: pending.terminalSerial,
    },
    { resolves: id },
  )
  flow.advancePsam(pending.terminalSerial + 1)
}

/** The card paid elsewhere since: its rider went another way, and this is a new ride. */
function hasMovedOn({ lastLog }: CardView, pending: PendingPurchase): boolean {
  const paid = lastLog !== null && lastLog.type !== TRANSACTION.load
  return paid && lastLog.number > purchaseCounter(pending)
}

/** A debit that was stored and never shown: the rider comes back with the same card and pays once. */
function findUnshown({ log, context }: CardFlow, view: CardView): LoggedTap | undefined {
  return log.waiting.findLast(
    (logged) =>
      logged.tap.medium === 'card' &&
      logged.tap.account === view.number &&
      logged.tap.issuer === view.issuer &&
      isUnshown(logged, context.at),
  )
}

/** A card as taps name it. */
function cardOf({ issuer, number }: { readonly issuer: string; readonly number: string }) {
  return { issuer, account: number }
}

function contentOf(
  kind: TapKind,
  evidence: CardEvidence,
  { tariffVersion }: Pick<CardFlow, 'tariffVersion'>,
): TapContent {
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
    tariffVersion,
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
  /** Of the tariff that priced the debit; another may be in force when it is healed. */
  readonly tariffVersion: number
}

function pendingBytes(
  { kind, entry, durationS }: CardPlan,
  { context: { at, distanceM }, tariffVersion }: CardFlow,
  pending: PendingPurchase,
): Uint8Array {
  const head: PendingPlan = { kind, at, entry, durationS, distanceM, tariffVersion }
  return concat(utf8(`${JSON.stringify(head)}\n`), encodePending(pending))
}

/** Reads a prepared debit back from the journal. */
function readPending(bytes: Uint8Array): PendingPlan & { readonly pending: PendingPurchase } {
  const end = bytes.indexOf(0x0a)
  const head = JSON.parse(fromUtf8(bytes.subarray(0, end))) as PendingPlan
  return { ...head, pending: decodePending(bytes.subarray(end + 1)) }
}
