import {
  CARD_KINDS,
  type CodeTable,
  decodeTrip,
  isEmptyRecord,
  logLayout,
  managementInfoLayout,
  publicInfoLayout,
  TRANSACTION_TYPES,
  TRIP_MODES,
  TRIP_TYPES,
} from '@unifare/card'
import { fromHex } from '@unifare/core'
import { type Field, field, moment, money, rest } from './apdu-fields.ts'
import type { Text } from './text.ts'

/** A file that commands name by its short identifier: what it is, and how its content reads. */
interface FileText {
  readonly name: Text
  readonly read: (content: Uint8Array) => Field[]
}

/** Files of a purse application (reference card 2). */
const CARD_FILES: Readonly<Record<number, FileText>> = {
  0x15: { name: { en: 'public information (15)', zh: '公共应用信息文件 15' }, read: publicInfo },
  0x16: { name: { en: 'holder (16)', zh: '持卡人信息文件 16' }, read: plain },
  0x17: { name: { en: 'management information (17)', zh: '管理信息文件 17' }, read: management },
  0x18: { name: { en: 'transaction log (18)', zh: '交易明细文件 18' }, read: logEntry },
  0x19: { name: { en: "issuer's own records (19)", zh: '发卡方复合记录文件 19' }, read: plain },
  0x1a: { name: { en: 'shared travel records (1A)', zh: '互通复合记录文件 1A' }, read: composite },
  0x1e: { name: { en: 'trip log (1E)', zh: '出行记录文件 1E' }, read: trip },
}

/** Files of a PSAM (reference card 2.7). */
const PSAM_FILES: Readonly<Record<number, FileText>> = {
  0x15: { name: { en: 'PSAM card information (15)', zh: 'PSAM 公共信息文件 15' }, read: plain },
  0x16: {
    name: { en: 'terminal number (16)', zh: '终端信息文件 16' },
    read: (bytes) => [field('terminal', '终端号', hexOf(bytes))],
  },
  0x17: {
    name: { en: 'PSAM application information (17)', zh: 'PSAM 应用信息文件 17' },
    read: (bytes) => [field('key index', '密钥索引', bytes[0] ?? 0)],
  },
}

/** A file by its short identifier. */
export function fileText(sfi: number, device: 'card' | 'psam'): FileText {
  const known = (device === 'psam' ? PSAM_FILES : CARD_FILES)[sfi]
  if (known) return known
  const id = sfi.toString(16).toUpperCase().padStart(2, '0')
  return { name: { en: `file ${id}`, zh: `文件 ${id}` }, read: plain }
}

function plain(content: Uint8Array): Field[] {
  return [rest(content)]
}

function publicInfo(content: Uint8Array): Field[] {
  const info = publicInfoLayout.decode(content)
  return [
    field('card', '卡号', info.applicationSerial.slice(1)),
    field('issuer', '发卡机构', info.issuerId.slice(0, 8)),
    field('valid', '有效期', `${info.validFrom}-${info.validTo}`),
  ]
}

function management(content: Uint8Array): Field[] {
  const info = managementInfoLayout.decode(content)
  return [
    field('city', '城市', info.city),
    field('interoperable', '互通', info.interoperability === 1 ? YES : NO),
    field('kind', '卡种', named(CARD_KINDS, info.cardKind)),
  ]
}

function logEntry(record: Uint8Array): Field[] {
  if (isEmptyRecord(record)) return [EMPTY]
  const entry = logLayout.decode(record)
  return [
    field('type', '类型', named(TRANSACTION_TYPES, entry.type)),
    field('amount', '金额', money(entry.amountFen)),
    field('counter', '序号', entry.number),
    field('terminal', '终端号', entry.terminal),
    field('time', '时间', moment(fromHex(entry.date + entry.time))),
  ]
}

const COMPOSITE_NAMES: Readonly<Record<number, Text>> = {
  1: { en: 'rail 2701', zh: '轨道 2701' },
  2: { en: 'bus 2702', zh: '公交 2702' },
  3: { en: 'water 2703', zh: '水运 2703' },
  4: { en: 'taxi 2704', zh: '出租 2704' },
  5: { en: 'rental 2705', zh: '租赁 2705' },
  6: { en: 'bicycle 2706', zh: '自行车 2706' },
}
const STATUS_AT = 14

/** Name of a record of EF 1A by the low byte of its id. */
export function compositeName(id: number): Text {
  const low = id.toString(16).toUpperCase().padStart(2, '0')
  return COMPOSITE_NAMES[id] ?? { en: `27${low}`, zh: `27${low}` }
}

function composite(record: Uint8Array): Field[] {
  return [
    field('record', '记录', compositeName(record[1] ?? 0)),
    field('status', '状态', String(record[STATUS_AT] ?? 0).padStart(2, '0')),
  ]
}

function trip(record: Uint8Array): Field[] {
  if (isEmptyRecord(record)) return [EMPTY]
  const decoded = decodeTrip(record)
  const { type, amountFen, balanceFen, dateTime, city } = decoded.trip
  const industry = decoded.layout === 'new' ? decoded.trip.industry : undefined
  return [
    field('trip', '出行', named(TRIP_TYPES, type)),
    ...(industry === undefined ? [] : [field('mode', '方式', named(TRIP_MODES, industry))]),
    field('amount', '金额', money(amountFen)),
    field('balance', '余额', money(balanceFen)),
    field('city', '城市', city),
    field('time', '时间', moment(fromHex(dateTime))),
  ]
}

function named(table: CodeTable, code: number): Text {
  return table[code] ?? { en: String(code), zh: String(code) }
}

const YES = { en: 'yes', zh: '是' }
const NO = { en: 'no', zh: '否' }
const EMPTY = field('record', '记录', { en: 'never written', zh: '空' })

function hexOf(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).toUpperCase().padStart(2, '0')).join('')
}
