import { concat, view } from '@unifare/core'
import { cardError } from '../errors.ts'
import { u32 } from '../words.ts'
import { decodeEvidence, EVIDENCE_BYTES, encodeEvidence, type PurchaseInputs } from './evidence.ts'

/** A record written with a purchase, as UPDATE CAPP DATA CACHE takes it. */
export interface CardRecord {
  /** 1A for records 27 xx, 1E for the trip log. */
  readonly sfi: number
  /** Low byte of the record id; 00 for the trip log. */
  readonly id: number
  readonly bytes: Uint8Array
}

/**
 * A purchase that the card has opened and DEBIT has not. The terminal makes it durable before
 * DEBIT: after a cut it is all that recovery needs (reference card 6.4).
 */
export interface PendingPurchase extends PurchaseInputs {
  readonly mac1: Uint8Array
  readonly balanceBeforeFen: number
  readonly records: readonly CardRecord[]
  /** Chip number of a city-union card, 9 bytes: its PSAM session needs it again. */
  readonly uid?: Uint8Array
}

const PENDING_VERSION = 2
const NO_MAC = new Uint8Array(4)
/** Version, evidence, MAC1, balance, length of the chip number; then that, count, records. */
const UID_AT = 1 + EVIDENCE_BYTES + 4 + 4
const RECORD_HEAD_BYTES = 3

/** Journal bytes of a pending purchase: evidence without its codes, MAC1, balance, chip, records. */
export function encodePending(pending: PendingPurchase): Uint8Array {
  const records = pending.records.map((record) =>
    concat(Uint8Array.of(record.sfi, record.id, record.bytes.length), record.bytes),
  )
  const { uid = new Uint8Array(0) } = pending
  return concat(
    Uint8Array.of(PENDING_VERSION),
    encodeEvidence({ ...pending, tac: NO_MAC, mac2: NO_MAC }),
    pending.mac1,
    u32(pending.balanceBeforeFen),
    Uint8Array.of(uid.length),
    uid,
    Uint8Array.of(records.length),
    ...records,
  )
}

/** Inverse of `encodePending`. Throws `card.bad-pending`. */
export function decodePending(input: Uint8Array): PendingPurchase {
  const bytes = new Uint8Array(input)
  const uidBytes = bytes[UID_AT] ?? 0
  const countAt = UID_AT + 1 + uidBytes
  if (bytes[0] !== PENDING_VERSION || bytes.length <= countAt) throw cardError('card.bad-pending')
  const { tac: _tac, mac2: _mac2, ...inputs } = decodeEvidence(bytes.slice(1, 1 + EVIDENCE_BYTES))
  const records: CardRecord[] = []
  let at = countAt + 1
  for (let left = bytes[countAt]!; left > 0; left--) {
    if (at + RECORD_HEAD_BYTES > bytes.length) throw cardError('card.bad-pending')
    const [sfi, id, length] = bytes.subarray(at) as unknown as [number, number, number]
    at += RECORD_HEAD_BYTES
    records.push({ sfi, id, bytes: bytes.slice(at, at + length) })
    at += length
  }
  if (at !== bytes.length) throw cardError('card.bad-pending')
  return {
    ...inputs,
    mac1: bytes.slice(1 + EVIDENCE_BYTES, 5 + EVIDENCE_BYTES),
    balanceBeforeFen: view(bytes).getInt32(5 + EVIDENCE_BYTES),
    records,
    ...(uidBytes > 0 && { uid: bytes.slice(UID_AT + 1, countAt) }),
  }
}
