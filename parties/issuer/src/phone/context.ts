import type { CardMasterKeys } from '@unifare/card'
import { requireData, type Tx } from '@unifare/core'
import type { Input } from '@unifare/institution'
import { lastAccount } from '../accounts.ts'
import type { DenyPublisher } from '../deny.ts'
import { marks } from '../tables.ts'
import { type PhoneCardRow, phoneCards, phoneDevices } from './tables.ts'

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

/** What the orders of a phone work with. */
export interface PhoneContext {
  readonly tx: Tx
  readonly input: Input
  readonly issuer: DenyPublisher & { readonly iin: string; readonly phone: PhoneIssuer }
}

export type PhoneOrder = Readonly<Record<string, unknown>>

/** The account that a device speaks for: its own, or the one that took it in. */
export async function phoneAccount({ tx, input }: PhoneContext): Promise<string> {
  const rider = input.message.sender
  const [device] = await tx.get(phoneDevices, [{ rider }])
  if (device) return device.account
  const own = await lastAccount(tx, rider)
  requireData(
    own !== undefined && own.state !== 'withdrawn',
    'issuer.no-account',
    'no account under this key: open one first',
  )
  return own.account
}

/** The card that an order names; throws `issuer.no-phone-card` unless it is of the same account. */
export async function phoneCardOf(context: PhoneContext, order: PhoneOrder): Promise<PhoneCardRow> {
  const account = await phoneAccount(context)
  const [row] = await context.tx.get(phoneCards, [{ number: String(order['number']) }])
  requireData(
    row?.account === account,
    'issuer.no-phone-card',
    `no phone card ${String(order['number'])} in this account`,
  )
  return row
}

/** The next number of a row that only rises. */
export async function nextMark(tx: Tx, name: string): Promise<number> {
  const [mark] = await tx.get(marks, [{ name }])
  const next = Number(mark?.value ?? 0) + 1
  await tx.put(marks, [{ name, value: String(next) }])
  return next
}

/** A script number above all that this issuer has used. */
export function nextScript({ tx }: PhoneContext): Promise<number> {
  return nextMark(tx, 'phone-scripts')
}

/** A device's public key as it came in an order. Throws `message.malformed`. */
export function deviceOf(order: PhoneOrder): string {
  const device = String(order['device'])
  requireData(
    /^0[23][0-9A-F]{64}$/.test(device),
    'message.malformed',
    'a device is named by its compressed P-256 key in hexadecimal',
  )
  return device
}

/** What a phone is told about a card. */
export function told({ number, state, denied, device }: PhoneCardRow) {
  return { number, state, device, denied: denied === 1 }
}
