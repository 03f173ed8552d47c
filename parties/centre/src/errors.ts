import type { ErrorTable } from '@unifare/core'
import { proofErrors } from './proof/errors.ts'
import { reconciliationErrors } from './reconciliation/errors.ts'
import { rulesErrors } from './rules/errors.ts'
import { settlingErrors } from './settling/errors.ts'
import { watchErrors } from './watch/errors.ts'

/** Codes with which a centre refuses. */
export const centreErrors = {
  ...proofErrors,
  ...reconciliationErrors,
  ...rulesErrors,
  ...settlingErrors,
  ...watchErrors,
  'centre.day-closed': {
    en: 'the day is closed: late taps go to the next one',
    zh: '该日已关账，迟到记录计入下一日',
  },
  'centre.day-open': { en: 'the day is not closed yet', zh: '该日尚未关账' },
  'centre.given-before': { en: 'the order was carried out before', zh: '该指令此前已执行' },
  'centre.damaged-file': { en: 'a file is not as it was written', zh: '文件内容与写入时不符' },
  'centre.no-closed-day': { en: 'the files of a closed day are missing', zh: '缺少已关账日的文件' },
  'carrier.bad-address': { en: 'no addresses of brokers', zh: '消息中间件地址无效' },
  'carrier.bad-piece': { en: 'no piece of a carried file', zh: '不是传输文件的分片' },
  'carrier.no-file': { en: 'the file to be sent cannot be read', zh: '待发送文件无法读取' },
  'carrier.not-here': { en: 'the file did not arrive in time', zh: '文件未按时到达' },
  'carrier.not-held': {
    en: 'no other machine has the file on its disk yet',
    zh: '其他节点尚未收妥该文件',
  },
  'carrier.other-content': {
    en: 'the name was announced with another content',
    zh: '同名文件此前的内容不同',
  },
  'carrier.too-large': {
    en: 'the brokers take no message of this size',
    zh: '消息超过中间件允许的大小',
  },
  'carrier.unreachable': { en: 'no broker can be reached', zh: '无法连接消息中间件' },
  'fee.bad-row': { en: 'the fee matrix contradicts itself', zh: '手续费规则冲突' },
  'clearing.no-secret': {
    en: 'the passphrase or PIN of the key store is not told',
    zh: '未提供密钥库口令',
  },
  'lease.other-input': {
    en: 'the job was handed out with another input before',
    zh: '同名任务此前的输入不同',
  },
  'lease.differs': { en: 'two workers came to different results', zh: '两个计算节点结果不一致' },
  'lease.failed': { en: 'no worker could do the job', zh: '任务多次执行失败' },
  'marks.malformed': { en: 'not the marks of cards', zh: '不是卡片计数状态' },
} as const satisfies ErrorTable
