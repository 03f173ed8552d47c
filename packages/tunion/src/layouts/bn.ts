import { defineTable } from '../layout.ts'

/** BN: white list of card number prefixes. The record is ours; the dates are of the reference. */
export const bn = defineTable([
  ['bin', 13, 'code', 'ours', 'prefix of card numbers', '卡 BIN'],
  ['cardLength', 2, 'count', 'ours', 'digits of a card number', '卡号长度'],
  ['issuer', 11, 'code', 'ours', 'issuer', '发卡机构标识'],
  ['division', 6, 'code', 'ours', "division of the issuer's city", '行政区划代码'],
  ['channel', 2, 'hex', 'ours', 'channel: the industry byte', '渠道（行业）'],
  ['status', 1, 'digits', 'ours', '1 in service, 2 trial', '受理状态'],
  ['effective', 17, 'moment', 'ours', 'in force from', '生效时间'],
  ['expiry', 17, 'moment', 'ours', 'in force until; nines: no end', '失效时间'],
  ['reserve', 41, 'spare', 'ours', 'reserve', '保留'],
])
