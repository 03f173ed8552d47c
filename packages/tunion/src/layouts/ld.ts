import { defineTable } from '../layout.ts'

/** LD: files that the centre took in, with its verdict on each; to the acquirer. Record 150. */
export const ld = defineTable([
  ['centreSerial', 12, 'digits', 'confirmed', 'serial at the centre', '清分流水号'],
  ['fileName', 50, 'code', 'confirmed', 'name of the file', '文件名'],
  ['errorCode', 6, 'digits', 'confirmed', 'code of the verdict', '处理结果代码'],
  ['errorText', 40, 'text', 'confirmed', 'its text, GBK', '处理结果描述'],
  ['reserve', 40, 'spare', 'confirmed', 'reserve', '保留'],
])
