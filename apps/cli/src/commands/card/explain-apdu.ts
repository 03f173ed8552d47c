import { type Command, findTlv, parseAnswer, parseCommand, SFI } from '@unifare/card'
import { toHex } from '@unifare/core'
import {
  algorithm,
  amount,
  applicationName,
  balance,
  count,
  type Field,
  type FieldForm,
  field,
  fieldsOf,
  hex,
  moment,
  transactionType,
} from './apdu-fields.ts'
import { compositeName, fileText } from './file-texts.ts'
import { statusText } from './status-texts.ts'
import type { Language, Text } from './text.ts'

/** Who answers a command: the same bytes mean other files in a PSAM. */
export type Device = 'card' | 'psam'

/** How a command reads: its name, its values, and those of a good answer. */
interface CommandText {
  readonly name: Text | ((command: Command) => Text)
  readonly asked?: (command: Command, device: Device) => Field[]
  readonly answered?: (data: Uint8Array, command: Command, device: Device) => Field[]
}

const mac = (name: string): FieldForm => [name, name, 4, hex]
/** The FCI of a purse repeats EF 15. */
const FCI_ISSUER_DATA = 0x9f0c
const INIT_DATA: readonly FieldForm[] = [
  ['key index', '密钥索引', 1, count],
  ['amount', '金额', 4, amount],
  ['terminal', '终端号', 6, hex],
]
const INIT_PURCHASE_ANSWER: readonly FieldForm[] = [
  ['balance', '余额', 4, balance],
  ['counter', '脱机交易序号', 2, count],
  ['overdraft', '透支限额', 3, amount],
  ['key version', '密钥版本', 1, count],
  ['algorithm', '算法', 1, algorithm],
  ['random', '随机数', 4, hex],
]
const INIT_LOAD_ANSWER: readonly FieldForm[] = [
  ['balance', '余额', 4, balance],
  ['counter', '联机交易序号', 2, count],
  ['key version', '密钥版本', 1, count],
  ['algorithm', '算法', 1, algorithm],
  ['random', '随机数', 4, hex],
  mac('MAC1'),
]
const SAM_INIT_DATA: readonly FieldForm[] = [
  ['random', '随机数', 4, hex],
  ['counter', '脱机交易序号', 2, count],
  ['amount', '金额', 4, amount],
  ['type', '交易类型', 1, transactionType],
  ['time', '时间', 7, moment],
  ['key version', '密钥版本', 1, count],
  ['algorithm', '算法', 1, algorithm],
  ['card factor', '卡片分散因子', 8, hex],
  ['issuer factor', '发卡方分散因子', 8, hex],
]
const INIT_NAMES: Readonly<Record<number, Text>> = {
  0x00: { en: 'INITIALIZE FOR LOAD', zh: '圈存初始化' },
  0x01: { en: 'INITIALIZE FOR PURCHASE', zh: '消费初始化' },
  0x03: { en: 'INITIALIZE FOR CAPP PURCHASE', zh: '复合消费初始化' },
}
const BALANCE_KINDS: Readonly<Record<number, Text>> = {
  0x00: { en: 'with overdraft', zh: '含透支' },
  0x01: { en: 'overdraft limit', zh: '透支限额' },
  0x02: { en: 'overdraft used', zh: '已透支' },
  0x03: { en: 'real', zh: '实际余额' },
  0x05: { en: 'with limit', zh: '余额及限额' },
}

