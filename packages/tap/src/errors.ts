import type { ErrorTable } from '@unifare/core'

/** Codes of bad bytes on the wire. */
export const tapErrors = {
  'tap.too-short': { en: 'the record is shorter than its head', zh: '记录短于固定头' },
  'tap.bad-length': { en: 'the length field does not fit the bytes', zh: '长度字段与字节不符' },
  'tap.unknown-version': {
    en: 'record of an unknown version: kept, forwarded, quarantined',
    zh: '未知版本的记录：保留、转发、隔离',
  },
  'tap.unknown-kind': {
    en: 'record of an unknown kind: kept, forwarded, quarantined',
    zh: '未知类型的记录：保留、转发、隔离',
  },
  'tap.bad-field': { en: 'a field of the head has no meaning', zh: '固定头字段无效' },
  'batch.malformed': { en: 'the batch cannot be read', zh: '批次无法解析' },
  'batch.too-large': {
    en: 'the batch has too many records or bytes',
    zh: '批次记录数或字节数超限',
  },
  'batch.bad-chain': { en: 'the hash chain of the batch is broken', zh: '批次哈希链断裂' },
  'batch.bad-totals': {
    en: 'counts or control totals do not match the records',
    zh: '批次计数或控制总额不符',
  },
  'batch.bad-signature': { en: 'the batch is not signed by its terminal', zh: '批次签名无效' },
  'charge.malformed': { en: 'the charge cannot be read', zh: '收费记录无法解析' },
  'charge.unknown-version': { en: 'charge of an unknown version', zh: '未知版本的收费记录' },
  'trip.malformed': { en: 'the trip notice cannot be read', zh: '行程通知无法解析' },
  'message.malformed': { en: 'the message cannot be read', zh: '报文无法解析' },
  'message.bad-signature': { en: 'the message is not signed by its sender', zh: '报文签名无效' },
  'message.wrong-receiver': { en: 'the message is for somebody else', zh: '报文接收方不符' },
  'message.unknown-sender': { en: 'the sender is not known here', zh: '未知发送方' },
  'message.refused': { en: 'the receiver refused the message', zh: '接收方拒绝报文' },
  'link.address-in-use': { en: 'the address is taken by another program', zh: '监听地址已被占用' },
  'link.unreachable': {
    en: 'the receiver did not answer; it is tried again',
    zh: '接收方无应答，将重试',
  },
} as const satisfies ErrorTable
