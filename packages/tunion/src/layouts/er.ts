import { defineTable } from '../layout.ts'

/** ER: the list of codes that FB, CL, CR and LD use. The record is ours. */
export const er = defineTable([
  ['errorCode', 6, 'digits', 'ours', 'code', '代码'],
  ['verdict', 32, 'code', 'ours', 'its stable name in our own format', '名称'],
  ['zh', 80, 'text', 'ours', 'text, Chinese', '中文描述'],
  ['en', 120, 'text', 'ours', 'text, English', '英文描述'],
  ['effective', 17, 'moment', 'ours', 'in force from', '生效时间'],
  ['expiry', 17, 'moment', 'ours', 'in force until; nines: no end', '失效时间'],
  ['reserve', 26, 'spare', 'ours', 'reserve', '保留'],
])
