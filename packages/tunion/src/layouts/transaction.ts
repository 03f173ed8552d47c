import type { FieldRow } from '../layout.ts'

/** What FB and CL say alike of a transaction (reference clearing 1.3), the reserve left out. */
export const TRANSACTION = [
  ['centreSerial', 12, 'digits', 'confirmed', 'serial at the centre', '清分流水号'],
  ['acquirerSerial', 12, 'digits', 'confirmed', 'serial at the acquirer', '收单流水号'],
  ['acceptanceDate', 8, 'date', 'confirmed', 'settlement day', '受理日期'],
  ['retrievalRef', 12, 'code', 'confirmed', 'retrieval reference', '检索参考号'],
  ['txType', 4, 'digits', 'confirmed', 'type of transaction', '交易类型'],
  ['clearing', 11, 'code', 'confirmed', 'clearing body', '清分机构标识'],
  ['issuer', 11, 'code', 'confirmed', 'issuer', '发卡机构标识'],
  ['acquirer', 11, 'code', 'confirmed', 'acquirer', '收单机构标识'],
  ['sender', 11, 'code', 'confirmed', 'sender', '发送机构标识'],
  ['mcc', 4, 'digits', 'confirmed', 'merchant category', '商户类型'],
  ['channel', 2, 'hex', 'confirmed', 'channel: the industry byte', '渠道（行业）'],
  ['card', 20, 'code', 'confirmed', 'card number', '卡号'],
  ['counter', 6, 'count', 'confirmed', "the card's counter", '卡交易计数器'],
  ['balanceBeforeFen', 12, 'fen', 'confirmed', 'balance before', '交易前余额'],
  ['amountFen', 12, 'fen', 'confirmed', 'amount', '交易金额'],
  ['at', 14, 'time', 'confirmed', 'date and time', '交易日期时间'],
  ['errorCode', 6, 'digits', 'confirmed', 'code of the verdict', '错误代码'],
  ['errorText', 40, 'text', 'confirmed', 'its text, GBK', '错误描述'],
  ['test', 1, 'flag', 'confirmed', 'test flag', '测试标志'],
  ['feeMicro', 28, 'fee', 'confirmed', 'fee F', '手续费'],
  ['issuerMicro', 28, 'fee', 'confirmed', "issuer's share i", '发卡方分成'],
  ['acquirerMicro', 28, 'fee', 'confirmed', "acquirer's share a", '收单方分成'],
  ['spare', 28, 'spare', 'confirmed', 'spare', '备用'],
] as const satisfies readonly FieldRow[]