/** Commands by CLA and INS, of card and PSAM (reference card 4.1, 5.7). */
const COMMAND_TEXTS: Readonly<Record<number, CommandText>> = {
  0x00a4: {
    name: { en: 'SELECT', zh: '选择' },
    asked: ({ data }) => [field('application', '应用', applicationName(data))],
    answered: (fci) => {
      const told = findTlv(fci, FCI_ISSUER_DATA)
      return told ? fileText(SFI.publicInfo, 'card').read(told) : []
    },
  },
  0x00b0: {
    name: { en: 'READ BINARY', zh: '读二进制文件' },
    asked: ({ p1 }, device) => [field('file', '文件', fileText(p1 & 0x1f, device).name)],
    answered: (data, { p1, p2 }, device) =>
      p2 === 0 ? fileText(p1 & 0x1f, device).read(data) : [],
  },
  0x00b2: {
    name: { en: 'READ RECORD', zh: '读记录' },
    asked: ({ p1, p2 }, device) => [
      field('file', '文件', fileText(p2 >> 3, device).name),
      field('record', '记录号', p1),
    ],
    answered: (data, { p2 }, device) => fileText(p2 >> 3, device).read(data),
  },
  0x0084: {
    name: { en: 'GET CHALLENGE', zh: '取随机数' },
    answered: (data) => [field('random', '随机数', hex(data))],
  },
  0x0082: { name: { en: 'EXTERNAL AUTHENTICATE', zh: '外部认证' } },
  0x0088: { name: { en: 'INTERNAL AUTHENTICATE', zh: '内部认证' } },
  0x0020: { name: { en: 'VERIFY PIN', zh: '校验 PIN' } },
  0x00c0: { name: { en: 'GET RESPONSE', zh: '取响应' } },
  0x00ca: { name: { en: 'GET DATA', zh: '取数据' }, asked: tagOf },
  0x80ca: { name: { en: 'GET DATA', zh: '取数据' }, asked: tagOf },
  0x04d6: { name: { en: 'UPDATE BINARY with MAC', zh: '带 MAC 更新二进制文件' }, asked: binaryOf },
  0x04dc: { name: { en: 'UPDATE RECORD with MAC', zh: '带 MAC 更新记录' }, asked: recordOf },
  0x04e2: { name: { en: 'APPEND RECORD with MAC', zh: '带 MAC 追加记录' }, asked: recordOf },
  0x00e2: { name: { en: 'APPEND RECORD', zh: '追加记录' }, asked: recordOf },
  0x8058: { name: { en: 'UPDATE OVERDRAFT', zh: '修改透支限额' } },
  0x805c: {
    name: { en: 'GET BALANCE', zh: '读余额' },
    asked: ({ p1 }) => [field('which', '种类', BALANCE_KINDS[p1] ?? String(p1))],
    answered: (data) => fieldsOf(data, [['balance', '余额', 4, balance]]),
  },
  0x8050: {
    name: ({ p1 }) => INIT_NAMES[p1] ?? { en: 'INITIALIZE', zh: '初始化' },
    asked: ({ data }) => fieldsOf(data, INIT_DATA),
    answered: (data, { p1 }) => fieldsOf(data, p1 === 0 ? INIT_LOAD_ANSWER : INIT_PURCHASE_ANSWER),
  },
  0x8052: {
    name: { en: 'CREDIT FOR LOAD', zh: '圈存' },
    asked: ({ data }) => fieldsOf(data, [['time', '时间', 7, moment], mac('MAC2')]),
    answered: (data) => fieldsOf(data, [mac('TAC')]),
  },
  0x8054: {
    name: { en: 'DEBIT FOR PURCHASE', zh: '消费' },
    asked: ({ data }) =>
      fieldsOf(data, [
        ['terminal serial', '终端交易序号', 4, count],
        ['time', '时间', 7, moment],
        mac('MAC1'),
      ]),
    answered: (data) => fieldsOf(data, [mac('TAC'), mac('MAC2')]),
  },
  0x80dc: {
    name: { en: 'UPDATE CAPP DATA CACHE', zh: '更新复合应用数据缓存' },
    asked: ({ p1, p2, data }, device) => [
      field('file', '文件', fileText(p2 >> 3, device).name),
      ...(p2 >> 3 === SFI.composite ? [field('record', '记录', compositeName(p1))] : []),
      ...fileText(p2 >> 3, device).read(data),
    ],
  },
  0x805a: {
    name: { en: 'GET TRANSACTION PROVE', zh: '取交易认证' },
    asked: ({ p2, data }) => [
      field('type', '交易类型', transactionType(Uint8Array.of(p2))),
      field('counter', '交易序号', count(data)),
    ],
    answered: (data) =>
      fieldsOf(data, data.length === 8 ? [mac('MAC2'), mac('TAC')] : [mac('TAC')]),
  },
  0x805e: {
    name: ({ p1 }) =>
      p1 === 1 ? { en: 'CHANGE PIN', zh: '修改 PIN' } : { en: 'RELOAD PIN', zh: '重装 PIN' },
  },
  0x8424: { name: { en: 'PIN UNBLOCK', zh: 'PIN 解锁' } },
  0x841e: {
    name: { en: 'APPLICATION BLOCK', zh: '应用锁定' },
    asked: ({ p2, data }) => [
      field(
        'how long',
        '方式',
        p2 === 1 ? { en: 'for ever', zh: '永久' } : { en: 'until unblocked', zh: '临时' },
      ),
      ...fieldsOf(data, [mac('MAC')]),
    ],
  },
  0x8418: {
    name: { en: 'APPLICATION UNBLOCK', zh: '应用解锁' },
    asked: ({ data }) => fieldsOf(data, [mac('MAC')]),
  },
  0x8416: {
    name: { en: 'CARD BLOCK', zh: '卡片锁定' },
    asked: ({ data }) => fieldsOf(data, [mac('MAC')]),
  },
  0x8070: {
    name: { en: 'INIT_SAM_FOR_PURCHASE', zh: 'PSAM 消费初始化' },
    asked: ({ data }) => fieldsOf(data, SAM_INIT_DATA),
    answered: (data) =>
      fieldsOf(data, [['terminal serial', '终端交易序号', 4, count], mac('MAC1')]),
  },
  0x8072: {
    name: { en: 'CREDIT_SAM_FOR_PURCHASE', zh: 'PSAM 消费确认' },
    asked: ({ data }) => fieldsOf(data, [mac('MAC2')]),
  },
  0x801a: {
    name: { en: 'INIT_FOR_DESCRYPT', zh: 'PSAM 装载过程密钥' },
    asked: ({ data }) =>
      fieldsOf(data, [
        ['card factor', '卡片分散因子', 8, hex],
        ['issuer factor', '发卡方分散因子', 8, hex],
      ]),
  },
  0x80fa: {
    name: { en: 'CIPHER DATA', zh: 'PSAM 计算' },
    answered: (data) => fieldsOf(data, [mac('MAC')]),
  },
}

