import type { CardMasterKeys } from '@unifare/card'
import { requireData, type Tx } from '@unifare/core'
import { cardByNumber, type OrderContext, requireLive } from '../orders/order-context.ts'
import { marks } from '../tables.ts'
import { type PhoneCardRow, type PhoneCardState, phoneCards } from './tables.ts'

/** What an issuer needs to put cards into phones. */
export interface PhoneIssuer {
  /** The masters that its cards are derived from, and the store that holds them. */
  readonly keys: CardMasterKeys
  /** Bytes of carrier or city behind the 8-byte name: 8 of them (reference card 1). */
  readonly aidSuffix: Uint8Array
  /** Four digits, GB/T 13497 style. */
  readonly provinceCode: string
  readonly cityCode: string
  /** Years from the request to the last day of a phone card. */
  readonly validityYears: number
}

/** What the orders of a phone work with; the asker is the rider that the device belongs to. */
export interface PhoneContext extends OrderContext {
  readonly iin: string
  readonly phone: PhoneIssuer
}

/** The card that an order names; throws `issuer.no-phone-card` unless it is the rider's. */
export async function phoneCardOf({ tx, fields, asker }: PhoneContext): Promise<PhoneCardRow> {
  const number = String(fields['number'])
  const [row] = await tx.get(phoneCards, [{ number }])
  requireData(
    row?.owner === asker.party,
    'issuer.no-phone-card',
    `no phone card ${number} of this rider`,
  )
  return row
}

/** The same, in use: throws `issuer.card-ended` once it is lost or given back. */
export async function liveCardOf(context: PhoneContext): Promise<PhoneCardRow> {
  const row = await phoneCardOf(context)
  requireLive((await cardByNumber(context.tx, row.number)).service)
  return row
}

/** The next number of a row that only rises. */
export async function nextMark(tx: Tx, name: string): Promise<number> {
  const [mark] = await tx.get(marks, [{ name }])
  const next = Number(mark?.value ?? 0) + 1
  await tx.put(marks, [{ name, value: String(next) }])
  return next
}

/** The row in a state that waits for a script of its own; kept by whoever changed it. */
export async function scripted(
  { tx }: PhoneContext,
  row: PhoneCardRow,
  state: PhoneCardState,
): Promise<PhoneCardRow> {
  return { ...row, state, script: await nextMark(tx, 'phone-scripts') }
}

/** What a phone is told about a card. */
export function told({ number, state, suspendedBy, device }: PhoneCardRow) {
  return { number, state, device, denied: suspendedBy !== '' }
}

export type Told = ReturnType<typeof told>
