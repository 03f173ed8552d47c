import { concat, fromHex, type Instant, shanghaiDigits } from '@unifare/core'
import { balanceFen } from '../balance.ts'
import type { PurseScheme } from '../chip/card-state.ts'
import { type CardErrorCode, type CardRefusal, cardError } from '../errors.ts'
import type { CardEvidence } from '../evidence/evidence.ts'
import type { CardRecord, PendingPurchase } from '../evidence/pending.ts'
import { TRANSACTION } from '../files/card-files.ts'
import { creditSam, initSam, type PsamReader } from '../psam/psam-reader.ts'
import type { CardIdentity } from '../purse/diversification.ts'
import { SW } from '../status-words.ts'
import { readU16, u32 } from '../words.ts'
import { attempt } from './flow.ts'
import { type CardTransport, exchange, expect9000 } from './transport.ts'

/** What the records of a purchase are made from, known once the card has answered INIT. */
export interface PurchaseContext {
  /** PSAM terminal number, 12 digits. */
  readonly terminal: string
  /** Counter as INIT returned it. */
  readonly offlineNumber: number
  readonly amountFen: number
  readonly balanceBeforeFen: number
  readonly balanceAfterFen: number
  /** YYYYMMDD and HHMMSS, Asia/Shanghai. */
  readonly date: string
  readonly time: string
}

/** A purse as the PSAM derives its keys. */
export interface PurseIdentity extends CardIdentity {
  /** Key system; T-Union's (mot) when not given. */
  readonly scheme?: PurseScheme
  /** Chip number of a city-union purse, 9 bytes. */
  readonly uid?: Uint8Array
}

/** What a terminal asks of a card. */
export interface PurchaseRequest {
  readonly transport: CardTransport
  readonly psam: PsamReader
  /** The card as `readCard` found it in this presentation, its purse selected. */
  readonly view: PurseIdentity
  /** 0 is legal: a metro entry. */
  readonly amountFen: number
  readonly at: Instant
  /** Records to write with the debit, in order: EF 1A first, then EF 1E. */
  records(context: PurchaseContext): readonly CardRecord[]
  /** Composite unless told otherwise; a plain purchase (type 06) writes no records. */
  readonly kind?: 'composite' | 'plain'
}

const INIT_CODES = {
  [SW.insufficientBalance]: 'card.insufficient-balance',
  [SW.counterAtMaximum]: 'card.counter-exhausted',
  [SW.noKeyIndex]: 'card.no-key',
  [SW.locked]: 'card.application-locked',
  [SW.permanentlyLocked]: 'card.application-locked',
} as const satisfies Record<number, CardErrorCode>

/**
 * Opens a purchase on card and PSAM up to DEBIT: INITIALIZE (`80 50 03 02`, plain `80 50 01 02`),
 * PSAM `80 70`, one `80 DC` for each record. Nothing is debited yet, and walking away leaves
 * the card as it was. Journal what it returns before calling `debit`.
 */
export function preparePurchase(
  request: PurchaseRequest,
): Promise<{ readonly ok: true; readonly pending: PendingPurchase } | CardRefusal> {
  return attempt(async () => {
    const { transport, psam, view, amountFen, kind = 'composite' } = request
    const digits = shanghaiDigits(request.at)
    const [date, time] = [digits.slice(0, 8), digits.slice(8)]
    const opened = await initCard(request)
    const inputs = {
      ...opened,
      type: kind === 'composite' ? TRANSACTION.compositePurchase : TRANSACTION.purchase,
      amountFen,
      terminal: psam.terminal,
      date,
      time,
      keyIndex: psam.keyIndex,
      issuerId: view.issuerId,
      applicationSerial: view.applicationSerial,
      balanceAfterFen: opened.balanceBeforeFen - amountFen,
      ...(view.scheme === 'mohurd' && { scheme: view.scheme }),
      ...(view.uid && { uid: view.uid }),
    }
    const sam = await initSam(psam, inputs)
    const records = kind === 'composite' ? request.records(inputs) : []
    for (const record of records) await writeCache(transport, record)
    return { ok: true, pending: { ...inputs, ...sam, records } }
  })
}