/** Instructions whose data is a PIN: their bytes are never shown. */
const SECRET: readonly number[] = [0x0020, 0x805e, 0x8424]
const HEADER_BYTES = 5

/** A command and its answer as a trace shows them: bytes, and one line of words. */
export interface Explained {
  readonly command: string
  readonly answer: string
  readonly words: Text
}

/** Puts a command and its answer into words. Never throws; unknown bytes stay bytes. */
export function explainApdu(
  apdu: Uint8Array,
  response: Uint8Array,
  device: Device = 'card',
): Explained {
  const command = parseCommand(apdu)
  const answer = parseAnswer(response)
  const key = command ? (command.cla << 8) | command.ins : -1
  const known = COMMAND_TEXTS[key]
  const shown = SECRET.includes(key) ? hidden(apdu) : spaced(apdu)
  const asked = (command && known?.asked?.(command, device)) ?? []
  const ok = answer?.sw === 0x9000 && answer.data.length > 0
  const answered = ok && command ? (known?.answered?.(answer.data, command, device) ?? []) : []
  const name = nameOf(known, command)
  const words = (language: Language): string => {
    const status = answer ? statusText(answer.sw)[language] : NO_STATUS[language]
    const sw = answer ? `${answer.sw.toString(16).toUpperCase().padStart(4, '0')} ` : ''
    const question = [name[language], ...listed(asked, language)].join(': ')
    return `${question} → ${[...listed(answered, language), `${sw}${status}`].join('; ')}`
  }
  return { command: shown, answer: spaced(response), words: { en: words('en'), zh: words('zh') } }
}

const NO_STATUS = { en: 'no status word', zh: '无状态字' }

function nameOf(known: CommandText | undefined, command: Command | undefined): Text {
  if (!command) return { en: 'not a command', zh: '不是命令' }
  if (!known) return { en: 'unknown command', zh: '未知命令' }
  return typeof known.name === 'function' ? known.name(command) : known.name
}

function listed(fields: readonly Field[], language: Language): string[] {
  const parts = fields.map(({ name, value }) => `${name[language]} ${value[language]}`)
  return parts.length === 0 ? [] : [parts.join(', ')]
}

function tagOf({ p1, p2 }: Command): Field[] {
  return [field('tag', '标签', hex(Uint8Array.of(p1, p2)))]
}

function binaryOf({ p1 }: Command, device: Device): Field[] {
  return [field('file', '文件', fileText(p1 & 0x1f, device).name)]
}

function recordOf({ p1, p2 }: Command, device: Device): Field[] {
  return [field('file', '文件', fileText(p2 >> 3, device).name), field('record', '记录号', p1)]
}

function spaced(bytes: Uint8Array): string {
  return toHex(bytes).replace(/..(?=.)/g, '$& ')
}

function hidden(apdu: Uint8Array): string {
  const length = Math.max(apdu.length - HEADER_BYTES, 0)
  return `${spaced(apdu.slice(0, HEADER_BYTES))}${' ••'.repeat(length)}`
}
