import { bundleErrors } from '@unifare/bundle'
import { cardErrors } from '@unifare/card'
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
import { twinErrors } from '@unifare/twin'

/** Codes of the command line itself. */
export const cliErrors = {
  'network.not-running': { en: 'no network runs on this port', zh: '该端口没有运行中的网络' },
  'network.fault': { en: 'the running network failed to answer', zh: '运行中的网络应答失败' },
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
} as const satisfies ErrorTable

const TABLES: readonly ErrorTable[] = [
  cliErrors,
  twinErrors,
  coreErrors,
  cryptoErrors,
  cardErrors,
  codeErrors,
  tapErrors,
  bundleErrors,
  faresErrors,
  registryErrors,
  ledgerErrors,
  institutionErrors,
  operatorErrors,
  centreErrors,
  issuerErrors,
]

/** Texts of a code in both languages; undefined for a code that nobody wrote down. */
export function textOf(code: string): ErrorText | undefined {
  return TABLES.find((table) => Object.hasOwn(table, code))?.[code]
}
