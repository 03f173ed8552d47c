import { benchErrors } from '@unifare/bench/errors'
import { bundleErrors } from '@unifare/bundle'
import { cardErrors } from '@unifare/card'
import { readerErrors } from '@unifare/card/node'
import { centreErrors } from '@unifare/centre'
import { coreErrors, type ErrorTable, type ErrorText } from '@unifare/core'
import { cryptoErrors } from '@unifare/crypto'
import { faresErrors } from '@unifare/fares'
import { institutionErrors } from '@unifare/institution'
import { issuerErrors } from '@unifare/issuer'
import { ledgerErrors } from '@unifare/ledger'
import { operatorErrors } from '@unifare/operator'
import { registryErrors } from '@unifare/registry'
import { codeErrors } from '@unifare/ridecode'
import { tapErrors } from '@unifare/tap'
import { tunionErrors } from '@unifare/tunion'
import { twinErrors } from '@unifare/twin'

/** Codes of the command line itself. */
export const cliErrors = {
  'card.no-source': { en: 'which card is meant is not told', zh: '未指明卡片' },
  'card.unknown-city': { en: 'nobody in the demonstration is there', zh: '演示网络中无此机构' },
  'card.bad-trip': { en: 'entry and exit do not fit', zh: '进出站不匹配' },
  'card-file.missing': { en: 'the card file cannot be read', zh: '卡片文件无法读取' },
  'card-file.exists': { en: 'the card file exists', zh: '卡片文件已存在' },
  'card-file.in-use': { en: 'another process holds the card file', zh: '卡片文件被其他进程占用' },
  'card-file.bad-book': { en: "the terminal's memory is damaged", zh: '终端数据文件损坏' },
  'card-keys.missing': { en: 'the key file lacks a key', zh: '密钥文件缺少密钥' },
  'card-keys.no-passphrase': {
    en: 'the passphrase of the key file is not told',
    zh: '未提供密钥文件口令',
  },
  'clear.bad-database': { en: 'no addresses of PostgreSQL', zh: '数据库地址无效' },
  'clear.bad-verifier': { en: 'no module that opens verifiers', zh: '验签模块无效' },
  'clear.no-keys': { en: 'where the keys are is not told', zh: '未指明密钥来源' },
  'clear.wrong-seed': { en: 'the seed is of another network', zh: '种子与该网络不符' },
  'code.unreadable': { en: 'no bytes of a code', zh: '无法读取乘车码数据' },
  'data.no-network': { en: 'the folder holds no network', zh: '目录中没有网络数据' },
  'data.unknown-party': { en: 'no such institution in this network', zh: '网络中无此机构' },
  'data.no-day': { en: 'no day is closed yet', zh: '没有已关账的清算日' },
  'data.in-use': {
    en: 'the network of this folder runs',
    zh: '该目录的网络正在运行：请先结束；结算、划拨、对账、告警、统计可在其页面服务期间查询；状态存于 PostgreSQL 时均可查询',
  },
  'drill.unknown-subject': { en: 'there is no drill of this name', zh: '没有该演练项目' },
  'fare.bad-key': { en: 'the file holds no Ed25519 key', zh: '文件中没有 Ed25519 密钥' },
  'fare.no-key': {
    en: "a signed list of tariffs is opened with its publisher's key only",
    zh: '已签名的票价名单须以发布者公钥打开',
  },
  'fare.file-exists': { en: 'the file is there already', zh: '文件已存在' },
  'files.unreadable': { en: 'the file cannot be read', zh: '文件无法读取' },
  'keys.no-terminal': { en: 'this is typed at a terminal only', zh: '须在终端上输入' },
  'keys.aborted': { en: 'stopped by hand', zh: '人工中止' },
  'keys.mismatch': { en: 'what was typed does not agree', zh: '输入核对不一致' },
  'keys.bad-minutes': { en: 'these minutes were altered', zh: '合成记录已被改动' },
  'network.not-running': { en: 'no network runs on this port', zh: '该端口没有运行中的网络' },
  'network.no-reading': { en: 'the network is not asked this', zh: '网络不提供该查询' },
  'network.fault': { en: 'the running network failed to answer', zh: '运行中的网络应答失败' },
  'staff.malformed': { en: 'the order or its signatures cannot be read', zh: '指令或签名无法解析' },
  'staff.bad-list': { en: 'the list of staff cannot be read', zh: '人员名单无效' },
  'staff.wrong-centre': { en: 'the order is for another centre', zh: '指令属于其他清分中心' },
  'staff.wrong-time': {
    en: 'the order is too old, or from the future',
    zh: '指令已过期或时间超前，请核对时钟并重新签署',
  },
  'staff.day-runs': {
    en: 'a day that has not ended is not closed',
    zh: '清算日尚未结束，不能关账',
  },
  'staff.unknown-order': { en: 'staff does not give this order', zh: '人员不能下达该指令' },
  'staff.unknown-person': { en: 'this person is not on the list of staff', zh: '人员名单中无此人' },
  'staff.bad-signature': { en: 'the signature is not that person’s', zh: '签名与人员不符' },
  'staff.wrong-role': { en: 'not in this role', zh: '角色无权下达该指令' },
  'staff.needs-approval': { en: 'two people must sign', zh: '须两人签署' },
  'start.not-live': { en: 'the scripted day is still being ridden', zh: '演示日仍在运行，请稍候' },
  'start.unknown-gate': { en: 'no such terminal in this network', zh: '网络中无此终端' },
  'start.bad-gate-key': { en: 'the key of the gate cannot be read', zh: '闸机公钥无效' },
  'start.bad-enrol-code': {
    en: 'gates are opened by the QR code of this start',
    zh: '请扫描本次启动显示的闸机二维码',
  },
  'start.bad-network': { en: 'a station network cannot be read', zh: '线网文件无法读取' },
  'start.bad-day': { en: 'no tariffs for this day', zh: '该日期没有票价表' },
  'start.folder-taken': { en: 'a network runs in this folder', zh: '该目录中有正在运行的网络' },
  'start.foreign-folder': {
    en: "the folder is not a demonstration's",
    zh: '该目录不是演示数据目录',
  },
  'start.no-networks': { en: 'no station networks in the folder', zh: '目录中没有线网文件' },
  'start.port-taken': { en: 'the port is taken', zh: '端口已被占用' },
  'trace.unknown-tap': { en: 'nobody knows this tap', zh: '查无此记录' },
  'wallet-file.missing': { en: 'the wallet file cannot be read', zh: '钱包文件无法读取' },
  'wallet-file.no-companion': {
    en: 'the wallet takes no such companion along',
    zh: '钱包中没有该同行人',
  },
  'wallet-file.bad': { en: 'not a wallet file', zh: '钱包文件格式错误' },
} as const satisfies ErrorTable

const TABLES: readonly ErrorTable[] = [
  cliErrors,
  twinErrors,
  coreErrors,
  cryptoErrors,
  cardErrors,
  readerErrors,
  codeErrors,
  tapErrors,
  tunionErrors,
  bundleErrors,
  faresErrors,
  registryErrors,
  ledgerErrors,
  institutionErrors,
  operatorErrors,
  centreErrors,
  issuerErrors,
  benchErrors,
]

/** Texts of a code in both languages; undefined for a code that nobody wrote down. */
export function textOf(code: string): ErrorText | undefined {
  return TABLES.find((table) => Object.hasOwn(table, code))?.[code]
}
