import { defineTable } from '../layout.ts'

/** UC: deny-list upload of an issuer, always the full list. The record is ours. */
export const uc = defineTable([
  ['medium', 1, 'digits', 'ours', '1 card, 2 code account', '介质'],
  ['card', 20, 'code', 'ours', 'card number or account', '卡号'],
  ['issuer', 11, 'code', 'ours', 'issuer', '发卡机构标识'],
  ['reason', 2, 'digits', 'ours', 'why', '止付原因'],
  ['effective', 17, 'moment', 'ours', 'in force from', '生效时间'],
  ['expiry', 17, 'moment', 'ours', 'in force until; nines: no end', '失效时间'],
  ['reserve', 30, 'spare', 'ours', 'reserve', '保留'],
])
