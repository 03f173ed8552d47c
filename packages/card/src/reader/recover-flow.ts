import { type CardErrorCode, type CardRefusal } from '../errors.ts'
import { type CardEvidence, purchaseCounter } from '../evidence/evidence.ts'
import type { PendingPurchase } from '../evidence/pending.ts'
import { isEmptyRecord, type LogEntry, logLayout, TRANSACTION } from '../files/card-files.ts'
import { creditSam, initSam, type PsamReader } from '../psam/psam-reader.ts'
import { SW } from '../status-words.ts'
import { u16 } from '../words.ts'
import type { CardView } from './card-view.ts'
import { attempt } from './flow.ts'
import { completeEvidence } from './purchase-flow.ts'
import { readCard, readLogRecord } from './read-card.ts'
import { type CardTransport, exchange } from './transport.ts'

/** What became of a purchase whose DEBIT was not answered. */
export type RecoverOutcome =
  | {
      readonly outcome: 'completed'
      readonly evidence: CardEvidence
      readonly balanceAfterFen: number
      /** Unchecked where the PSAM has moved on: then only issuer and centre can verify MAC2. */
      readonly mac2: 'checked' | 'unchecked'
      /** The card paid elsewhere since. */
      readonly movedOn: boolean
    }
  /** The card never carried the debit out: a new purchase may begin. */
  | { readonly outcome: 'not-debited' }
  /** Not the card of the pending purchase: keep it and go on. */
  | { readonly outcome: 'other-card' }
  /** Debited, but no proof can be had (`no-proof`), or a false one (`bad-mac`), or unreadable. */
  | { readonly outcome: 'unknown'; readonly code: CardErrorCode }

const LOG_RECORDS = 10
const PURCHASE_TYPES: readonly number[] = [
  TRANSACTION.purchase,
  TRANSACTION.compositePurchase,
  0x05,
]

/**
 * Finds out at the next presentation what became of a pending purchase (reference card 6.4). The
 * transaction log decides whether it happened: a card that missed the debit and paid elsewhere
 * would answer GET TRANSACTION PROVE with that other purchase under the same number.
 */
export async function recover(options: {
  readonly transport: CardTransport
  readonly psam: PsamReader
  readonly pending: PendingPurchase
  /** The card as `readCard` found it in this presentation; read here when not given. */
  readonly view?: CardView
}): Promise<RecoverOutcome> {
  const result = await attempt(() => resolve(options))
  return 'outcome' in result ? result : { outcome: 'unknown', code: result.code }
}

async function resolve(
  options: Parameters<typeof recover>[0],
): Promise<RecoverOutcome | CardRefusal> {
  const { transport, psam, pending } = options
  const read = options.view
    ? ({ ok: true, view: options.view } as const)
    : await readCard(transport, pending.scheme === undefined ? {} : { scheme: pending.scheme })
  if (!read.ok) return read
  if (!isSameCard(read.view, pending)) return { outcome: 'other-card' }
  const trace = await findInLog(transport, { pending, balanceFen: read.view.balanceFen })
  if (trace === 'absent') return { outcome: 'not-debited' }
  if (trace === 'overwritten') return { outcome: 'unknown', code: 'card.no-proof' }
  const proof = await exchange(transport, {
    header: 0x805a0000 + pending.type,
    data: u16(trace.number),
    le: 8,
  })
  if (proof.sw !== SW.ok || proof.data.length !== 8) {
    // Of nothing paid, under the number before: as likely another purchase of the same second.
    const nothing = pending.amountFen === 0 && trace.number < purchaseCounter(pending)
    return nothing ? { outcome: 'not-debited' } : { outcome: 'unknown', code: 'card.no-proof' }
  }
  const evidence = completeEvidence(pending, {
    mac2: proof.data.slice(0, 4),
    tac: proof.data.slice(4),
  })
  const mac2 = await confirm(psam, { ...evidence, ...(pending.uid && { uid: pending.uid }) })
  if (mac2 === 'false') return { outcome: 'unknown', code: 'card.bad-mac' }
  const { balanceAfterFen } = pending
  return { outcome: 'completed', evidence, balanceAfterFen, mac2, movedOn: trace.movedOn }
}

function isSameCard(view: CardView, pending: PendingPurchase): boolean {
  return view.issuerId === pending.issuerId && view.applicationSerial === pending.applicationSerial
}

/** The purchase in the log: the number it stands under, and whether another came after it. */
interface Trace {
  readonly number: number
  readonly movedOn: boolean
}

/**
 * Looks for the purchase in the log, newest first. Our cards store the number of INIT + 1, some
 * real ones the number of INIT itself, and the proof is asked for under the number that stands
 * there (reference card 4.1). Purchase numbers only grow, so one below INIT's ends the search; a
 * full log of others may have pushed the purchase out.
 */
async function findInLog(
  transport: CardTransport,
  known: { readonly pending: PendingPurchase; readonly balanceFen: number },
): Promise<Trace | 'absent' | 'overwritten'> {
  let movedOn = false
  for (let place = 1; place <= LOG_RECORDS; place++) {
    const record = await readLogRecord(transport, place)
    if (!record || isEmptyRecord(record)) return 'absent'
    const entry = logLayout.decode(record)
    if (!PURCHASE_TYPES.includes(entry.type)) continue
    if (entry.number < known.pending.offlineNumber) return 'absent'
    if (isSamePurchase(entry, known)) return { number: entry.number, movedOn }
    movedOn = true
  }
  return 'overwritten'
}

/**
 * The same terminal, second and amount, under INIT + 1. Under the number of INIT that could be the
 * purchase before it, in the same second: then the balance is what it was before.
 */
function isSamePurchase(
  entry: LogEntry,
  { pending, balanceFen }: { readonly pending: PendingPurchase; readonly balanceFen: number },
): boolean {
  const same =
    entry.terminal === pending.terminal &&
    entry.date === pending.date &&
    entry.time === pending.time &&
    entry.amountFen === pending.amountFen
  if (!same || entry.number === purchaseCounter(pending)) return same
  const moved = pending.amountFen === 0 || balanceFen !== pending.balanceBeforeFen
  return entry.number === pending.offlineNumber && moved
}

/**
 * Opens the same purchase once more in the PSAM, whose session may be lost: while its serial has
 * not moved on, the session key is the same, MAC2 can be checked, and the serial advances.
 */
async function confirm(
  psam: PsamReader,
  evidence: CardEvidence & { readonly uid?: Uint8Array },
): Promise<'checked' | 'unchecked' | 'false'> {
  const opened = await attempt(() => initSam(psam, evidence))
  if ('ok' in opened || opened.terminalSerial !== evidence.terminalSerial) return 'unchecked'
  const sw = await creditSam(psam, evidence.mac2)
  if (sw === SW.ok) return 'checked'
  return sw === SW.badMac ? 'false' : 'unchecked'
}
