import { concat, fromHex, toHex } from '@unifare/core'
import { sha256 } from '@unifare/crypto'
import type { Rail2701 } from './composite-records.ts'
import { type Decoded, recordLayout } from './record-layout.ts'

/** Bytes of record 2701 that its layout does not name. */
const RESERVED_BYTES = 29
const FORM = 0xa7
const CHECKED_BYTES = 25

/**
 * What an operator keeps of a rider's month in the reserved bytes of record 2701, so that gates
 * grant monthly steps offline. OURS; Shanghai keeps sums of its own there (reference card 2.6).
 * The check tells it from other acceptors' bytes; nobody but a purchase can write it.
 */
const accountLayout = recordLayout(RESERVED_BYTES, {
  form: [0, 'u8'],
  /** Operator, 8 digits. */
  operator: [1, 'hex', 4],
  /** YYYYMM. */
  month: [5, 'hex', 3],
  trips: [8, 'u16'],
  paidFen: [10, 'u32'],
  baseFen: [14, 'u32'],
  check: [25, 'hex', 4],
})

/** The rides of a calendar month that an operator's tariff counts. */
export type RailAccount = Pick<
  Decoded<typeof accountLayout.fields>,
  'operator' | 'month' | 'trips' | 'paidFen' | 'baseFen'
>

/** The month's account on a card; null where there is none of this form. */
export function readRailAccount({ reserved }: Pick<Rail2701, 'reserved'>): RailAccount | null {
  const { form, check, operator, month, trips, paidFen, baseFen } = accountLayout.decode(reserved)
  if (form !== FORM || check !== checkOf(reserved)) return null
  return { operator, month, trips, paidFen, baseFen }
}

/** Whether an account may be kept there: the bytes are empty, or hold one already. */
export function takesRailAccount(rail: Pick<Rail2701, 'reserved'>): boolean {
  return rail.reserved.every((byte) => byte === 0) || readRailAccount(rail) !== null
}

/** The reserved bytes with an account; throws `card.bad-field` for what does not fit. */
export function railAccountBytes(account: RailAccount): Uint8Array {
  const bytes = accountLayout.encode({ ...account, form: FORM, check: '00000000' })
  return concat(bytes.subarray(0, CHECKED_BYTES), fromHex(checkOf(bytes)))
}

function checkOf(reserved: Uint8Array): string {
  return toHex(sha256(reserved.subarray(0, CHECKED_BYTES)).subarray(0, 4))
}