/** Outcome of DEBIT. Only `not-debited` may be tried again; `uncertain` is for `recover`. */
export type DebitResult =
  | { readonly ok: true; readonly evidence: CardEvidence; readonly balanceAfterFen: number }
  | (CardRefusal & { readonly state: 'not-debited' | 'uncertain' })
  /** The card answered, but the PSAM did not confirm MAC2: do not open, keep the evidence. */
  | (CardRefusal & { readonly state: 'suspect'; readonly evidence: CardEvidence })

/** Sends DEBIT, the card's one commit, and lets the PSAM check MAC2. */
export async function debit(options: {
  readonly transport: CardTransport
  readonly psam: PsamReader
  readonly pending: PendingPurchase
}): Promise<DebitResult> {
  const { transport, psam, pending } = options
  const answer = await attempt(() => sendDebit(transport, pending))
  if ('ok' in answer) return { ...answer, state: 'uncertain' }
  if (isDoubtful(answer.sw)) {
    return { ok: false, code: 'card.wrong-status', sw: answer.sw, state: 'uncertain' }
  }
  if (answer.sw !== SW.ok) {
    const code = answer.sw === SW.badMac ? 'card.bad-mac' : 'card.wrong-status'
    return { ok: false, code, sw: answer.sw, state: 'not-debited' }
  }
  if (answer.data.length !== 8) return { ok: false, code: 'card.bad-answer', state: 'uncertain' }
  const evidence = completeEvidence(pending, {
    tac: answer.data.slice(0, 4),
    mac2: answer.data.slice(4),
  })
  const checked = await attempt(async () => ({ sw: await creditSam(psam, evidence.mac2) }))
  if ('ok' in checked) return { ...checked, code: 'card.psam-refused', state: 'suspect', evidence }
  if (checked.sw === SW.ok) return { ok: true, evidence, balanceAfterFen: pending.balanceAfterFen }
  const code = checked.sw === SW.badMac ? 'card.bad-mac' : 'card.psam-refused'
  return { ok: false, code, sw: checked.sw, state: 'suspect', evidence }
}

/**
 * 65xx says that the memory may have changed, 6Fxx says nothing (ISO/IEC 7816-4): the log of the
 * card tells whether it debited.
 */
function isDoubtful(sw: number): boolean {
  const kind = sw >> 8
  return kind === 0x65 || kind === 0x6f
}

/** Evidence of a pending purchase with the codes that the card gave. */
export function completeEvidence(
  pending: PendingPurchase,
  codes: { readonly tac: Uint8Array; readonly mac2: Uint8Array },
): CardEvidence {
  const {
    mac1: _mac1,
    balanceBeforeFen: _before,
    records: _records,
    uid: _uid,
    ...inputs
  } = pending
  return { ...inputs, ...codes }
}

/** INITIALIZE: counter, key version, random and the balance that the card itself tells. */
async function initCard(request: PurchaseRequest): Promise<{
  readonly balanceBeforeFen: number
  readonly offlineNumber: number
  readonly keyVersion: number
  readonly algorithm: number
  readonly random: Uint8Array
}> {
  const { transport, psam, amountFen, kind = 'composite' } = request
  const header = kind === 'composite' ? 0x80500302 : 0x80500102
  const data = concat(Uint8Array.of(psam.keyIndex), u32(amountFen), fromHex(psam.terminal))
  const answer = await expect9000(
    transport,
    { header, data, le: 15 },
    { length: 15, codes: INIT_CODES },
  )
  const balanceBeforeFen = balanceFen(answer)
  // A purse never goes below zero, whatever a foreign card would allow.
  if (balanceBeforeFen < amountFen) throw cardError('card.insufficient-balance')
  return {
    balanceBeforeFen,
    offlineNumber: readU16(answer, 4),
    keyVersion: answer[9]!,
    algorithm: answer[10]!,
    random: answer.slice(11),
  }
}

async function writeCache(transport: CardTransport, { sfi, id, bytes }: CardRecord): Promise<void> {
  const header = 0x80dc0000 + (id << 8) + (sfi << 3)
  const codes = { [SW.recordLocked]: 'card.record-locked' } as const
  await expect9000(transport, { header, data: bytes }, { codes })
}

function sendDebit(transport: CardTransport, pending: PendingPurchase) {
  const data = concat(
    u32(pending.terminalSerial),
    fromHex(pending.date + pending.time),
    pending.mac1,
  )
  return exchange(transport, { header: 0x80540100, data, le: 8 })
}
