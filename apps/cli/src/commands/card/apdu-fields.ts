import {
  balanceFen,
  CASH_AID,
  CITY_UNION_AID,
  type CodeTable,
  PPSE,
  PSAM_AID,
  PSE,
  PURSE_AID,
  TRANSACTION_TYPES,
} from '@unifare/card'
import { formatYuan, fromUtf8, toHex } from '@unifare/core'
import type { Text } from './text.ts'

/** A named value of a command or an answer. */
export interface Field {
  readonly name: Text
  readonly value: Text
}

/** A run of bytes and how it reads. */
export type FieldForm = readonly [
  en: string,
  zh: string,
  bytes: number,
  read: (bytes: Uint8Array) => Text | string,
]

/** Cuts bytes into named fields; what is left over, or missing, is told as it is. */
export function fieldsOf(bytes: Uint8Array, forms: readonly FieldForm[]): Field[] {
  const fields: Field[] = []
  let at = 0
  for (const [en, zh, length, read] of forms) {
    const part = bytes.slice(at, at + length)
    if (part.length < length) break
    fields.push({ name: { en, zh }, value: same(read(part)) })
    at += length
  }
  if (at < bytes.length) fields.push(rest(bytes.slice(at)))
  return fields
}

/** Bytes that have no name here. */
export function rest(bytes: Uint8Array): Field {
  const { length } = bytes
  return { name: { en: 'bytes', zh: '字节' }, value: { en: `${length}`, zh: `${length}` } }
}

export function field(en: string, zh: string, value: Text | string | number): Field {
  return { name: { en, zh }, value: same(typeof value === 'number' ? String(value) : value) }
}

function same(value: Text | string): Text {
  return typeof value === 'string' ? { en: value, zh: value } : value
}

export const hex = (bytes: Uint8Array): string => toHex(bytes)

export const count = (bytes: Uint8Array): string =>
  String(bytes.reduce((sum, byte) => sum * 256 + byte, 0))

/** An unsigned amount in fen, as a price of a command. */
export const amount = (bytes: Uint8Array): Text => money(Number(count(bytes)))

/** A balance, whose first bit some cities use as a flag. */
export const balance = (bytes: Uint8Array): Text => money(balanceFen(bytes))

export function money(fen: number): Text {
  const yuan = formatYuan(fen)
  return { en: `${yuan} yuan`, zh: `${yuan} 元` }
}

/** YYYYMMDDHHMMSS as people write it. */
export function moment(bytes: Uint8Array): string {
  const digits = toHex(bytes)
  return digits.replace(/^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/, '$1-$2-$3 $4:$5:$6')
}

export const algorithm = (bytes: Uint8Array): string => {
  const names: Readonly<Record<number, string>> = { 0: '3DES', 1: '3DES', 4: 'SM4' }
  return names[bytes[0] ?? 0xff] ?? hex(bytes)
}

export const transactionType = (bytes: Uint8Array): Text => {
  const table: CodeTable = TRANSACTION_TYPES
  return table[bytes[0] ?? 0] ?? { en: hex(bytes), zh: hex(bytes) }
}

const NAMES: readonly (readonly [Uint8Array, Text])[] = [
  [PPSE, { en: 'directory of a contactless card (PPSE)', zh: '非接触支付环境 PPSE' }],
  [PSE, { en: 'directory of a contact card (PSE)', zh: '支付环境 PSE' }],
  [PURSE_AID, { en: 'T-Union electronic purse', zh: '交通联合电子钱包' }],
  [CASH_AID, { en: 'T-Union electronic cash', zh: '交通联合电子现金' }],
  [CITY_UNION_AID, { en: 'city-union purse (MOHURD)', zh: '住建部城市一卡通钱包' }],
  [PSAM_AID, { en: 'PSAM application', zh: 'PSAM 应用' }],
]

/** Which application a name asks for. */
export function applicationName(name: Uint8Array): Text {
  const text = toHex(name)
  const known = NAMES.find(([aid]) => text.startsWith(toHex(aid)) || toHex(aid).startsWith(text))
  if (known && name.length >= 5) return known[1]
  const readable = name.every((byte) => byte >= 0x20 && byte < 0x7f)
  return same(readable && name.length > 0 ? `"${fromUtf8(name)}"` : text)
}
